"""What endpoints are told, about whom, when not, and what becomes of it; a real server takes it."""

import json
import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail as outgoing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError
from wagtail.users.models import UserProfile

from classroom.signals import attendance_recorded
from cms.effects import tell_published
from leads.models import (
    DeliveryState,
    Stage,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookRecipient,
    WhyDisabled,
    WhyWithheld,
)
from leads.services import webhook_sending
from leads.services.leads import change_stage
from leads.services.membership import refresh_lists
from leads.services.webhook_endpoints import (
    add_endpoint,
    disable_endpoint,
    enable_endpoint,
    redeliver,
    rotate_secret,
)
from leads.services.webhook_news import clear_log, tell_entered
from leads.services.webhook_secrets import unseal
from leads.services.webhook_sending import FAILING_AT_MOST, WAITS_S, try_endpoint
from outbox.models import AuditEntry, Effect, EffectState
from outbox.safe_addresses import AddressRefused
from outbox.services import run_due_effects, run_effect
from people.models import Person, Purpose
from people.notices import CURRENT
from people.roles import Role
from people.services.access import build_access_report
from people.services.consent import record_consent, withdraw_consent
from people.services.erasure import erase_person
from people.services.pausing import pause_profiling
from tests.factories.content import article
from tests.factories.leads import (
    attended,
    class_about,
    heat,
    list_of,
    prospect,
    staff,
    topic_named,
    warm,
)
from tests.outbox.gateway import Gateway

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOTH = {Purpose.PROFILING: True, Purpose.MARKETING: True}


@pytest.fixture(autouse=True)
def at_home(settings, tmp_path):
    """Let this machine be posted to, as where webhooks are tried out."""
    settings.DEBUG = settings.WEBHOOKS_TO_THIS_MACHINE = True


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def system():
    """Another system that listens and keeps what it got."""
    server = Gateway([])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def administrator():
    return staff(Role.ADMINISTRATOR)


def endpoint_at(server: Gateway, administrator, *kinds: str, fields=(), path="in?key=hidden-key"):
    """An endpoint of that server, and its secret."""
    return add_endpoint(
        url=f"http://127.0.0.1:{server.server_port}/{path}",
        description="Booking",
        kinds=list(kinds),
        fields=list(fields),
        by=administrator,
    )


@pytest.fixture
def implants():
    return topic_named("Implants")


@pytest.fixture
def lead_list(implants):
    return list_of("warm", heat(implants, 1.0))


def events(server: Gateway) -> list[dict]:
    return [json.loads(body) for _, body in server.taken]


def kinds_of(server: Gateway) -> list[str]:
    return [event["type"] for event in events(server)]


def entering(implants, name="Ada", **fields) -> Person:
    person = prospect(name, **{"marketing": True, "email": f"{name}@example.org", **fields})
    warm(person, implants, heat=2.0)
    refresh_lists()
    return person


def verified(secret: str, taken: tuple[dict, bytes]) -> dict:
    headers, body = taken
    return Webhook(secret).verify(body, headers)


def pass_time() -> None:
    """Let every effect that waits be due."""
    Effect.objects.filter(state=EffectState.PENDING).update(due_at=timezone.now())


def test_entering_is_told_signed_with_the_chosen_fields_alone(
    system, administrator, implants, lead_list
):
    _, secret = endpoint_at(
        system, administrator, "lead.entered", fields=["email", "topics", "branch"]
    )
    person = entering(implants, source="newsletter")
    run_due_effects()
    refresh_lists()
    run_due_effects()
    (event,) = [verified(secret, taken) for taken in system.taken]
    membership = person.memberships.get()
    assert event == {
        "type": "lead.entered",
        "timestamp": membership.entered_at.isoformat(),
        "data": {
            "person": person.external_id,
            "list": "warm",
            "entered_at": membership.entered_at.isoformat(),
            "email": "Ada@example.org",
            "branch": None,
            "topics": ["implants"],
        },
    }
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.sending_until) == (DeliveryState.SENT, None)
    assert WebhookAttempt.objects.get().status == 200
    assert WebhookRecipient.objects.get().person_external_id == person.external_id


def test_where_nobody_wants_it_people_cost_nothing(administrator, system, lead_list):
    endpoint, _ = endpoint_at(system, administrator, "page.published")
    disable_endpoint(endpoint=endpoint, why=WhyDisabled.STAFF, by=administrator)
    counts = []
    for number in (1, 3):
        people = dict.fromkeys([prospect().pk for _ in range(number)], NOON)
        with CaptureQueriesContext(connection) as queries:
            tell_entered(came={lead_list.pk: people}, at=NOON)
        counts.append(len(queries))
    assert counts == [1, 1]
    assert not WebhookDelivery.objects.exists()


