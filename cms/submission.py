"""What must be true of a piece before it is submitted for review, and before it goes live.

A check takes a piece, which may be unsaved, and yields problems; it writes nothing. Checks register
themselves, so that the form, the API, the workflow and publishing ask the same ones.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cms.models import PiecePage


@dataclass(frozen=True)
class Problem:
    """Something to mend: `field` names the piece's field, `place` the id of a block in it or "".

    `message` says what is wrong and what to do. A problem that is not `blocking` is shown and
    stops nothing.
    """

    field: str
    message: str
    code: str
    place: str = ""
    blocking: bool = True


Check = Callable[[PiecePage], Iterable[Problem]]

submission_checks: list[Check] = []


def problems_of(piece: PiecePage) -> list[Problem]:
    """Return what every check finds, in the order of the checks."""
    return [problem for check in submission_checks for problem in check(piece)]


def blocking_problems_of(piece: PiecePage) -> list[Problem]:
    """Return what stops the piece from being submitted and from going live."""
    return [problem for problem in problems_of(piece) if problem.blocking]


def missing_references(piece: PiecePage) -> Iterable[Problem]:
    """A piece about health names what it rests on."""
    if (
        piece.needs_references
        and piece.about_health
        and piece.reviewed_here
        and not len(piece.references)
    ):
        yield Problem(
            field="references",
            code="no_references",
            message=_("A piece about health needs at least one reference. Add what it rests on."),
        )


submission_checks.append(missing_references)
