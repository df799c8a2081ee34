"""The mails of a review: to who may decide and to who submitted, once, and never within the request."""

from datetime import date

import pytest
from django.core import mail
from django.db import transaction
from wagtail.users.models import UserProfile

from cms.mails import compose_review_waits
from cms.models import ArticlePage
from cms.services.workflow import act_on_task, step_of
from outbox.models import Effect
from outbox.services import run_due_effects
from people.roles import Role
from tests.factories import content
from tests.factories.people import make_staff
from tests.factories.reviews import make_reviewer

pytestmark = pytest.mark.django_db


def sent() -> list[tuple[str, str]]:
    """Who gets what, once everything that is due was done."""
    while run_due_effects():
        pass
    return sorted((letter.to[0], letter.subject) for letter in mail.outbox)


@pytest.fixture
def author():
    return make_staff(Role.CLINICIAN, email="author@example.org", first_name="Ada")


@pytest.fixture
def reviewer():
    return make_reviewer(email="reviewer@example.org")


def submitted(author) -> ArticlePage:
    page = content.article(title="Why gums bleed", live=False, owner=author)
    page.save_revision(user=author)
    page.get_workflow().start(page, author)
    return fresh(page)


def fresh(page) -> ArticlePage:
    return ArticlePage.objects.get(pk=page.pk)


def test_who_may_decide_is_told_once_and_nobody_else(author, reviewer):
    make_staff(Role.REVIEWER, email="no-licence@example.org")
    make_staff(Role.MARKETING, email="marketing@example.org")
    make_reviewer(email="gone@example.org", is_active=False)
    page = submitted(author)
    assert mail.outbox == []
    assert sent() == [("reviewer@example.org", "Waits for your review: Why gums bleed")]
    assert f"/admin/pages/{page.pk}/edit/" in mail.outbox[0].body
    Effect.objects.filter(kind="review.waits").update(state="pending")
    assert len(sent()) == 1


def test_a_piece_that_was_decided_meanwhile_waits_for_nobody(author, reviewer):
    page = submitted(author)
    act_on_task(task_state=step_of(page), user=reviewer, action="approve")
    assert [subject for _, subject in sent()] == ["Approved: Why gums bleed"]


def test_the_author_is_told_what_was_decided_with_the_note(author, reviewer):
    page = submitted(author)
    act_on_task(task_state=step_of(page), user=reviewer, action="reject", comment="Say how often.")
    assert mail.outbox == []
    assert sent() == [("author@example.org", "Sent back to you: Why gums bleed")]
    assert "Say how often." in mail.outbox[0].body

    page = fresh(page)
    page.current_workflow_state.resume(author)
    mail.outbox.clear()
    act_on_task(
        task_state=step_of(fresh(page)),
        user=reviewer,
        action="approve",
        next_review_at=date(2099, 1, 1),
    )
    assert sent() == [("author@example.org", "Approved: Why gums bleed")]
    assert "on the site now" in mail.outbox[0].body


def test_mails_come_in_the_language_of_who_reads(author, reviewer):
    profile = UserProfile.get_for_user(reviewer)
    profile.preferred_language = "zh-hans"
    profile.save()
    step = step_of(submitted(author))
    letter = compose_review_waits({"step": step.pk, "user": reviewer.pk})
    assert (letter.to, letter.language) == ("reviewer@example.org", "zh-hans")


def test_who_switched_them_off_gets_none(author, reviewer):
    for user in (author, reviewer):
        profile = UserProfile.get_for_user(user)
        profile.submitted_notifications = profile.approved_notifications = False
        profile.save()
    page = submitted(author)
    act_on_task(task_state=step_of(page), user=reviewer, action="approve")
    assert sent() == []


def test_who_submitted_and_decided_is_told_nothing(reviewer):
    page = submitted(make_staff(Role.EDITOR, email="editor@example.org"))
    state = page.current_workflow_state
    state.requested_by = reviewer
    state.save()
    assert sent() == []
    act_on_task(task_state=step_of(page), user=reviewer, action="reject", comment="No.")
    assert sent() == []


def test_a_submission_that_is_rolled_back_asks_for_nothing(author, reviewer):
    with transaction.atomic():
        submitted(author)
        transaction.set_rollback(True)
    assert not Effect.objects.filter(kind="review.waits").exists()
    assert sent() == []