def test_more_people_take_no_more_queries(administrator, system, lead_list):
    endpoint_at(system, administrator, "lead.entered")
    counts = []
    for number in (1, 3):
        people = dict.fromkeys([prospect().pk for _ in range(number)], NOON)
        with CaptureQueriesContext(connection) as queries:
            tell_entered(came={lead_list.pk: people}, at=NOON)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert WebhookDelivery.objects.count() == 4


@pytest.mark.parametrize("given", [{"marketing": False}, {"marketing": True, "birth_year": 2020}])
def test_without_consent_nothing_is_sent(system, administrator, implants, lead_list, given):
    endpoint_at(system, administrator, "lead.entered")
    person = entering(implants, **given)
    tell_entered(came={lead_list.pk: [person.pk]}, at=NOON)
    run_due_effects()
    assert system.taken == []
    assert not WebhookRecipient.objects.exists()
    assert set(WebhookDelivery.objects.values_list("state", "why")) == {
        (DeliveryState.WITHHELD, WhyWithheld.CONSENT)
    }


def withdraw(purpose: str):
    return lambda person: withdraw_consent(person=person, purposes=[purpose])


@pytest.mark.parametrize(
    "taken_back",
    [withdraw(Purpose.MARKETING), withdraw(Purpose.PROFILING), lambda p: pause_profiling(person=p)],
    ids=["marketing", "profiling", "pause"],
)
def test_consent_taken_back_in_between_means_not_sent_and_says_so(
    system, administrator, implants, lead_list, taken_back
):
    endpoint_at(system, administrator, "lead.entered")
    person = entering(implants)
    taken_back(person)
    run_due_effects()
    assert system.taken == []
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.why, delivery.about) == ("withheld", "consent", {})


def test_consent_is_looked_at_again_before_every_attempt(
    system, administrator, implants, lead_list, monkeypatch
):
    """The row still waits when the handler has it in hand: only the check of that moment counts."""
    endpoint_at(system, administrator, "lead.entered")
    person = entering(implants)
    system.answers = [503]
    run_due_effects()
    monkeypatch.setattr("leads.receivers.webhook_news.tell_withdrawn", lambda **kwargs: None)
    withdraw_consent(person=person, purposes=[Purpose.MARKETING])
    pass_time()
    run_due_effects()
    assert len(system.taken) == 1
    assert WebhookDelivery.objects.get().why == WhyWithheld.CONSENT


def test_agreeing_later_tells_where_they_stand_by_then(system, administrator, implants, lead_list):
    endpoint_at(system, administrator, "lead.entered")
    person = entering(implants, marketing=False)
    run_due_effects()
    assert system.taken == []
    record_consent(person=person, purposes=BOTH, notice=CURRENT, language="en", method="panel")
    run_due_effects()
    assert kinds_of(system) == ["lead.entered"]


def test_leaving_goes_by_id_alone_to_who_was_told(system, administrator, implants, lead_list):
    endpoint_at(system, administrator, "lead.entered", fields=["name"])
    endpoint_at(system, administrator, "lead.left", fields=["name"], path="never-told")
    person = entering(implants)
    run_due_effects()
    withdraw_consent(person=person)
    run_due_effects()
    assert kinds_of(system) == ["lead.entered", "lead.left"]
    assert events(system)[1]["data"] == {"person": person.external_id}


def test_leaving_a_list_by_time_is_told_too(system, administrator, implants, lead_list, noon):
    endpoint_at(system, administrator, "lead.entered")
    entering(implants)
    run_due_effects()
    noon.move_to(NOON + timedelta(days=60))
    refresh_lists()
    run_due_effects()
    assert kinds_of(system) == ["lead.entered", "lead.left"]


def test_who_leaves_with_a_deleted_list_is_told_of_too(system, administrator, implants, lead_list):
    endpoint_at(system, administrator, "lead.entered")
    entering(implants)
    run_due_effects()
    lead_list.delete()
    run_due_effects()
    assert kinds_of(system) == ["lead.entered", "lead.left"]


def test_who_left_before_it_was_sent_is_not_told_of(
    system, administrator, implants, lead_list, noon
):
    endpoint_at(system, administrator, "lead.entered")
    entering(implants)
    noon.move_to(NOON + timedelta(days=60))
    refresh_lists()
    run_due_effects()
    assert system.taken == []
    assert WebhookDelivery.objects.get().why == WhyWithheld.OVER


