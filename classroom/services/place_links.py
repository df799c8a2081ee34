"""Makes and reads the short links of places, for texts: few signs, nothing in them, signed.

A code is its kind, the place's number and twelve signs of a signature (59 bits; guesses are
throttled), all in letters that are not taken for each other when they are read aloud. A new
`join_number` makes codes worthless, as it does the long links that they lead to.
"""

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from classroom.models import Registration
from classroom.models.tellings import Telling
from cms.services.short_links import LETTERS

SIGNS = 12


class BadPlaceCode(ValueError):
    """No code of ours, or one that was revoked."""


def issue_place_code(*, registration: Registration, kind: str) -> str:
    """Return the code that leads to one of the pages of a place."""
    return f"{kind}{_letters(registration.pk)}{_signature(registration, kind)}"


def place_link(*, registration: Registration, kind: str) -> str:
    """Return the short link to one of the pages of a place, as a text holds it."""
    return f"{settings.BASE_URL}/m/{issue_place_code(registration=registration, kind=kind)}"


def read_place_code(code: str) -> tuple[Registration, str]:
    """Return the place and the kind of page a code stands for; raises BadPlaceCode."""
    kind, number, signature = code[:1], code[1:-SIGNS], code[-SIGNS:]
    if kind not in (Telling.Link.JOIN, Telling.Link.QUESTIONS, Telling.Link.CLASS):
        raise BadPlaceCode
    registration = (
        Registration.objects.filter(pk=_number(number))
        .select_related("person", "live_class__locale")
        .first()
    )
    if registration is None or not constant_time_compare(_signature(registration, kind), signature):
        raise BadPlaceCode
    return registration, kind


def _signature(registration: Registration, kind: str) -> str:
    signed = f"{kind}:{registration.pk}:{registration.join_number}"
    digest = salted_hmac("classroom.place_link", signed, algorithm="sha256").digest()
    figure = int.from_bytes(digest[:16], "big")
    return _letters(figure % len(LETTERS) ** SIGNS).rjust(SIGNS, LETTERS[0])


def _letters(figure: int) -> str:
    found = ""
    while figure:
        figure, rest = divmod(figure, len(LETTERS))
        found = LETTERS[rest] + found
    return found or LETTERS[0]


def _number(letters: str) -> int:
    if not 0 < len(letters) <= SIGNS or not set(letters) <= set(LETTERS):
        raise BadPlaceCode
    figure = 0
    for letter in letters:
        figure = figure * len(LETTERS) + LETTERS.index(letter)
    return figure
