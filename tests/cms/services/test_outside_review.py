"""A colleague outside the clinic decides once, by a personal link, about exactly what was shown."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from cms.models import ArticlePage, OutsideInvitation, Review
from cms.services.outside_review import (
    forget_addresses,
    invite_outside_reviewer,
    link_of,
    revoke_invitation,
    token_of,
)
from outbox.models import Effect
from outbox.services import run_due_effects
from people.roles import Role
from tests.factories import content
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db
DECISION = {
    "name": "Dr Crane",
    "licence": "77",
    "authority": "State chamber",
    "read": "on",
    "verdict": "approved",
}


@pytest.fixture
def author():
    return make_staff(Role.CLINICIAN, first_name="Ada", last_name="Heron")


@pytest.fixture
def draft(author) -> ArticlePage:
    page = content.article(live=False, owner=author, title="Why gums bleed")
    page.save_revision(user=author)
    return fresh(page)


def fresh(page) -> ArticlePage:
    return ArticlePage.objects.get(pk=page.pk)


def invite(draft, author, **fields) -> OutsideInvitation:
    return invite_outside_reviewer(piece=draft, user=author, colleague_name="Dr Crane", **fields)


def path_of(invitation) -> str:
    return "/" + link_of(invitation).split("/", 3)[3]


def test_link_shows_the_draft_and_reading_it_changes_nothing(client, draft, author):
    invitation = invite(draft, author)
    before = (Review.objects.count(), OutsideInvitation.objects.values().get())
    for _ in range(2):
        response = client.get(path_of(invitation))
        html = response.content.decode()
        assert response.status_code == 200
        assert "Why gums bleed" in html and "Some words to read." in html
        assert "tracker.js" not in html and "data-page=" not in html
    assert (Review.objects.count(), OutsideInvitation.objects.values().get()) == before
    assert not fresh(draft).live
    assert response["Referrer-Policy"] == "same-origin"
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]


def test_approval_publishes_and_names_the_colleague_with_the_licence(client, draft, author):
    invitation = invite(draft, author)
    assert client.post(path_of(invitation), DECISION).status_code == 302
    page = fresh(draft)
    assert page.live
    assert (page.reviewer_name, page.reviewer_licence, page.review_kind) == (
        "Dr Crane",
        "State chamber 77",
        "outside",
    )
    assert "Reviewed by Dr Crane, from outside the clinic" in client.get(page.url).content.decode()


def test_link_takes_one_decision(client, draft, author):
    invitation = invite(draft, author)
    client.post(path_of(invitation), DECISION)
    response = client.post(path_of(invitation), {**DECISION, "verdict": "sent_back", "note": "No"})
    assert response.status_code == 410
    assert "used up" in response.content.decode()
    assert Review.objects.count() == 1


def test_sending_back_reaches_the_author_with_the_note(client, draft, author):
    invitation = invite(draft, author)
    client.post(path_of(invitation), {**DECISION, "verdict": "sent_back", "note": "Say how often."})
    state = fresh(draft).current_workflow_state
    assert (state.status, state.current_task_state.comment) == ("needs_changes", "Say how often.")
    assert not fresh(draft).live


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"read": ""}, "Tick this to approve."),
        ({"licence": ""}, "This field is required."),
        ({"authority": ""}, "This field is required."),
        ({"name": ""}, "This field is required."),
        ({"verdict": "sent_back"}, "Say what should change."),
        ({"verdict": "maybe"}, "Something is missing"),
    ],
)
def test_decision_without_what_it_needs_is_none(client, draft, author, missing, said):
    invitation = invite(draft, author)
    response = client.post(path_of(invitation), {**DECISION, **missing})
    assert said in response.content.decode()
    assert not Review.objects.exists()


def test_words_that_changed_end_the_link(client, draft, author):
    invitation = invite(draft, author)
    draft.title = "Why gums bleed at night"
    draft.save_revision(user=author)
    for response in (client.get(path_of(invitation)), client.post(path_of(invitation), DECISION)):
        assert response.status_code == 410
        assert "The words have changed" in response.content.decode()
    assert not Review.objects.exists()


def test_link_ends_after_fourteen_days(client, draft, author):
    invitation = invite(draft, author)
    with time_machine.travel(timezone.now() + timedelta(days=13)):
        assert client.get(path_of(invitation)).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert client.post(path_of(invitation), DECISION).status_code == 410
    assert not Review.objects.exists()


def test_link_that_was_taken_back_is_closed(client, draft, author):
    invitation = invite(draft, author)
    revoke_invitation(invitation=invitation, user=author)
    assert client.post(path_of(invitation), DECISION).status_code == 410
    assert not Review.objects.exists()


def test_unknown_link_is_not_found(client, draft, author):
    invitation = invite(draft, author)
    assert client.get(path_of(invitation)[:-2] + "x/").status_code == 404


def test_no_row_and_no_queue_holds_the_token(draft, author):
    invitation = invite(draft, author, email="crane@example.org")
    token = token_of(invitation)
    rows = [OutsideInvitation.objects.values().get(), *Effect.objects.values()]
    assert not any(token in str(value) for row in rows for value in row.values())


def test_mail_brings_the_link(draft, author, django_capture_on_commit_callbacks):
    invitation = invite(draft, author, email="crane@example.org")
    run_due_effects()
    (letter,) = [sent for sent in mail.outbox if sent.to == ["crane@example.org"]]
    assert link_of(invitation) in letter.body
    assert "Ada Heron" in letter.body and "Why gums bleed" in letter.subject


def test_mail_of_a_link_that_was_taken_back_is_not_sent(draft, author):
    invitation = invite(draft, author, email="crane@example.org")
    revoke_invitation(invitation=invitation, user=author)
    run_due_effects()
    assert [sent for sent in mail.outbox if sent.to == ["crane@example.org"]] == []


def test_address_goes_once_the_link_is_used_or_over(client, draft, author):
    invite(draft, author, email="old@example.org")
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert forget_addresses() == 1
        assert forget_addresses() == 0
        used = invite(draft, author, email="crane@example.org")
        client.post(path_of(used), DECISION)
    assert set(OutsideInvitation.objects.values_list("email", flat=True)) == {""}


def test_only_who_looks_after_the_piece_may_ask(draft):
    with pytest.raises(PermissionDenied):
        invite(draft, make_staff(Role.CLINICIAN))
    invite(draft, make_staff(Role.EDITOR))


def test_piece_with_problems_is_not_sent_out(author):
    page = content.article(live=False, owner=author, references=[])
    with pytest.raises(ValidationError):
        invite(page, author)
    assert not OutsideInvitation.objects.exists()