def test_erasure_reaches_every_past_recipient_and_nobody_else(
    system, administrator, implants, lead_list
):
    told, _ = endpoint_at(system, administrator, "lead.entered", fields=["name"], path="told")
    off, _ = endpoint_at(system, administrator, "class.attended", path="off")
    endpoint_at(system, administrator, "page.published", "lead.left", path="never")
    person = entering(implants)
    room = class_about("On implants", implants)
    attended(person, room)
    attendance_recorded.send(sender=None, live_class_id=room.pk, person_ids=[person.pk])
    run_due_effects()
    disable_endpoint(endpoint=off, why=WhyDisabled.STAFF, by=administrator)
    system.taken.clear()
    erase_person(person=person, actor="test")
    run_due_effects()
    assert [event["data"] for event in events(system) if event["type"] == "person.erased"] == [
        {"person": person.external_id}
    ] * 2
    assert set(kinds_of(system)) == {"person.erased"}
    ids = {headers["webhook-id"] for headers, _ in system.taken}
    assert len(ids) == 2
    assert not WebhookRecipient.objects.exists()
    assert [one for one in WebhookDelivery.objects.all() if one.about] == []


def test_an_erasure_waits_for_what_may_still_be_on_its_way(
    system, administrator, implants, lead_list
):
    endpoint_at(system, administrator, "lead.entered")
    person = entering(implants)
    run_due_effects()
    system.taken.clear()
    WebhookDelivery.objects.update(sending_until=timezone.now() + timedelta(minutes=1))
    erase_person(person=person, actor="test")
    run_due_effects()
    assert system.taken == []
    WebhookDelivery.objects.update(sending_until=timezone.now())
    pass_time()
    run_due_effects()
    assert kinds_of(system) == ["person.erased"]


def test_an_access_report_names_who_was_told(system, administrator, implants, lead_list):
    endpoint_at(system, administrator, "lead.entered")
    person = entering(implants)
    run_due_effects()
    report = json.dumps(build_access_report(person=person), default=str)
    assert "Booking" in report
    assert "hidden-key" not in report


def test_sensitive_topics_are_never_told_with_a_person(system, administrator, implants, lead_list):
    endpoint_at(system, administrator, "lead.entered", "class.attended", fields=["topics"])
    person = entering(implants)
    room = class_about("On implants", implants)
    attended(person, room)
    attendance_recorded.send(sender=None, live_class_id=room.pk, person_ids=[person.pk])
    implants.sensitive = True
    implants.save()
    run_due_effects()
    assert system.taken == []
    assert set(WebhookDelivery.objects.values_list("why", flat=True)) == {WhyWithheld.SENSITIVE}


def test_attending_is_told_once_a_class_and_not_of_who_stayed_away(system, administrator, implants):
    endpoint_at(system, administrator, "class.attended")
    room = class_about("On implants", implants)
    came, left_early = prospect("Ada", marketing=True), prospect("Bo", marketing=True)
    attended(came, room)
    attended(left_early, room, share=0.2)
    ids = [came.pk, left_early.pk]
    for _ in range(2):
        attendance_recorded.send(sender=None, live_class_id=room.pk, person_ids=ids)
        run_due_effects()
    (event,) = events(system)
    assert event["data"]["person"] == came.external_id
    assert event["data"]["class"] == room.pk


def test_a_change_of_stage_is_told(system, administrator):
    endpoint_at(system, administrator, "lead.stage_changed")
    person, refusing = prospect("Ada", marketing=True), prospect("Bo", profiling=False)
    for one in (person, refusing):
        change_stage(person=one, stage=Stage.CONTACTED, by=administrator)
    run_due_effects()
    (event,) = events(system)
    assert event["data"] == {
        "person": person.external_id, "before": "new", "stage": "contacted"
    }  # fmt: skip


def test_publications_are_told_and_leave_no_work_where_nobody_listens(system, administrator):
    page = article(title="On gums")
    Effect.objects.all().delete()
    tell_published(page_ids=[page.pk])
    assert set(Effect.objects.values_list("state", flat=True)) == {EffectState.DONE}
    Effect.objects.all().delete()
    endpoint_at(system, administrator, "page.published")
    tell_published(page_ids=[page.pk])
    run_due_effects()
    (event,) = events(system)
    assert (event["type"], event["data"]["page"]) == ("page.published", page.pk)


