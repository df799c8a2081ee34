"""What the replay asks of the database: the pages of its items, a fold, and interests by both ways."""

import json
import time
from pathlib import Path


def replayed_pages() -> dict:
    """Page id by imported key."""
    from cms.models import ImportedItem

    return dict(ImportedItem.objects.values_list("key", "page_id"))


def fold() -> dict:
    """Fold everything that waits; the figure is its seconds."""
    from tracking.services.folding import fold_everything

    started = time.perf_counter()
    fold_everything()
    return {"seconds": time.perf_counter() - started}


def replayed(tokens_file: str) -> dict:
    """How many readers have the same interests by both ways, of how many rows, and who has not."""
    tokens = json.loads(Path(tokens_file).read_text("utf-8"))
    by_http, by_import = interests_by_http(tokens), interests_by_import(tokens)
    different = [reader for reader in tokens if by_http[reader] != by_import[reader]]
    rows = [row for found in by_http.values() for row in found]
    return {
        "same": len(tokens) - len(different),
        "interests": sum(row[0] == "interest" for row in rows),
        "tags": sum(row[0] == "tag" for row in rows),
        "first": different[:1],
    }


def interests_by_http(tokens: dict[str, str]) -> dict[str, list[tuple]]:
    """By reader, what stands of the visitor whose token that is; see `_rows`."""
    from people.services.visitors import public_id_of_token

    return {
        reader: _rows(visitor__public_id=public_id_of_token(token))
        for reader, token in tokens.items()
    }


def interests_by_import(readers) -> dict[str, list[tuple]]:
    """By reader, what stands of the person with that imported key; see `_rows`."""
    return {reader: _rows(person__imported_key=reader) for reader in readers}


def _rows(**owner) -> list[tuple]:
    """Signals, interests and interest tags of one profile, figures as they are stored, without ids."""
    from tracking.models import Interest, InterestTag, Profile, Signal

    profiles = Profile.objects.filter(**owner)
    interests = Interest.objects.filter(profile__in=profiles)
    tags = InterestTag.objects.filter(profile__in=profiles)
    signals = Signal.objects.filter(profile__in=profiles)
    return sorted(
        [
            *(("signal", *row) for row in signals.values_list(
                "kind", "item_key", "day", "at", "strength")),
            *(("interest", *row) for row in interests.values_list(
                "topic__slug", "mass", "signals", "last_at")),
            *(("tag", *row) for row in tags.values_list(
                "topic__slug", "entered_at", "lapses_at", "rule__number")),
        ],
        key=repr,
    )  # fmt: skip
