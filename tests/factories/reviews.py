"""Makes reviewers, reviews, and live pieces that were approved as the rule asks."""

from datetime import date

from wagtail.models import Page

from cms.gate import needs_approval
from cms.models import ClinicianPage, PiecePage, Review, ReviewerLicence, Verdict
from cms.services.reviewing import record_review
from people.models import User
from people.roles import Role
from tests.factories.people import make_staff


def approve(piece: PiecePage, *, clinician: ClinicianPage | None = None, **fields) -> Review:
    """An approval of the words of a row, or of a revision as object, by somebody outside the test."""
    name = clinician.title if clinician else "Dr Colleague"
    return record_review(
        piece=piece,
        **{
            "verdict": Verdict.APPROVED,
            "reviewer_name": name,
            "clinician": clinician,
            "licence": "Board 123",
            **fields,
        },
    )


def put_up(page: Page, *, under: Page, **review) -> Page:
    """Add a page to the tree, live where it says so; a piece about health with an approval."""
    gated = page.live and isinstance(page, PiecePage) and needs_approval(page)
    page.live = page.live and not gated
    under.add_child(instance=page)
    if gated:
        approve(page, **review)
        page.live = True
        page.save()
    return page


def change(piece: PiecePage, **fields) -> PiecePage:
    """Change words of a live row as an approved change would."""
    for name, value in fields.items():
        setattr(piece, name, value)
    approve(piece)
    piece.save()
    return piece


def make_reviewer(*, valid_until: date | None = None, **fields) -> User:
    """A medical reviewer with a licence that is in force, unless `valid_until` is past."""
    user = make_staff(Role.REVIEWER, **fields)
    ReviewerLicence.objects.create(
        user=user,
        number=f"L-{user.pk}",
        authority="Board",
        register_url="https://register.example.org/",
        valid_until=valid_until,
    )
    return user