def test_no_redirect_is_followed_and_it_is_tried_again_under_the_same_id(
    system, administrator, implants, lead_list
):
    endpoint_at(system, administrator, "lead.entered")
    entering(implants)
    system.answers = [302]
    run_due_effects()
    assert len(system.taken) == 1
    pass_time()
    run_due_effects()
    first, second = [headers["webhook-id"] for headers, _ in system.taken]
    assert first == second
    assert list(WebhookAttempt.objects.values_list("status", "problem")) == [
        (302, "status"), (200, "")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "asked", "waits_s"),
    [(429, "3600", 3600), (503, "Fri, 20 Nov 2026 13:00:00 GMT", 3600), (429, "1", WAITS_S[0])],
)
def test_who_asks_for_time_is_left_alone_and_never_tried_sooner_than_planned(
    system, administrator, implants, lead_list, noon, status, asked, waits_s
):
    endpoint_at(system, administrator, "lead.entered")
    entering(implants)
    system.answers, system.retry_after = [status], asked
    run_due_effects()
    waiting = Effect.objects.get(kind="webhook.send")
    wait = (waiting.due_at - NOON).total_seconds()
    assert waits_s <= wait <= 1.1 * waits_s
    noon.move_to(waiting.due_at)
    run_due_effects()
    assert WebhookDelivery.objects.get().state == DeliveryState.SENT


def test_gone_switches_off_tells_administrators_and_keeps_what_is_owed(
    system, administrator, implants, lead_list
):
    endpoint, _ = endpoint_at(system, administrator, "lead.entered")
    person = entering(implants)
    run_due_effects()
    entering(implants, name="Bo")
    system.answers = [410]
    run_due_effects()
    endpoint.refresh_from_db()
    assert endpoint.why_disabled == WhyDisabled.GONE
    mail = Effect.objects.get(kind="mail.send", payload__template="webhook_disabled")
    assert mail.payload["ids"]["user"] == administrator.pk
    (letter,) = outgoing.outbox
    assert letter.to == [administrator.email]
    assert endpoint.description in letter.subject
    assert "answered that it is gone" in letter.body
    assert reverse("webhook", args=[endpoint.public_id]) in letter.body
    assert person.display_name not in letter.body
    erase_person(person=person, actor="test")
    run_due_effects()
    assert len(system.taken) == 2
    assert enable_endpoint(endpoint=endpoint, by=administrator) == 1
    run_due_effects()
    assert kinds_of(system)[2:] == ["person.erased"]


@pytest.mark.parametrize("why", WhyDisabled.values)
def test_who_leaves_while_it_is_off_is_told_of_once_it_is_on_again(
    system, administrator, implants, lead_list, why
):
    endpoint, _ = endpoint_at(system, administrator, "lead.entered")
    person, never_told = entering(implants), prospect("Bo", marketing=True)
    run_due_effects()
    disable_endpoint(endpoint=endpoint, why=why, by=administrator)
    endpoint.kinds = ["page.published"]  # it still knows whom it was told about
    endpoint.save()
    for one in (person, never_told):
        pause_profiling(person=one)
        withdraw_consent(person=one)
        run_due_effects()
    assert kinds_of(system) == ["lead.entered"]
    # However often they leave meanwhile, it is one notice.
    assert enable_endpoint(endpoint=endpoint, by=administrator) == 1
    run_due_effects()
    assert kinds_of(system) == ["lead.entered", "lead.left"]
    assert events(system)[1]["data"] == {"person": person.external_id}


def test_who_takes_nothing_for_days_is_switched_off(system, administrator, implants, lead_list):
    endpoint, _ = endpoint_at(system, administrator, "lead.entered", "page.published")
    assert FAILING_AT_MOST.total_seconds() < sum(WAITS_S) < 4 * 86_400
    with time_machine.travel(NOON, tick=False) as clock:
        entering(implants)
        system.answers = [500] * 20
        effect = Effect.objects.get(kind="webhook.send")
        for _ in range(len(WAITS_S) + 1):
            run_effect(effect_id=effect.pk)
            effect.refresh_from_db()
            clock.move_to(effect.due_at)
        profile = UserProfile.get_for_user(administrator)
        profile.preferred_language = "zh-hans"
        profile.save()
        run_due_effects()
    (letter,) = outgoing.outbox
    assert letter.subject == f"Webhook 通知已关闭：{endpoint.description}"
    assert "三天" in letter.body
    endpoint.refresh_from_db()
    assert (effect.state, len(system.taken)) == (EffectState.DEAD, len(WAITS_S) + 1)
    assert len({headers["webhook-id"] for headers, _ in system.taken}) == 1
    assert WebhookDelivery.objects.get().state == DeliveryState.FAILED
    assert endpoint.why_disabled == WhyDisabled.FAILING


