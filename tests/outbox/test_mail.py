"""Mail is composed when it is sent, carries one stable id, and can be read while developing."""

import pytest
from django.core import mail
from django.core.mail import EmailMessage, get_connection

from outbox import mail as outbox_mail
from outbox.mail import Letter, message_id
from outbox.models import Effect, EffectState
from outbox.services import enqueue_mail, run_due_effects, run_effect
from outbox.would_be_sent import forget_written_mails, written_mails

pytestmark = pytest.mark.django_db
FILES = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture
def letters(monkeypatch):
    """Composers of this test, on a template that exists."""
    composers: dict = {}
    monkeypatch.setattr(outbox_mail, "_composers", composers)
    return composers


def compose(ids: dict) -> Letter:
    context = {"code": "123456", "minutes": 10, "clinic_name": ids["name"]}
    return Letter(to="reader@example.org", language=ids.get("language", "en"), context=context)


def test_send_mail_composes_and_names_the_message_after_the_effect(letters):
    letters["sign_in_code"] = compose
    effect = enqueue_mail(template="sign_in_code", ids={"name": "Willow"}, key="letter:1")
    assert run_due_effects() == 1
    (message,) = mail.outbox
    assert message.to == ["reader@example.org"]
    assert message.subject == "Your code for Willow"
    assert message.extra_headers["Message-ID"] == message_id("letter:1")
    Effect.objects.filter(pk=effect.pk).update(state=EffectState.PENDING)
    assert run_effect(effect_id=effect.pk)
    assert mail.outbox[1].extra_headers["Message-ID"] == message_id("letter:1")
    assert message_id("letter:2") != message_id("letter:1")


def test_send_mail_sends_nothing_once_the_reason_is_gone(letters):
    letters["sign_in_code"] = lambda ids: None
    effect = enqueue_mail(template="sign_in_code", ids={}, key="letter:1")
    assert run_due_effects() == 1
    assert mail.outbox == []
    effect.refresh_from_db()
    assert effect.state == EffectState.DONE


@pytest.fixture
def folder(settings, tmp_path):
    """A folder of mails written instead of sent."""
    settings.EMAIL_BACKEND = FILES
    settings.EMAIL_FILE_PATH = str(tmp_path / "mails")
    return tmp_path / "mails"


def write(to: str, subject: str, text: str) -> None:
    EmailMessage(subject, text, to=[to], connection=get_connection()).send()


def test_would_be_sent_shows_mails_newest_first_and_readable(client, settings, folder):
    settings.DEBUG = True
    assert client.get("/development/would-be-sent/").status_code == 200
    write("a@example.org", "您的验证码", "第一行 = 甲\n<script>alert(1)</script>")
    write("b@example.org", "Second", "-" * 79)
    mails = written_mails()
    assert [written.subject for written in mails] == ["Second", "您的验证码"]
    page = client.get("/development/would-be-sent/").content.decode()
    assert page.index("Second") < page.index("您的验证码")
    assert "第一行 = 甲" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("debug", "base_url"),
    [
        (False, "http://127.0.0.1:8000"),
        (True, "https://clinic.example.org"),
        (True, "http://8.8.8.8"),
    ],
)
def test_would_be_sent_is_not_there_for_strangers(client, settings, folder, debug, base_url):
    write("a@example.org", "Secret", "123456")
    settings.DEBUG, settings.BASE_URL = debug, base_url
    response = client.get("/development/would-be-sent/")
    assert response.status_code == 404
    assert b"123456" not in response.content


def test_forget_written_mails_deletes_those_of_an_address_and_no_other(folder):
    with get_connection() as one_file:
        for to in ("kept@example.org", "Erased@example.org", "also.kept@example.org"):
            EmailMessage(to, "-" * 79 + "\ntext", to=[to], connection=one_file).send()
    write("erased@example.org", "Own file", "text")
    assert forget_written_mails(addresses={"erased@example.org"}) == 2
    assert [mail.to for mail in written_mails()] == ["also.kept@example.org", "kept@example.org"]
