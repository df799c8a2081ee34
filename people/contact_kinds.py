"""Says which kinds of contact a page may ask for now, in which order, and reads what was typed.

A kind is offered while the clinic allows it and it can be reached; nothing else decides that.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from outbox.mail import reaches_mailboxes
from outbox.texts import reaches_phones
from people.contacts import normalise_contact, takes_texts
from people.models import Clinic, ContactKind, ContactPoint, Person
from people.selectors import current_clinic

#: What people of a language look for first.
FIRST_IN = {"zh": ContactKind.PHONE}
CHINESE, CHINA = "zh", "CN"
FIGURES_OF_A_NUMBER = 5


class NotOffered(ValueError):
    """A contact of a kind the clinic does not offer, or cannot reach now."""

    def __init__(self, kind: str):
        super().__init__(kind)
        self.kind = kind


class TakesNoText(ValueError):
    """A number at which nobody reads a text, such as a landline."""


@dataclass(frozen=True)
class Offer:
    """The kinds a page may ask for, the first one first, and where a bare number is at home."""

    kinds: tuple[ContactKind, ...]
    region: str | None

    def kind_named(self, name: str) -> ContactKind | None:
        """The offered kind of that name, else the first one; None where nothing is offered."""
        named = [kind for kind in self.kinds if kind.value == name]
        return (named or list(self.kinds) or [None])[0]

    def other_than(self, kind: str) -> list[ContactKind]:
        """What is offered beside a kind."""
        return [one for one in self.kinds if one != kind]


def reachable_kinds() -> set[ContactKind]:
    """What a message would leave the house for, or be shown to a developer, now."""
    reached = {ContactKind.EMAIL: reaches_mailboxes(), ContactKind.PHONE: reaches_phones()}
    return {kind for kind, can in reached.items() if can}


def allowed_kinds(clinic: Clinic) -> set[ContactKind]:
    """What the clinic wants to offer, whether it can be reached or not."""
    return {kind for kind in ContactKind if getattr(clinic, f"offers_{kind.value}")}


def offer_in(language: str, *, clinic: Clinic | None = None) -> Offer:
    """What a page in this language may ask for: the phone first in Chinese, else e-mail."""
    clinic = clinic or current_clinic()
    first = FIRST_IN.get(language.partition("-")[0], ContactKind.EMAIL)
    kinds = allowed_kinds(clinic) & reachable_kinds()
    ordered = sorted(kinds, key=lambda kind: (kind != first, kind.value))
    return Offer(kinds=tuple(ordered), region=region_of(clinic))


def region_of(clinic: Clinic) -> str | None:
    """Two letters of the country whose numbers need no code; None where nothing tells."""
    if clinic.phone_region:
        return clinic.phone_region
    found = _countries_of_zones().get(clinic.time_zone)
    if found is None and all(language.startswith(CHINESE) for language in clinic.languages or [""]):
        return CHINA
    return found


@cache
def _countries_of_zones() -> dict[str, str]:
    """Time zones with the country each is named for, from the tz database."""
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


def reachable_contact(person: Person) -> ContactPoint | None:
    """Where a message reaches the person now: the oldest verified address, else number, or None."""
    points = ContactPoint.objects.filter(
        person=person, verified_at__isnull=False, kind__in=reachable_kinds()
    )
    return points.order_by("kind", "verified_at").first()


def read_contact(text: str, *, asked: str, offer: Offer) -> tuple[ContactKind, str]:
    """Return kind and comparable form of what was typed where `asked` was asked for.

    What is typed counts: an address is taken where a number was asked for, and the other way
    round. Raises NotOffered, BadContact and TakesNoText.
    """
    text = unicodedata.normalize("NFKC", text)
    kind = kind_typed(text, asked=asked)
    if kind not in offer.kinds:
        raise NotOffered(kind)
    value = normalise_contact(kind=kind, value=text, region=offer.region)
    if kind == ContactKind.PHONE and not takes_texts(value):
        raise TakesNoText
    return kind, value


def kind_typed(text: str, *, asked: str) -> ContactKind:
    """What a text looks like; where that is unclear, what was asked for."""
    if "@" in text:
        return ContactKind.EMAIL
    if sum(character.isdecimal() for character in text) >= FIGURES_OF_A_NUMBER:
        return ContactKind.PHONE
    return ContactKind(asked)