def test_one_success_ends_the_count_of_failing(system, administrator, implants, lead_list):
    endpoint, _ = endpoint_at(system, administrator, "lead.entered")
    entering(implants)
    system.answers = [500]
    run_due_effects()
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    pass_time()
    run_due_effects()
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_the_recipient_is_on_record_before_the_first_byte_leaves(
    system, administrator, implants, lead_list, monkeypatch
):
    endpoint_at(system, administrator, "lead.entered")
    person = entering(implants)
    effect = Effect.objects.get(kind="webhook.send")

    class Killed(BaseException):
        pass

    def post(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(webhook_sending, "post_safely", post)
        run_effect(effect_id=effect.pk)
    assert system.taken == []
    erase_person(person=person, actor="test")
    Effect.objects.update(lease_until=timezone.now())
    WebhookDelivery.objects.update(sending_until=timezone.now())
    run_due_effects()
    assert kinds_of(system) == ["person.erased"]


def test_a_new_secret_signs_beside_the_old_one_for_a_day(system, administrator):
    endpoint, old = endpoint_at(system, administrator, "page.published")
    new = rotate_secret(endpoint=endpoint, by=administrator)
    endpoint.refresh_from_db()
    try_endpoint(endpoint=endpoint, by=administrator)
    for secret in (old, new):
        assert verified(secret, system.taken[0])["type"] == "webhook.test"
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        try_endpoint(endpoint=endpoint, by=administrator)
        assert verified(new, system.taken[1])
        with pytest.raises(WebhookVerificationError):
            verified(old, system.taken[1])


def test_secrets_and_addresses_are_in_no_row_log_or_audit(
    system, administrator, implants, lead_list, caplog, settings
):
    caplog.set_level(logging.DEBUG)
    endpoint, secret = endpoint_at(system, administrator, "lead.entered")
    entering(implants)
    system.answers = [500, 302]
    run_due_effects()
    system.shutdown()
    system.server_close()
    pass_time()
    run_due_effects()
    rotate_secret(endpoint=endpoint, by=administrator)
    rows = str(list(WebhookEndpoint.objects.values())) + str(list(WebhookAttempt.objects.values()))
    said = caplog.text + str(list(AuditEntry.objects.values())) + str(list(Effect.objects.values()))
    said += str([one.problem for effect in Effect.objects.all() for one in effect.deliveries.all()])
    assert secret not in rows + said
    assert secret.removeprefix("whsec_") not in rows + said
    assert "hidden-key" not in said
    assert unseal(WebhookEndpoint.objects.get().sealed_previous) == secret
    settings.SECRET_KEY = "another" * 8
    assert try_endpoint(endpoint=endpoint, by=administrator).problem == "secret"


def test_redelivery_goes_under_the_same_id_by_what_may_be_sent_now(
    system, administrator, implants, lead_list
):
    endpoint_at(system, administrator, "lead.entered")
    person = entering(implants)
    delivery = WebhookDelivery.objects.get()
    assert redeliver(delivery=delivery, by=administrator) is False  # it still waits
    run_due_effects()
    assert redeliver(delivery=delivery, by=administrator) is True
    run_due_effects()
    first, second = [headers["webhook-id"] for headers, _ in system.taken]
    assert first == second
    withdraw_consent(person=person)
    redeliver(delivery=delivery, by=administrator)
    run_due_effects()
    assert kinds_of(system)[2:] == ["lead.left"]


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1/", "https://localhost:22/", "http://a@b.org/"]
)
def test_an_address_inside_is_refused_when_it_is_saved(settings, administrator, address):
    settings.WEBHOOKS_TO_THIS_MACHINE = False
    with pytest.raises(AddressRefused):
        add_endpoint(url=address, description="x", kinds=[], fields=[], by=administrator)
    assert not WebhookEndpoint.objects.exists()


def test_an_address_that_was_good_once_is_looked_at_again(settings, system, administrator):
    endpoint, _ = endpoint_at(system, administrator, "page.published")
    settings.WEBHOOKS_TO_THIS_MACHINE = False
    assert try_endpoint(endpoint=endpoint, by=administrator).problem == "address"
    assert system.taken == []


def test_the_log_is_cleared_but_for_what_waits(system, administrator, implants, lead_list):
    endpoint_at(system, administrator, "lead.entered")
    entering(implants)
    run_due_effects()
    WebhookDelivery.objects.update(occurred_at=timezone.now() - timedelta(days=91))
    entering(implants, name="Bo")
    WebhookDelivery.objects.filter(state="waiting").update(
        occurred_at=timezone.now() - timedelta(days=91)
    )
    assert (clear_log(), clear_log()) == (1, 0)
