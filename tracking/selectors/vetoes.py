"""Reads what people took away from their interests."""

from collections import defaultdict
from collections.abc import Iterable

from tracking.arithmetic import VetoFact
from tracking.models import Veto, VetoReason
from tracking.selectors.rules import topic_tree
from tracking.selectors.standing import records_behind


def vetoes_of(profile_ids: Iterable[int]) -> dict[tuple[int, int], list[VetoFact]]:
    """Vetoes by (profile, topic), merges of topics and of people resolved."""
    merged = topic_tree().merged
    owners, _ = records_behind(profile_ids)
    found: dict[tuple[int, int], list[VetoFact]] = defaultdict(list)
    for profile, topic, at, reason in Veto.objects.filter(profile_id__in=list(owners)).values_list(
        "profile_id", "topic_id", "at", "reason"
    ):
        fact = VetoFact(at.timestamp(), reason == VetoReason.NOT_INTERESTED)
        found[owners[profile], merged.get(topic, topic)].append(fact)
    return found
