"""Signing in by WeChat: a real server on this machine speaks its protocol, well and badly."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.urls import reverse

from outbox.models import AuditEntry
from people.models import ConsentEvent, ContactPoint, OutsideIdentity, Person, User
from people.roles import Role
from people.selectors import is_known
from people.services.access import build_access_report
from people.services.erasure import erase_person
from people.sign_in_adapters import wechat
from tests.factories.people import PersonFactory, UserFactory, make_signed_in, make_staff

pytestmark = pytest.mark.django_db
APP, SECRET = "wx520c15f417810387", "shared-with-wechat"
LEAVE, BACK = "/sign-in/wechat/", "/sign-in/wechat/back/"
WECHAT = "Mozilla/5.0 (iPhone) AppleWebKit/605 Mobile MicroMessenger/8.0.50"


class WeChat(ThreadingHTTPServer):
    """Gives codes, takes each once, and keeps what it was asked; `plain` is what it says instead."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answering)
        self.codes: dict[str, dict] = {}
        self.asked: list[dict] = []
        self.plain: tuple[int, bytes] | None = None
        self.drips = threading.Event()

    def code_for(self, openid: str, **more) -> str:
        code = f"code-{len(self.codes) + len(self.asked)}"
        self.codes[code] = {
            "access_token": "secret-token",
            "expires_in": 7200,
            "refresh_token": "secret-refresh",
            "openid": openid,
            "scope": "snsapi_base",
            **more,
        }
        return code


