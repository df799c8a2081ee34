"""Which pieces may leave the site, and what all their forms show; reads only."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.images.models import SourceImageIOError
from wagtail.models import Page

from cms.access import is_open_to_all
from cms.models import ClinicImage, ComicPage, PiecePage, ShortLink
from cms.models.patients import ConsentScope, PatientConsent

#: Packages above add lines that a piece of theirs cannot do without, such as when a class is.
outlet_facts: list[Callable[[PiecePage], list[tuple[str, str]]]] = []


@dataclass(frozen=True)
class Shown:
    """A picture as an outlet shows it: its size in pixels, and its text alternative."""

    url: str
    full_url: str
    width: int
    height: int
    alt: str


def shareable_piece(page_id: int) -> PiecePage | None:
    """Return the piece if it may leave the site: live, reviewed here, and open to everybody."""
    page = Page.objects.filter(pk=page_id, live=True).first()
    piece = page.specific if page else None
    return piece if isinstance(piece, PiecePage) and may_leave(piece) else None


def may_leave(piece: PiecePage) -> bool:
    """Whether a piece is live, reviewed here, in time and behind no door."""
    in_time = piece.expire_at is None or piece.expire_at > timezone.now()
    return (
        piece.live
        and in_time
        and piece.reviewed_here
        and is_open_to_all(piece)
        and not piece.get_view_restrictions().exists()
    )


def facts_of(piece: PiecePage) -> list[tuple[str, str]]:
    """What the packages above add to every form of the piece, as pairs of name and words."""
    return [fact for facts in outlet_facts for fact in facts(piece)]


def short_address(link: ShortLink) -> str:
    """The whole address of a short link."""
    return settings.BASE_URL.rstrip("/") + reverse("short_link", args=[link.code])


def campaign_address(piece: PiecePage, campaign: str) -> str:
    """The page's own whole address, with the campaign as statistics read it."""
    address = piece.full_url or ""
    return f"{address}?utm_campaign={campaign}" if campaign else address


def reviewed_by(piece: PiecePage) -> str:
    """Who answers for the words, in the language of the moment; empty where nobody is named."""
    name = piece.reviewer_name or (piece.reviewer.title if piece.reviewer else "")
    if not name or not piece.reviewed_at:
        return ""
    chinese = (translation.get_language() or "").startswith("zh")
    said = format_date(piece.reviewed_at, "Y年n月j日" if chinese else "j F Y")
    return _("Reviewed by %(name)s on %(date)s") % {"name": name, "date": said}


def shown_picture(
    image: ClinicImage | None, *, scope: ConsentScope, width: int = 1080, alt: str | None = None
) -> Shown | None:
    """Return a picture for use outside the site, None where it is missing or may not leave.

    A patient's picture leaves only under a consent in force for that use. JPEG, as every messenger
    and printer takes it.
    """
    if image is None:
        return None
    if image.patient_shown and not any(
        consent.is_in_force(scope=scope) for consent in image.patient_consents.all()
    ):
        return None
    try:
        made = image.get_rendition(f"width-{width}|format-jpeg|bgcolor-ffffff")
    except SourceImageIOError:
        return None
    words = image.description if alt is None else alt
    return Shown(made.url, made.full_url, made.width, made.height, words)


def keep_to_scope(images: list[ClinicImage], scope: ConsentScope) -> None:
    """Let templates show, of these pictures' patients, those alone who agreed to this use too."""
    patients = [image for image in images if image is not None and image.patient_shown]
    allowed = PatientConsent.objects.in_force(scope=scope)
    prefetch_related_objects(patients, Prefetch("patient_consents", queryset=allowed))


def panels_of(piece: PiecePage, *, scope: ConsentScope, width: int = 1080) -> list[dict]:
    """The panels of a comic in order, each with its picture (or None) and its words."""
    if not isinstance(piece, ComicPage):
        return []
    return [
        {
            "picture": shown_picture(
                block.value["image"], scope=scope, width=width, alt=block.value["alt"]
            ),
            "alt": block.value["alt"],
            "narration": block.value["narration"],
            "bubbles": block.value["bubbles"],
        }
        for block in piece.panels_in_order
    ]


def without_scheme(address: str) -> str:
    """An address as it stands on paper."""
    return address.removeprefix("https://").removeprefix("http://")
