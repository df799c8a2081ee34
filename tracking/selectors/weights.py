"""Reads the topic weights of yardsticks as the arithmetic wants them."""

from collections.abc import Iterable

from tracking.arithmetic import Rule, effective_weights
from tracking.models import PageYardstick
from tracking.selectors.rules import TopicTree


def yardstick_weights(
    ids: Iterable[int], *, rule: Rule, tree: TopicTree
) -> dict[int, dict[int, float]]:
    """Weights by yardstick and topic, merges resolved and parents' spread included: 1 query."""
    rows = PageYardstick.objects.filter(pk__in=list(ids)).values_list("pk", "topics")
    return {
        pk: effective_weights(
            {int(topic): float(weight) for topic, weight in topics.items()},
            merged=tree.merged,
            parents=tree.parents,
            parent_share=rule.parent_share,
        )
        for pk, topics in rows
    }


def weights_about(topic_id: int, *, rule: Rule, tree: TopicTree) -> dict[int, float]:
    """Weights by topic of a signal that is about one topic: 1 for it, its spread for those above."""
    return effective_weights(
        {topic_id: 1.0}, merged=tree.merged, parents=tree.parents, parent_share=rule.parent_share
    )
