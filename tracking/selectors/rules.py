"""Reads the rules of interest and the topic tree as the arithmetic wants them."""

from dataclasses import dataclass
from typing import NamedTuple

from cms.models import Topic
from tracking.arithmetic import DAY_S, Rule
from tracking.models import Profile, RuleVersion
from tracking.rule_figures import strengths_of


def current_rule_version() -> RuleVersion:
    """The newest rule version: the one that holds."""
    return RuleVersion.objects.order_by("-number")[0]


def rule_versions() -> list[RuleVersion]:
    """Every version with who made it, the newest first: 1 query."""
    return list(RuleVersion.objects.select_related("made_by").order_by("-number"))


class Progress(NamedTuple):
    """How many profiles have been recomputed under a version, of how many."""

    done: int
    profiles: int


def progress_of(version: RuleVersion) -> Progress | None:
    """How far the recomputation under a version is; None where it is done."""
    if version.recomputed_at is not None:
        return None
    profiles = Profile.objects.all()
    return Progress(
        done=profiles.filter(pk__lte=version.recomputed_upto).count(), profiles=profiles.count()
    )


def rule_of(version: RuleVersion) -> Rule:
    """A rule version as numbers."""
    return Rule(
        number=version.number,
        half_life_s=version.half_life_days * DAY_S,
        epoch_s=version.epoch.timestamp(),
        enter=version.enter,
        leave=version.leave,
        parent_share=version.parent_share,
        depth_share=version.depth_share,
        day_cap=version.day_cap,
        strengths=strengths_of(version),
        evidence_pages=int(version.evidence["pages"]),
        evidence_page_strength=float(version.evidence["page_strength"]),
        evidence_attendance_strength=float(version.evidence["attendance_strength"]),
    )


@dataclass(frozen=True)
class TopicTree:
    """`merged` maps each merged topic to the one that stands for it, `parents` child to parent."""

    merged: dict[int, int]
    parents: dict[int, int]


def topic_tree() -> TopicTree:
    """Merges (followed to their end, cycles cut) and parents of the whole vocabulary: 1 query."""
    into: dict[int, int] = {}
    parents: dict[int, int] = {}
    rows = Topic.objects.exclude(merged_into=None, parent=None)
    for pk, merged_into, parent in rows.values_list("pk", "merged_into", "parent"):
        if merged_into:
            into[pk] = merged_into
        if parent:
            parents[pk] = parent
    merged = {}
    for topic in into:
        seen, end = {topic}, into[topic]
        while end in into and end not in seen:
            seen.add(end)
            end = into[end]
        merged[topic] = end
    return TopicTree(merged=merged, parents=parents)
