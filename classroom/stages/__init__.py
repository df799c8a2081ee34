"""What a stage can be: one file for each kind, found by itself; a fourth one is a fourth file."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from classroom.stages.base import Stage, StageAway, StageRefused

__all__ = ["SLIDES", "Stage", "StageAway", "StageRefused", "stage_named", "stages"]
SLIDES = "slides"


@cache
def stages() -> dict[str, Stage]:
    """Every kind of stage by its name, in the order in which hosts are offered them."""
    found = []
    for module in iter_modules(__path__):
        if module.name != "base":
            found.append(import_module(f"{__name__}.{module.name}").STAGE)
    return {stage.kind: stage for stage in sorted(found, key=lambda stage: stage.place)}


def stage_named(kind: str) -> Stage:
    """The stage of that name; slides for one whose file is gone."""
    return stages().get(kind) or stages()[SLIDES]