class _Answering(BaseHTTPRequestHandler):
    server: WeChat

    def do_GET(self):
        address = urlsplit(self.path)
        asked = {name: value for name, (value,) in parse_qs(address.query).items()}
        self.server.asked.append({"path": address.path, **asked})
        if self.server.drips.is_set():
            return self._drip()
        if self.server.plain is not None:
            return self._answer(*self.server.plain)
        if (asked.get("appid"), asked.get("secret")) != (APP, SECRET):
            return self._say({"errcode": 40013, "errmsg": "invalid appid"})
        found = self.server.codes.pop(asked.get("code"), None)
        self._say(found or {"errcode": 40163, "errmsg": "code been used"})

    def _say(self, words: dict) -> None:
        self._answer(200, json.dumps(words).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        """A byte now and then, for ever: no single wait is long."""
        self.send_response(200)
        self.end_headers()
        turn = threading.Event()
        try:
            while self.server.drips.is_set():
                self.wfile.write(b" ")
                turn.wait(0.05)
        except OSError:
            return

    def log_message(self, *args):
        """Stay silent."""


@pytest.fixture
def there(settings):
    """WeChat's server, and an official account set up to use it."""
    cache.clear()
    server = WeChat()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = APP, SECRET
    settings.WECHAT_API_URL = f"http://127.0.0.1:{server.server_port}"
    settings.WECHAT_ADAPTER = "people.sign_in_adapters.wechat.OfficialAccount"
    settings.BASE_URL = "https://clinic.example"
    yield server
    server.drips.clear()
    server.shutdown()
    server.server_close()


def state_of(client, target: str = "") -> str:
    """Leave for WeChat; return the state it would send back."""
    response = client.get(LEAVE, {"next": target})
    return parse_qs(urlsplit(response["Location"]).query)["state"][0]


def come_back(client, code: str, *, target: str = "", state: str | None = None):
    sent = state_of(client, target) if state is None else state
    return client.get(BACK, {"code": code, "state": sent})


def signed_in(client) -> Person | None:
    found = User.objects.filter(pk=client.session.get("_auth_user_id")).first()
    return found.person if found else None


def test_leaving_asks_wechat_as_its_protocol_says(client, there):
    location = client.get(LEAVE)["Location"]
    address = urlsplit(location)
    assert f"{address.scheme}://{address.netloc}{address.path}" == (
        "https://open.weixin.qq.com/connect/oauth2/authorize"
    )
    assert [part.split("=")[0] for part in address.query.split("&")] == [
        "appid", "redirect_uri", "response_type", "scope", "state",
    ]  # fmt: skip
    asked = {name: value for name, (value,) in parse_qs(address.query).items()}
    assert asked["redirect_uri"] == f"https://clinic.example{BACK}"
    assert (asked["appid"], asked["scope"], asked["response_type"]) == (APP, "snsapi_base", "code")
    assert asked["state"].isalnum() and len(asked["state"]) <= 128
    assert address.fragment == "wechat_redirect"
    assert asked["state"] not in str(dict(client.session.items()))
    assert SECRET not in location


def test_who_comes_back_is_signed_in_and_only_ids_are_kept(client, there):
    before = client.session.session_key
    code = there.code_for("o6_bmjrPTlm6", unionid="o6_union", nickname="Mei", headimgurl="x")
    assert come_back(client, code, target="/classes/")["Location"] == "/classes/"
    person = signed_in(client)
    row = OutsideIdentity.objects.get()
    assert (row.person, row.provider, row.account) == (person, "wechat", APP)
    assert (row.subject, row.union) == ("o6_bmjrPTlm6", "o6_union")
    assert (person.display_name, person.source) == ("", "wechat")
    assert client.session.session_key != before
    assert not ContactPoint.objects.exists()
    assert not ConsentEvent.objects.exists()
    assert "secret-token" not in str(dict(client.session.items()))
    assert there.asked == [
        {
            "path": "/sns/oauth2/access_token",
            "appid": APP,
            "secret": SECRET,
            "code": code,
            "grant_type": "authorization_code",
        }
    ]


def test_the_same_reader_is_the_same_person_next_time(client, client_factory, there):
    come_back(client, there.code_for("mei"))
    again = client_factory()
    come_back(again, there.code_for("mei"))
    assert signed_in(again) == signed_in(client)
    assert AuditEntry.objects.filter(action="outside_identity.added").count() == 1


def test_accounts_of_one_owner_share_their_readers(client, client_factory, there, settings):
    come_back(client, there.code_for("mei-here", unionid="mei"))
    OutsideIdentity.objects.update(account="wx-other-account", subject="mei-there")
    again = client_factory()
    come_back(again, there.code_for("mei-here", unionid="mei"))
    assert signed_in(again) == signed_in(client)
    assert OutsideIdentity.objects.count() == 2


def test_people_without_a_shared_id_are_not_taken_for_one(client, client_factory, there):
    come_back(client, there.code_for("mei", unionid=""))
    other = client_factory()
    come_back(other, there.code_for("lan", unionid=""))
    assert signed_in(other) != signed_in(client)


def test_who_is_signed_in_already_gets_another_way_in(client, there):
    person = make_signed_in(client)
    come_back(client, there.code_for("mei"))
    assert signed_in(client) == person == OutsideIdentity.objects.get().person


def test_two_people_stay_two(client, there):
    other = PersonFactory()
    OutsideIdentity.objects.create(person=other, provider="wechat", account=APP, subject="lan")
    person = make_signed_in(client)
    come_back(client, there.code_for("lan"))
    assert signed_in(client) == other
    assert Person.objects.filter(merged_into=None).count() == 2
    client.force_login(person.user)
    come_back(client, there.code_for("mei"))
    come_back(client, there.code_for("somebody on the same phone".replace(" ", "-")))
    assert signed_in(client) not in (person, other)


def refused(client, response) -> None:
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")
    assert "_auth_user_id" not in client.session
    assert client.get(response["Location"]).context["messages"]


def test_a_code_that_was_used_already_signs_nobody_in(client, client_factory, there):
    code = there.code_for("mei")
    come_back(client, code)
    thief = client_factory()
    refused(thief, come_back(thief, code))


def test_the_same_answer_again_signs_nobody_in_and_asks_nobody(client, there):
    state, code = state_of(client), there.code_for("mei")
    come_back(client, code, state=state)
    client.post(reverse("sign_out"))
    refused(client, come_back(client, there.code_for("mei"), state=state))
    assert len(there.asked) == 1


@pytest.mark.parametrize("state", ["", "0" * 32, "another browser's"])
def test_a_wrong_state_asks_nobody_and_leaves_the_way_open(client, client_factory, there, state):
    own = state_of(client)
    if state == "another browser's":
        state = state_of(client_factory())
    refused(client, come_back(client, there.code_for("mei"), state=state))
    assert there.asked == []
    assert come_back(client, there.code_for("mei"), state=own)["Location"] == reverse("me")


def test_who_never_left_cannot_come_back(client, there):
    refused(client, client.get(BACK, {"code": there.code_for("mei"), "state": "0" * 32}))
    assert there.asked == []


def test_who_said_no_there_comes_back_without_a_code(client, there):
    refused(client, come_back(client, ""))
    assert there.asked == []


def test_a_way_of_more_than_ten_minutes_is_over(client, there):
    state = state_of(client)
    session = client.session
    session["away"] = {**session["away"], "until": session["away"]["until"] - 601}
    session.save()
    refused(client, come_back(client, there.code_for("mei"), state=state))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"errcode":40029,"errmsg":"invalid code"}'), (200, b"{}"), (200, b"[1]"),
        (200, b"<html>"), (200, b""), (200, b'{"openid":""}'), (200, b'{"openid":7}'),
        (200, b'{"openid":"%s"}' % (b"x" * 200)), (200, b'{"openid":"a","unionid":["b"]}'),
        (200, b'{"openid":"a","pad":"%s"}' % (b"x" * 20_000)), (200, b'{"openid":"\\u0000"'),
        (302, b""), (403, b""), (500, b'{"openid":"mei"}'), (503, b""),
    ],
)  # fmt: skip
def test_an_answer_that_names_nobody_signs_nobody_in(client, there, status, body):
    there.plain = (status, body)
    refused(client, come_back(client, "code", target="/classes/"))
    assert len(there.asked) == 1  # no redirect is followed
    assert not Person.objects.exists()


