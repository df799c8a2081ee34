"""Brings interests and tags of many profiles in line with their stored signals, by columns of numbers.

It gives what `pairs.refresh_pairs` gives for all topics of the same profiles, and writes only what
differs; a repeat changes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import connection

from tracking.arithmetic import Rule
from tracking.models import Interest, InterestTag
from tracking.scoring import Scores, scores_of
from tracking.selectors.columns import interest_columns, signal_columns
from tracking.selectors.rules import TopicTree, current_rule_version, rule_of, topic_tree
from tracking.selectors.vetoes import vetoes_of
from tracking.selectors.weights import weights_about, yardstick_weights
from tracking.services.pairs import moment, store_tags

# A tenth of what a check allows. Sums in another order differ by far less.
MASS_TOLERANCE = 1e-10
UNIX = datetime(1970, 1, 1, tzinfo=UTC)


def rescore_profiles(*, profile_ids: Sequence[int]) -> None:
    """Score every pair of these profiles under the rule in force, and write what differs.

    The caller holds the folding lock and tells whom it concerns.
    """
    version = current_rule_version()
    rule, tree = rule_of(version), topic_tree()
    signals = signal_columns(profile_ids)
    scores = scores_of(
        signals,
        weights=_weights(np.unique(signals["bearing"]).tolist(), rule=rule, tree=tree),
        vetoes=vetoes_of(profile_ids),
        rule=rule,
    )
    _store_masses(scores, interest_columns(profile_ids))
    store_tags(
        due={
            (*pair, moment(episode.entered_s), moment(episode.lapses_s))
            for pair, episodes in scores.episodes.items()
            for episode in episodes
        },
        stored=InterestTag.objects.filter(profile_id__in=profile_ids),
        version=version,
    )


def _weights(
    bearings: Sequence[int], *, rule: Rule, tree: TopicTree
) -> Mapping[int, Mapping[int, float]]:
    """Weights by what signals bear on: a yardstick's id, or minus the id of a topic."""
    found = yardstick_weights((one for one in bearings if one > 0), rule=rule, tree=tree)
    about = {one: weights_about(-one, rule=rule, tree=tree) for one in bearings if one < 0}
    return {**found, **about}


def _store_masses(scores: Scores, stored: np.ndarray) -> None:
    span = max(int(scores.topic.max(initial=0)), int(stored["topic"].max(initial=0))) + 1
    due_key = scores.profile * span + scores.topic
    stored = stored[np.argsort(stored["profile"] * span + stored["topic"])]
    key = stored["profile"] * span + stored["topic"]
    gone = stored["id"][~np.isin(key, due_key)]
    if len(gone):
        Interest.objects.filter(pk__in=gone.tolist())._raw_delete("default")
    place = np.searchsorted(key, due_key)
    known = np.zeros(len(due_key), dtype=bool)
    inside = place < len(key)
    known[inside] = key[place[inside]] == due_key[inside]
    same, have = known.copy(), stored[place[known]]
    same[known] = (
        np.isclose(scores.mass[known], have["mass"], rtol=MASS_TOLERANCE, atol=0.0)
        & (scores.signals[known] == have["signals"])
        & (scores.last_us[known] == have["last_us"])
    )
    _upsert(scores, ~same)


def _upsert(scores: Scores, chosen: np.ndarray) -> None:
    due = (scores.profile, scores.topic, scores.mass, scores.signals, scores.last_us)
    columns = [column[chosen].tolist() for column in due]
    if not columns[0]:
        return
    if connection.vendor == "postgresql":
        source = (
            "SELECT p, t, m, s, TIMESTAMPTZ 'epoch' + us * INTERVAL '1 microsecond' FROM unnest("
            "%s::bigint[], %s::bigint[], %s::float8[], %s::integer[], %s::bigint[]"
            ") AS due(p, t, m, s, us)"
        )
    else:
        source = "VALUES (%s, %s, %s, %s, %s)"
        columns[4] = [
            connection.ops.adapt_datetimefield_value(UNIX + timedelta(microseconds=us))
            for us in columns[4]
        ]
    statement = (
        f"INSERT INTO {Interest._meta.db_table} (profile_id, topic_id, mass, signals, last_at) "
        f"{source} ON CONFLICT (profile_id, topic_id) DO UPDATE "
        "SET mass = excluded.mass, signals = excluded.signals, last_at = excluded.last_at"
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Figures need no quoting, and looking for what does would take most of the time.
            cursor.execute(statement, [f"{{{','.join(map(repr, one))}}}" for one in columns])
        else:
            cursor.executemany(statement, list(zip(*columns, strict=True)))
