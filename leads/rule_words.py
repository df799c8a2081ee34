"""The figures of the rules of interest in words: what each is called, means, and is counted in."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tracking.rule_figures import BOUNDS

Said = str | Promise
READINGS = gettext_lazy("full readings")


class Word(NamedTuple):
    """What one figure is called, what it means, and its unit."""

    label: Said
    meaning: Said
    unit: Said


class Group(NamedTuple):
    """Figures that belong together."""

    name: str
    label: Said
    figures: Mapping[str, Word]


GROUPS: Sequence[Group] = (
    Group(
        "lasting",
        gettext_lazy("How long interest lasts"),
        {
            "half_life_days": Word(
                gettext_lazy("Half-life"),
                gettext_lazy(
                    "After so many days without anything new, heat is half of what it was."
                ),
                pgettext_lazy("unit", "days"),
            ),
        },
    ),
    Group(
        "tag",
        gettext_lazy("When an interest is a tag"),
        {
            "enter": Word(
                gettext_lazy("Becomes a tag at"),
                gettext_lazy(
                    "Heat at which an interest becomes a tag, if there is evidence enough."
                ),
                READINGS,
            ),
            "leave": Word(
                gettext_lazy("Stops being a tag at"),
                gettext_lazy("The tag lapses when heat has fallen to this."),
                READINGS,
            ),
        },
    ),
    Group(
        "evidence",
        gettext_lazy("The least evidence of a tag"),
        {
            "evidence_pages": Word(
                gettext_lazy("Different pieces read"),
                gettext_lazy(
                    "So many pieces are evidence enough. So is one class, and what a person "
                    "declared or staff noted."
                ),
                gettext_lazy("pieces"),
            ),
            "evidence_page_strength": Word(
                gettext_lazy("A piece counts from"),
                gettext_lazy("A piece read for less than this is no evidence; it still adds heat."),
                READINGS,
            ),
            "evidence_attendance_strength": Word(
                gettext_lazy("A class counts from"),
                gettext_lazy("A class attended for less than this is no evidence by itself."),
                READINGS,
            ),
        },
    ),
    Group(
        "spread",
        gettext_lazy("Topic spread"),
        {
            "parent_share": Word(
                gettext_lazy("A parent topic's share"),
                gettext_lazy(
                    "How much of what counts for a topic counts for the topic above it: 0 is "
                    "nothing, 1 is all."
                ),
                "",
            ),
        },
    ),
    Group(
        "strength",
        gettext_lazy("How much each thing counts"),
        {
            "strength_reading": Word(
                gettext_lazy("Reading a piece"),
                gettext_lazy("Read to the end in the time it takes. Half the time counts half."),
                READINGS,
            ),
            "depth_share": Word(
                gettext_lazy("The share that hangs on depth"),
                gettext_lazy(
                    "So much of a reading counts only as far as it came: at 0 the time alone "
                    "counts, at 1 the beginning alone counts nothing."
                ),
                "",
            ),
            "strength_attendance": Word(
                gettext_lazy("Attending a class"),
                gettext_lazy("The whole class; half of it counts half."),
                READINGS,
            ),
            "strength_like": Word(gettext_lazy("A like"), "", READINGS),
            "strength_bookmark": Word(gettext_lazy("A bookmark"), "", READINGS),
            "strength_follow": Word(gettext_lazy("Following a clinician"), "", READINGS),
            "strength_share": Word(gettext_lazy("Sharing a piece"), "", READINGS),
            "strength_download": Word(gettext_lazy("Downloading from a piece"), "", READINGS),
            "strength_comment": Word(gettext_lazy("A comment"), "", READINGS),
            "strength_question": Word(gettext_lazy("A question"), "", READINGS),
            "strength_answer": Word(
                gettext_lazy("Answering a check or a questionnaire"), "", READINGS
            ),
            "strength_declared": Word(
                gettext_lazy("An interest the person declared"), "", READINGS
            ),
            "strength_label": Word(gettext_lazy("A label given by staff"), "", READINGS),
            "strength_device": Word(gettext_lazy("A result of a device"), "", READINGS),
            "day_cap": Word(
                gettext_lazy("The most one day counts"),
                gettext_lazy(
                    "All that one person does on one day (UTC) adds no more than this to a topic. "
                    "0 is no limit. What is beyond it is still evidence."
                ),
                READINGS,
            ),
        },
    ),
)
WORDS: dict[str, Word] = {name: word for group in GROUPS for name, word in group.figures.items()}


def bounds_in_words(name: str) -> str:
    """From where to where a figure may go."""
    low, high, _whole = BOUNDS[name]
    return _("%(low)g to %(high)g") % {"low": low, "high": high}


def groups_in_words(figures: Mapping[str, float]) -> list[dict[str, Any]]:
    """The groups with their figures' values, for the table of the rule in force."""
    return [
        {
            "name": group.name,
            "label": group.label,
            "rows": [
                {
                    "name": name,
                    "label": word.label,
                    "meaning": word.meaning,
                    **_amount(name, figures[name]),
                    "bounds": bounds_in_words(name),
                }
                for name, word in group.figures.items()
            ],
        }
        for group in GROUPS
    ]


def _amount(name: str, value: float) -> dict[str, Said]:
    """A figure's value as it is read, and its unit; a cap of 0 is none."""
    if name == "day_cap" and not value:
        return {"value": _("no limit"), "unit": ""}
    return {"value": f"{value:g}", "unit": WORDS[name].unit}


def changes_in_words(before: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    """Each figure that differs, as "Half-life: 30 to 60 days"."""
    return [
        _change(name, before[name], after[name]) for name in WORDS if before[name] != after[name]
    ]


def _change(name: str, before: float, after: float) -> str:
    one, other = _amount(name, before), _amount(name, after)
    if one["unit"] == other["unit"]:
        return _("%(figure)s: %(before)g to %(after)g %(unit)s") % {
            "figure": WORDS[name].label,
            "before": before,
            "after": after,
            "unit": one["unit"],
        }
    return _("%(figure)s: %(before)s to %(after)s") % {
        "figure": WORDS[name].label,
        "before": f"{one['value']} {one['unit']}".strip(),
        "after": f"{other['value']} {other['unit']}".strip(),
    }
