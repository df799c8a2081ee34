"""The figures of a rule version as one flat mapping, with their bounds; it reads no database."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tracking.models import RuleVersion, SignalKind
from tracking.models.interests import default_strengths

STRENGTH = "strength_"
EVIDENCE = "evidence_"
OF_VERSION = ("half_life_days", "enter", "leave", "parent_share", "depth_share", "day_cap")
OF_EVIDENCE = ("pages", "page_strength", "attendance_strength")
Figures = dict[str, float]


class Bounds(NamedTuple):
    """The least and the most a figure may be, both allowed; `whole` figures are whole numbers."""

    low: float
    high: float
    whole: bool = False


BOUNDS: dict[str, Bounds] = {
    "half_life_days": Bounds(7, 365),
    "enter": Bounds(0.1, 100),
    "leave": Bounds(0.05, 50),
    f"{EVIDENCE}pages": Bounds(1, 20, whole=True),
    f"{EVIDENCE}page_strength": Bounds(0, 20),
    f"{EVIDENCE}attendance_strength": Bounds(0, 20),
    "parent_share": Bounds(0, 1),
    "depth_share": Bounds(0, 1),
    "day_cap": Bounds(0, 100),
    **{f"{STRENGTH}{kind}": Bounds(0, 20) for kind in SignalKind.values},
}


def strengths_of(version: RuleVersion) -> dict[str, float]:
    """Strengths of all kinds; of a kind newer than the version, as rule version 1 has it."""
    return {**default_strengths(), **version.strengths}


def figures_of(version: RuleVersion) -> Figures:
    """Every figure of a version by its name."""
    return {
        **{name: float(getattr(version, name)) for name in OF_VERSION},
        **{f"{EVIDENCE}{name}": float(version.evidence[name]) for name in OF_EVIDENCE},
        **{
            f"{STRENGTH}{kind}": float(strength) for kind, strength in strengths_of(version).items()
        },
    }


def fields_of(figures: Mapping[str, float]) -> dict[str, Any]:
    """The figures as the fields of a version hold them."""
    return {
        **{name: figures[name] for name in OF_VERSION},
        "evidence": {
            name: int(figures[EVIDENCE + name])
            if BOUNDS[EVIDENCE + name].whole
            else figures[EVIDENCE + name]
            for name in OF_EVIDENCE
        },
        "strengths": {kind: figures[STRENGTH + kind] for kind in SignalKind.values},
    }


def changed_between(before: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    """The names of the figures that differ, in the order of BOUNDS."""
    return [name for name in BOUNDS if before[name] != after[name]]
