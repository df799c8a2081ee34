"""What a room shows of the site's own pieces that somebody names: one card each; reads only.

A card is made anew each time it is read. A piece that is no draft, stands where everybody may read
it and may be found has one; all others have none, as if there were no such page.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Case, QuerySet, When, prefetch_related_objects
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override
from wagtail.images.models import SourceImageIOError
from wagtail.models import Page

from classroom.models import LiveClass, RoomEvent
from classroom.own_addresses import paths_in
from cms.findable import findable_pages
from cms.models import ArticlePage, ClinicImage, ComicPage, CoursePage, PiecePage
from cms.presentation import fetch_renditions, minutes_of
from cms.selectors import played_ids, played_lengths
from cms.services.picture_sizes import SPECS

CARDS_AT_MOST = 3
OFFERED_AT_MOST = 8

KINDS: dict[type[PiecePage], tuple[str, Any]] = {
    ArticlePage: ("article", gettext_lazy("Article")),
    ComicPage: ("comic", gettext_lazy("Comic")),
    CoursePage: ("course", gettext_lazy("Course")),
    LiveClass: ("class", gettext_lazy("Class")),
}
Card = dict[str, Any]


def cards_named_in(text: str) -> list[Card]:
    """The cards of the pieces whose addresses stand in a text, in its order, at most three.

    No query where none stands there, and as many for three as for one.
    """
    places = paths_in(text)
    if not places:
        return []
    pieces = {piece.url_path: piece for piece in _read(_shown().filter(url_path__in=places))}
    named = [pieces[place] for place in places if place in pieces]
    return _cards(named[:CARDS_AT_MOST])


def cards_by_page(page_ids: Collection[int]) -> dict[int, Card]:
    """The cards of these pages as they are now, by page; those without one are left out."""
    if not page_ids:
        return {}
    return {card["page"]: card for card in _cards(_read(_shown().filter(pk__in=page_ids)))}


def offered_cards(*, title: str, locale_id: int) -> list[Card]:
    """The newest pieces with these words in their title, those of one language first."""
    pages = _shown()
    for word in title.split():
        pages = pages.filter(title__icontains=word)
    pages = pages.order_by(
        Case(When(locale_id=locale_id, then=0), default=1), "-first_published_at", "-pk"
    )
    return _cards(_read(pages[:OFFERED_AT_MOST]))


def with_cards(events: list[RoomEvent]) -> list[RoomEvent]:
    """The events, each with the cards its words name, as they are now; no query without any."""
    wanted = {pk for event in events for pk in _pages_of(event)}
    if wanted:
        cards = cards_by_page(wanted)
        for event in events:
            event.cards = [cards[pk] for pk in _pages_of(event) if pk in cards]
    return events


def _pages_of(event: RoomEvent) -> list[int]:
    return (event.more or {}).get("pages", [])


def _shown() -> QuerySet:
    """Rows of the page tree that have a card; which of their types they are is joined to them."""
    cancelled = LiveClass.objects.exclude(cancelled_at=None).values("pk")
    beside = [
        f"{model._meta.model_name}__{name}" for model in KINDS for name in ("author", "cover")
    ]
    pages = findable_pages().type(*KINDS).exclude(pk__in=cancelled)
    return pages.select_related("locale", *beside)


def _read(pages: QuerySet) -> list[PiecePage]:
    return [_as_piece(page) for page in pages]


def _as_piece(page: Page) -> PiecePage:
    names = (model._meta.model_name for model in KINDS)
    piece = next(getattr(page, name) for name in names if name and hasattr(page, name))
    piece.locale = page.locale
    return piece


def _cards(pieces: list[PiecePage]) -> list[Card]:
    fetch_renditions(piece.cover for piece in pieces)
    classes = [piece for piece in pieces if isinstance(piece, LiveClass)]
    prefetch_related_objects(classes, "clinicians")
    lengths = played_lengths([media_id for piece in pieces for media_id in played_ids(piece)])
    return [_card(piece, lengths) for piece in pieces]


def _card(piece: PiecePage, lengths: dict[int, float]) -> Card:
    """One card; `line` says in the piece's own language what stands under its title."""
    kind, word = KINDS[type(piece)]
    language = piece.locale.language_code
    starts_at = None
    minutes = minutes_of(piece, lengths=lengths) if kind in ("article", "comic") else None
    names = [piece.author.title] if piece.author else []
    if isinstance(piece, LiveClass):
        starts_at = piece.starts_at.astimezone(piece.zone) if piece.starts_at else None
        names = [one.title for one in piece.clinicians.all() if one.live] or names
    with override(language):
        told = [str(word), _listed(names)]
        if starts_at:
            told.append(f"{date_format(starts_at, 'DATETIME_FORMAT')} ({piece.time_zone})")
        if minutes:
            told.append(
                ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes)
                % {"minutes": minutes}
            )
    return {
        "page": piece.pk,
        "kind": kind,
        "title": piece.title,
        "by": names,
        "minutes": minutes,
        "starts_at": starts_at.isoformat() if starts_at else None,
        "language": language,
        "url": piece.url,
        "line": " · ".join(one for one in told if one),
        "picture": _picture(piece.cover),
    }


def _listed(names: list[str]) -> str:
    return _(", ").join(names)


def _picture(image: ClinicImage | None) -> str:
    """The address of the small size, empty where there is none to show."""
    if image is None or image.is_withheld:
        return ""
    try:
        return image.get_rendition(SPECS[0]).url
    except SourceImageIOError:
        return ""
