"""Lets the demo's clinicians approve each other's pieces, with licences that are marked as fictional."""

from datetime import date

from django.contrib.auth.models import Group
from wagtail.models import Page

from cms.gate import approval_of, needs_approval
from cms.models import ClinicianPage, PiecePage, Review, ReviewerLicence, Verdict
from cms.services.demo_files import demo_file
from cms.services.reviewing import noon_of, record_review
from people.models import User
from people.roles import Role

#: Demo logins that review beside what else they do, so that nobody approves pieces of their own.
ALSO_REVIEW = ("shen-yu",)


def load_demo_licences() -> None:
    """Record the licences of the demo's clinicians that are missing, and who of them reviews."""
    for entry in demo_file("clinic.json")["clinicians"]:
        user = User.objects.filter(username=entry["slug"], is_demo=True).first()
        if user is None:
            continue
        authority, _, number = entry["licence"]["en"].partition(" DEMO")
        ReviewerLicence.objects.get_or_create(
            user=user, defaults={"authority": authority, "number": f"DEMO{number}"}
        )
        if entry["slug"] in ALSO_REVIEW:
            user.groups.add(Group.objects.get(name=Role.REVIEWER.value))


def put_up(
    page: Page, *, under: Page, reviewer: ClinicianPage | None, reviewed_at: date, due_at: date
) -> None:
    """Add a page to the tree, live; a piece about health with the approval of a colleague."""
    gated = isinstance(page, PiecePage) and needs_approval(page)
    page.live = not gated
    under.add_child(instance=page)
    if gated:
        approve(page, reviewer=reviewer, reviewed_at=reviewed_at, due_at=due_at)
        page.live = True
        page.save()


def approve(
    page: PiecePage, *, reviewer: ClinicianPage | None, reviewed_at: date, due_at: date
) -> None:
    """Record a colleague's approval of the words as they stand, unless there is one."""
    if reviewer is None or approval_of(page):
        return
    record_review(
        piece=page,
        verdict=Verdict.APPROVED,
        at=noon_of(reviewed_at),
        reviewer=reviewer.user,
        reviewer_name=reviewer.title,
        clinician=reviewer,
        licence=reviewer.professional_licence,
        next_review_at=due_at,
    )


def renew_reviews(pages: list[int], *, reviewed_at: date, due_at: date) -> None:
    """Count the days of the demo's own reviews from today again."""
    at = noon_of(reviewed_at)
    Review.objects.filter(page_id__in=pages, reviewer__is_demo=True).update(
        at=at, effective_at=at, next_review_at=due_at
    )
