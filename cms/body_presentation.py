"""What the blocks of a body need beside their own values, gathered in a fixed number of queries.

Blocks get it as attributes of their values before the template runs; a block that was not dressed
(in a feed, in an export) shows its own words alone. It writes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse
from wagtail.blocks import StructValue
from wagtail.models import Page

from cms.models import PollCount
from people.models import Branch

#: From so many votes the results are shown to everybody; before, to who has just voted.
VOTES_TO_SHOW = 5

BlocksByType = dict[str, list[Any]]
#: Packages above dress the blocks that only they know.
body_dressers: list[Callable[[BlocksByType, Page], None]] = []


@dataclass(frozen=True)
class PollOption:
    """One answer with its votes and their share of all, in whole percent."""

    id: str
    text: str
    votes: int
    percent: int


@dataclass(frozen=True)
class ShownPoll:
    """A poll as it stands: `vote_url` is empty where no vote is taken."""

    block_id: str
    options: list[PollOption]
    votes: int
    shows_results: bool
    has_voted: bool
    vote_url: str


def blocks_of(page: Page) -> BlocksByType:
    """The blocks of a page's body by their type."""
    found: BlocksByType = defaultdict(list)
    for block in getattr(page, "body", None) or []:
        found[block.block_type].append(block)
    return found


def dress_body(page: Page, request: HttpRequest) -> None:
    """Give the blocks of the body what they show beside their own words.

    At most one query for each kind of block that is there, however many there are.
    """
    blocks = blocks_of(page)
    _dress_polls(blocks["poll"], page, request)
    _dress_media([*_values(blocks["video"], "video"), *_values(blocks["audio"], "audio")])
    _dress_calls_to_ask([block.value for block in blocks["ask_call"]], page)
    for dress in body_dressers:
        dress(blocks, page)


def pictures_of_body(page: Page) -> Iterator[Any]:
    """The images that the blocks of the body show; media must have been dressed."""
    blocks = blocks_of(page)
    yield from _values(blocks["figure"], "image")
    for block in blocks["comparison"]:
        yield block.value["before"].get("image")
        yield block.value["after"].get("image")
    for media in _values(blocks["video"], "video"):
        yield media.poster


def _values(blocks: Iterable[Any], name: str) -> list[Any]:
    return [block.value[name] for block in blocks if block.value.get(name)]


def _dress_media(media: list[Model]) -> None:
    if media:
        prefetch_related_objects(media, "poster")
    patients = [one for one in media if one.patient_shown]  # type: ignore[attr-defined]
    if patients:
        prefetch_related_objects(patients, "patient_consents")


def _dress_polls(blocks: list[Any], page: Page, request: HttpRequest) -> None:
    if not blocks:
        return
    counts = {
        (count.block_id, count.option_id): count.votes
        for count in PollCount.objects.filter(page_id=page.pk)
    }
    for block in blocks:
        block.value.shown = _shown_poll(str(block.id), block.value, counts, page, request)


def _shown_poll(
    block_id: str,
    value: StructValue,
    counts: dict[tuple[str, str], int],
    page: Page,
    request: HttpRequest,
) -> ShownPoll:
    options = [(str(option.id), option.value) for option in value["options"].bound_blocks]
    # An answer that an editor took away takes its votes along.
    votes = {option_id: counts.get((block_id, option_id), 0) for option_id, _text in options}
    total = sum(votes.values())
    has_voted = request.GET.get("voted") == block_id
    is_preview = getattr(request, "is_preview", False)
    return ShownPoll(
        block_id=block_id,
        options=[
            PollOption(
                option_id,
                text,
                votes[option_id],
                round(100 * votes[option_id] / total) if total else 0,
            )
            for option_id, text in options
        ],
        votes=total,
        shows_results=bool(total) and (has_voted or total >= VOTES_TO_SHOW),
        has_voted=has_voted,
        vote_url="" if is_preview or not page.pk else reverse("vote", args=[page.pk, block_id]),
    )


def _dress_calls_to_ask(values: list[StructValue], page: Page) -> None:
    """Name the branches of the author that have a telephone, or all that have."""
    if not values:
        return
    with_telephone = Branch.objects.exclude(telephone="").order_by("pk")
    author = getattr(page, "author", None)
    branches = list(with_telephone.filter(clinicians=author)) if author else []
    for value in values:
        value.branches = branches or list(with_telephone)
