"""The workflow of a medical review: who may act in it, and what each action leads to."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Workflow, WorkflowPage

from cms.gate import PublicationRefused
from cms.models import ArticlePage, MedicalReviewTask, PublishingPolicy, Review, ReviewerLicence
from cms.services.reviewing import months_after, renew_review
from cms.services.workflow import act_on_task, end_waits, ensure_workflow, step_of
from people.roles import Role
from tests.factories import content
from tests.factories.people import make_staff
from tests.factories.reviews import approve, make_reviewer

pytestmark = pytest.mark.django_db


def submitted(user=None, **fields) -> ArticlePage:
    """A draft that its author submitted."""
    user = user or make_staff(Role.CLINICIAN)
    page = content.article(live=False, owner=user, **fields)
    page.save_revision(user=user)
    page.get_workflow().start(page, user)
    return fresh(page)


def fresh(page) -> ArticlePage:
    return ArticlePage.objects.get(pk=page.pk)


def actions_of(page, user) -> list[str]:
    task = step_of(page).task.specific
    return [name for name, *_ in task.get_actions(page, user)]


def act(page, user, action, **fields) -> None:
    act_on_task(task_state=step_of(page), user=user, action=action, **fields)


def test_the_whole_tree_stands_under_the_medical_review():
    root = Page.objects.get(depth=1)
    workflow = WorkflowPage.objects.get(page=root).workflow
    assert [type(task.specific) for task in workflow.tasks] == [MedicalReviewTask]
    ensure_workflow()
    assert MedicalReviewTask.objects.count() == 1
    assert not Workflow.objects.filter(name="Moderators approval", active=True).exists()


def test_approval_publishes_though_the_author_may_not():
    page, reviewer = submitted(), make_reviewer(first_name="Ada", last_name="Heron")
    due = timezone.localdate() + timedelta(days=100)
    act(page, reviewer, "approve", next_review_at=due.isoformat(), comment="Good")
    page = fresh(page)
    assert page.live
    assert (page.reviewer_name, page.next_review_at) == ("Ada Heron", due)
    review = Review.objects.get(page_id=page.pk)
    assert (review.reviewer, review.note) == (reviewer, "Good")
    assert review.licence == f"Board L-{reviewer.pk}"
    assert review.register_url == "https://register.example.org/"


def test_next_review_is_as_the_clinic_has_it_where_nobody_says_more():
    policy = PublishingPolicy.load()
    policy.review_valid_months = 6
    policy.save()
    page = submitted()
    act(page, make_reviewer(), "approve")
    assert fresh(page).next_review_at == months_after(timezone.localdate(), 6)


def without_licence():
    return make_staff(Role.REVIEWER)


def with_expired_licence():
    return make_reviewer(valid_until=timezone.localdate() - timedelta(days=1))


def with_licence_and_no_role():
    user = make_staff(Role.EDITOR)
    ReviewerLicence.objects.create(user=user, number="1", authority="Board")
    return user


@pytest.mark.parametrize("make", [without_licence, with_expired_licence, with_licence_and_no_role])
def test_nobody_approves_without_role_and_licence(make):
    page, user = submitted(), make()
    assert "approve" not in actions_of(page, user)
    with pytest.raises(PermissionDenied):
        act(page, user, "approve")
    assert not fresh(page).live
    assert not Review.objects.exists()


def test_licence_that_ends_today_still_counts():
    page = submitted()
    assert "approve" in actions_of(page, make_reviewer(valid_until=timezone.localdate()))


def reviewer_who_is_the_author():
    user = make_reviewer()
    return submitted(author=content.clinician(user=user)), user


def reviewer_who_made_the_page():
    user = make_reviewer()
    return submitted(user=user), user


def reviewer_who_changed_the_words_last():
    user, page = make_reviewer(), submitted()
    page.title = "Changed by the reviewer"
    page.save_revision(user=user)
    return fresh(page), user


@pytest.mark.parametrize(
    "make",
    [
        reviewer_who_is_the_author,
        reviewer_who_made_the_page,
        reviewer_who_changed_the_words_last,
    ],
)
def test_nobody_approves_their_own_words(make):
    page, user = make()
    assert "approve" not in actions_of(page, user)
    with pytest.raises(PermissionDenied):
        act(page, user, "approve")
    act(page, make_reviewer(), "approve")
    assert fresh(page).live


def test_saving_the_same_words_makes_a_reviewer_no_writer():
    page, reviewer = submitted(), make_reviewer()
    page.save_revision(user=reviewer)
    act(fresh(page), reviewer, "approve")
    assert fresh(page).live


def test_sending_back_keeps_the_note_and_resubmitting_goes_on():
    page, reviewer = submitted(), make_reviewer()
    act(page, reviewer, "reject", comment="Say how often.")
    page = fresh(page)
    state = page.current_workflow_state
    assert (state.status, state.current_task_state.comment) == ("needs_changes", "Say how often.")
    assert Review.objects.get().verdict == "sent_back"
    page.standfirst = "Twice a day"
    page.save_revision(user=page.owner)
    state.resume(page.owner)
    act(fresh(page), reviewer, "approve")
    assert fresh(page).live


def test_clinicians_without_the_role_may_not_send_back():
    page, user = submitted(), make_staff(Role.CLINICIAN)
    assert actions_of(page, user) == []
    with pytest.raises(PermissionDenied):
        act(page, user, "reject", comment="No")


def test_checks_stop_an_approval():
    page = submitted(references=[])
    with pytest.raises(PublicationRefused):
        act(page, make_reviewer(), "approve")
    assert not Review.objects.exists()


def test_words_that_are_approved_already_pass_when_they_are_submitted():
    user = make_staff(Role.CLINICIAN)
    page = content.article(live=False, owner=user)
    approve(page)
    page.save_revision(user=user)
    page.get_workflow().start(page, user)
    assert fresh(page).live


def test_editor_passes_what_is_not_about_health():
    page = submitted(about_health=False)
    act(page, make_staff(Role.EDITOR), "approve")
    assert fresh(page).live


# One licensed clinician


@pytest.fixture
def alone():
    """A clinician with a licence, in a clinic that allows self-review."""
    policy = PublishingPolicy.load()
    policy.self_review_allowed = True
    policy.save()
    user = make_staff(Role.CLINICIAN)
    ReviewerLicence.objects.create(user=user, number="1", authority="Board")
    return user


def test_self_review_is_off_until_an_administrator_allows_it(alone):
    PublishingPolicy.objects.update(self_review_allowed=False)
    page = submitted(user=alone)
    assert "self_review" not in actions_of(page, alone)
    with pytest.raises(PermissionDenied):
        act(page, alone, "self_review")


def test_self_review_waits_and_then_goes_live_once(alone):
    page = submitted(user=alone)
    act(page, alone, "self_review")
    assert end_waits() == []
    assert not fresh(page).live
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        assert end_waits() == []
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert end_waits() == [page.pk]
        assert end_waits() == []
    assert (fresh(page).live, fresh(page).review_kind) == (True, "self")


def test_self_review_of_words_that_changed_does_not_go_live(alone):
    page = submitted(user=alone)
    act(page, alone, "self_review")
    page.title = "Other"
    page.save_revision(user=alone)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert end_waits() == []
    assert not fresh(page).live


def test_colleague_stops_a_self_review_while_it_waits(alone):
    page = submitted(user=alone)
    act(page, alone, "self_review")
    act(page, make_reviewer(), "reject", comment="Wait.")
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert end_waits() == []
    assert not fresh(page).live


def test_self_review_needs_a_licence_and_ones_own_piece(alone):
    assert "self_review" not in actions_of(submitted(), alone)
    ReviewerLicence.objects.all().delete()
    assert "self_review" not in actions_of(submitted(user=alone), alone)


# Reviewing again


def test_renewing_moves_the_dates_without_publishing_again():
    page = content.article(next_review_at=timezone.localdate() - timedelta(days=1))
    published_at, revisions = page.last_published_at, page.revisions.count()
    reviewer = make_reviewer(first_name="Ada", last_name="Heron")
    renew_review(piece=page, user=reviewer)
    page = fresh(page)
    assert page.reviewer_name == "Ada Heron"
    assert page.next_review_at > timezone.localdate()
    assert (page.last_published_at, page.revisions.count()) == (published_at, revisions)


def test_author_may_not_renew():
    user = make_reviewer()
    page = content.article(author=content.clinician(user=user))
    with pytest.raises(PermissionDenied):
        renew_review(piece=page, user=user)


def test_autosave_takes_no_decision_along(client):
    """While the press of "Approve" waits for its answer, Wagtail saves the form that holds it."""
    page, reviewer = submitted(), make_reviewer()
    client.force_login(reviewer)
    sent = {"action-workflow-action": "true", "workflow-action-name": "approve"}
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    answer = client.post(address, sent, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["success"]) == (400, False)
    assert step_of(fresh(page)) is not None
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("role", "may"), [(Role.EDITOR, True), (Role.ADMINISTRATOR, True), (Role.CLINICIAN, False)]
)
def test_editors_begin_translations(client, role, may):
    page = content.article()
    client.force_login(make_staff(role))
    answer = client.get(reverse("simple_translation:submit_page_translation", args=[page.pk]))
    assert (answer.status_code == 200) is may
