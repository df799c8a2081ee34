"""Brings stored signals in line with what the evidence says they should be."""

from collections import defaultdict
from typing import NamedTuple

from tracking.evidence import SignalFact
from tracking.models import PageYardstick, Signal
from tracking.selectors.evidence import Evidence
from tracking.services.upserts import upsert_signals

FIELDS = (
    "kind", "item_key", "day", "at", "strength", "page_id", "topic_id", "yardstick_id", "detail",
)  # fmt: skip


def store_signals(
    evidence: Evidence, *, pages: set[tuple[int, int]] | None
) -> dict[int, set[int] | None]:
    """Write the difference between stored and due signals; return the topics concerned by profile.

    `pages` limits the comparison to (profile, page) pairs; None compares everything of the
    profiles. Profiles without a difference are left out. While interests are paused signals may go
    or shrink, but none is made and none grows.
    """
    difference = _difference(evidence, pages=pages)
    if difference.gone:
        Signal.objects.filter(pk__in=difference.gone).delete()
    upsert_signals(difference.changed)
    return _topics_of(difference.touched)


def profiles_that_differ(evidence: Evidence) -> set[int]:
    """The profiles of which `store_signals` would write or delete a signal; nothing is written."""
    return set(_difference(evidence, pages=None).touched)


class _Difference(NamedTuple):
    """Signals to write and ids to delete, and both states of either by profile."""

    changed: list[tuple[int, SignalFact]]
    gone: list[int]
    touched: dict[int, list[SignalFact]]


def _difference(evidence: Evidence, *, pages: set[tuple[int, int]] | None) -> _Difference:
    stored = _stored(evidence)
    difference = _Difference([], [], defaultdict(list))
    changed, gone, touched = difference
    for profile, due in evidence.signals.items():
        wanted = {_key(signal): signal for signal in due if _concerns(profile, signal, pages)}
        have = {
            key: row for key, row in stored.get(profile, {}).items()
            if _concerns(profile, row[1], pages)
        }  # fmt: skip
        for key, signal in wanted.items():
            if profile in evidence.paused and not (
                key in have and signal.strength <= have[key][1].strength
            ):
                continue
            if key not in have or have[key][1] != signal:
                changed.append((profile, signal))
                touched[profile] += [signal, have[key][1]] if key in have else [signal]
        for key, (pk, signal) in have.items():
            if key not in wanted:
                gone.append(pk)
                touched[profile].append(signal)
    return difference


def _key(signal: SignalFact) -> tuple:
    return (signal.kind, signal.item_key, signal.day)


def _concerns(profile: int, signal: SignalFact, pages: set[tuple[int, int]] | None) -> bool:
    return pages is None or signal.page_id is None or (profile, signal.page_id) in pages


def _stored(evidence: Evidence) -> dict[int, dict[tuple, tuple[int, SignalFact]]]:
    rows = Signal.objects.filter(profile_id__in=evidence.signals)
    if evidence.page_ids is not None:
        rows = rows.filter(page_id__in=evidence.page_ids) | rows.filter(page_id=None)
    found: dict[int, dict[tuple, tuple[int, SignalFact]]] = defaultdict(dict)
    for profile, pk, *fact in rows.values_list("profile_id", "pk", *FIELDS):
        signal = SignalFact(*fact)
        found[profile][_key(signal)] = (pk, signal)
    return found


def _topics_of(touched: dict[int, list[SignalFact]]) -> dict[int, set[int] | None]:
    """The topics that each profile's changed signals bear on, before merges and spread."""
    ids = {s.yardstick_id for signals in touched.values() for s in signals if s.yardstick_id}
    rows = PageYardstick.objects.filter(pk__in=ids).values_list("pk", "topics")
    topics = {pk: set(map(int, weights)) for pk, weights in rows}
    return {
        profile: set().union(
            *(
                {s.topic_id} if s.topic_id else topics.get(s.yardstick_id or 0, set())
                for s in signals
            )
        )
        for profile, signals in touched.items()
    }