def test_a_preview_of_wechats_is_no_person_and_is_told_so(client, there):
    response = come_back(client, there.code_for("stand-in", is_snapshotuser=1))
    assert not Person.objects.exists()
    assert "Use full service" in client.get(response["Location"]).content.decode()


def test_a_server_that_drips_is_left(client, there, monkeypatch):
    monkeypatch.setattr(wechat, "PATIENCE_S", 0.3)
    there.drips.set()
    refused(client, come_back(client, "code"))


def test_a_server_that_is_away_signs_nobody_in_and_no_log_names_the_secret(client, there, caplog):
    there.shutdown()
    there.server_close()
    refused(client, come_back(client, "code-of-mei"))
    assert SECRET not in caplog.text and "code-of-mei" not in caplog.text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/"])
def test_coming_back_stays_on_the_site(client, there, target):
    assert come_back(client, there.code_for("mei"), target=target)["Location"] == reverse("me")


def test_staff_do_not_sign_in_by_wechat(client, client_factory, there):
    user = make_staff(Role.CONSULTANT)
    person = PersonFactory(user=user)
    OutsideIdentity.objects.create(person=person, provider="wechat", account=APP, subject="mei")
    refused(client, come_back(client, there.code_for("mei")))
    off = PersonFactory(user=UserFactory(is_active=False))
    OutsideIdentity.objects.create(person=off, provider="wechat", account=APP, subject="off")
    refused(client, come_back(client, there.code_for("off")))
    at_work = client_factory()
    at_work.force_login(user)
    come_back(at_work, there.code_for("new"))
    assert at_work.session["_auth_user_id"] == str(user.pk)
    assert OutsideIdentity.objects.count() == 2


@pytest.mark.parametrize(
    ("agent", "adapter", "offered"),
    [(WECHAT, True, True), ("Mozilla/5.0 Chrome/140", True, False), (WECHAT, False, False)],
)
def test_it_is_offered_where_it_is_set_up_and_only_in_wechat(
    client, there, settings, agent, adapter, offered
):
    if not adapter:
        settings.WECHAT_ADAPTER = ""
    page = client.get("/sign-in/", {"next": "/classes/"}, headers={"User-Agent": agent})
    assert (f'href="{LEAVE}?next=%2Fclasses%2F"' in page.content.decode()) is offered


def test_where_it_is_not_set_up_there_is_nothing(client, settings):
    settings.WECHAT_ADAPTER = ""
    assert client.get(LEAVE).status_code == client.get(BACK).status_code == 404


def test_a_wechat_login_is_sure_enough_for_a_place_and_said_to_be_no_contact(client, there):
    come_back(client, there.code_for("mei"))
    assert is_known(signed_in(client))
    assert not is_known(PersonFactory())
    page = client.get(reverse("me")).content.decode()
    assert "You sign in with WeChat" in page
    assert "we cannot write to you" in page


def test_the_report_names_the_ids_and_erasure_takes_them(client, there):
    come_back(client, there.code_for("openid-canary", unionid="union-canary"))
    person = signed_in(client)
    report = str(build_access_report(person=person))
    assert "openid-canary" in report and "union-canary" in report
    erase_person(person=person, actor="system")
    assert not OutsideIdentity.objects.exists()
