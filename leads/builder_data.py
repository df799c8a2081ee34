"""Reads what the builder of lists sends, and gives it what it shows; it writes nothing."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cms.models import Topic
from leads.condition_words import merged_in_words
from leads.conditions import RULES
from leads.list_rules import (
    DATES,
    REFERENCES,
    GroupRules,
    ListRules,
    condition_in_data,
    rules_by_list,
)
from leads.models import Condition, GroupMatch, LeadList, Match
from leads.models.conditions import NOTHING

GROUPS_AT_MOST = 10
CONDITIONS_AT_MOST = 20
LARGEST = 2**31 - 1
WHOLE = {"count", "minutes", "age_from", "age_to", "days"}


class Note(NamedTuple):
    """Words about one condition, by its place (from 0); `is_problem` keeps it from being saved."""

    group: int
    condition: int
    field: str
    message: str | Promise
    is_problem: bool = True

    @property
    def words(self) -> str:
        """The message with its place, for where it does not stand beside the condition."""
        if self.group < 0:
            return str(self.message)
        return _("Group %(group)d, condition %(condition)d: %(message)s") % {
            "group": self.group + 1,
            "condition": self.condition + 1,
            "message": self.message,
        }


class Told(NamedTuple):
    """What was sent: the rules as far as they can be read, and what is to be said about them."""

    rules: ListRules
    notes: list[Note]

    @property
    def problems(self) -> list[Note]:
        """What keeps the rules from being saved."""
        return [note for note in self.notes if note.is_problem]


def told_rules(text: str, *, of: LeadList | None = None) -> Told:
    """Read the builder's data; `of` is the list the rules are for, if it is saved already."""
    nothing = ListRules(match=Match.ALL, groups=())
    try:
        data = json.loads(text or "{}")
        groups = [(group["match"], list(group["conditions"])) for group in data.get("groups", [])]
        match = data.get("match", Match.ALL)
        shapes = [isinstance(one, dict) for _match, held in groups for one in held]
        sound = match in Match.values and all(one in GroupMatch.values for one, _ in groups)
    except (ValueError, TypeError, KeyError, AttributeError):
        shapes, sound = [False], False
    if not sound or not all(shapes):
        return Told(nothing, [Note(-1, -1, "", _("The rules could not be read. Try again."))])
    if len(groups) > GROUPS_AT_MOST or len(shapes) > CONDITIONS_AT_MOST:
        said = _("A list has at most %(groups)d groups and %(conditions)d conditions.") % {
            "groups": GROUPS_AT_MOST,
            "conditions": CONDITIONS_AT_MOST,
        }
        return Told(nothing, [Note(-1, -1, "", said)])
    notes: list[Note] = []
    read = [
        GroupRules(
            joined,
            tuple(_condition(one, (place, number), notes) for number, one in enumerate(conditions)),
        )
        for place, (joined, conditions) in enumerate(groups)
        if conditions
    ]
    rules = ListRules(match=match, groups=tuple(read))
    if of is not None and of.pk:
        for one in rules.conditions:
            one.lead_list_id = of.pk
    if not read:
        notes.append(Note(-1, -1, "", _("Add a condition to say who belongs on the list.")))
    if of is not None and of.pk and _leads_back(rules, of):
        notes.append(
            Note(-1, -1, "", _("The list would ask for itself, through the lists it asks for."))
        )
    return Told(rules, notes)


def _condition(data: Mapping[str, Any], place: tuple[int, int], notes: list[Note]) -> Condition:
    """One condition; what is wrong with it goes to `notes`."""
    kind = str(data.get("kind", ""))
    condition = Condition(kind=kind)
    rule = RULES.get(kind)
    if rule is None:
        notes.append(Note(*place, "kind", _("Choose what the condition asks for.")))
        return condition
    broken = False
    for name in NOTHING:
        if name not in rule.takes:
            continue
        try:
            setattr(condition, name, _value(name, data))
        except ValidationError as problem:
            notes.append(Note(*place, name, problem.message))
            broken = True
    if broken:
        return condition
    try:
        condition.clean()
    except ValidationError as refusal:
        for name, messages in refusal.message_dict.items():
            notes += [Note(*place, name, message) for message in messages]
    if condition.topic is not None and (said := merged_in_words(condition.topic)):
        notes.append(Note(*place, "topic", said, is_problem=False))
    return condition


def _value(name: str, data: Mapping[str, Any]) -> Any:
    """The value of a field; raises ValidationError where it is none."""
    given = data.get(name)
    if name == "topic":
        return _topic(given, str(data.get("topic_label") or "").strip())
    if given in (None, ""):
        return NOTHING[name]
    if name in REFERENCES:
        found = REFERENCES[name].objects.filter(pk=given if str(given).isdigit() else None).first()
        if found is None:
            raise ValidationError(_("What stood here was removed. Choose another."))
        return found
    if name in WHOLE or name == "value":
        return _number(given, whole=name in WHOLE)
    if name in DATES:
        try:
            return date.fromisoformat(str(given))
        except ValueError:
            raise ValidationError(_("Write the day as year, month and day.")) from None
    if name == "below":
        return bool(given)
    text = str(given).strip()
    if len(text) > 80:
        raise ValidationError(_("At most 80 characters."))
    return text


def _number(given: Any, *, whole: bool) -> float:
    try:
        number = int(str(given)) if whole else float(str(given))
    except ValueError:
        raise ValidationError(_("Write a number.")) from None
    # A number that is none is not at most anything, either.
    if not 0 <= number <= LARGEST:
        raise ValidationError(_("The number is too small or too large."))
    return number


def _topic(given: Any, label: str) -> Topic | None:
    if str(given or "").isdigit():
        found = Topic.objects.select_related("merged_into").filter(pk=given).first()
        if found is None:
            raise ValidationError(_("This topic was removed. Choose another."))
        return found
    if not label:
        return None
    named = Q(name__iexact=label) | Q(name_zh=label) | Q(aliases__name__iexact=label)
    found = topics_to_ask_for().filter(named).first()
    if found is None:
        raise ValidationError(
            _("No topic is called “%(label)s”. Choose one of those that are offered.")
            % {"label": label}
        )
    return found


def topics_to_ask_for():
    """Topics a list may ask for: neither merged nor sensitive."""
    return Topic.objects.filter(merged_into__isnull=True, sensitive=False)


def topics_like(text: str, *, at_most: int = 20) -> list[Topic]:
    """Topics by a part of their name in any language, those that begin with it first."""
    text = text.strip()
    named = Q(name__icontains=text) | Q(name_zh__icontains=text) | Q(aliases__name__icontains=text)
    found = topics_to_ask_for().filter(named).distinct().order_by("name")[: 5 * at_most]
    begins = text.casefold()
    ordered = sorted(found, key=lambda one: not one.label.casefold().startswith(begins))
    return ordered[:at_most]


def _leads_back(rules: ListRules, lead_list: LeadList) -> bool:
    """Whether a list would ask for itself, directly or through others."""
    asked = {
        pk: {one.other_list_id for one in found.conditions} - {None}
        for pk, found in rules_by_list(LeadList.objects.all()).items()
    }
    waiting = {one.other_list_id for one in rules.conditions} - {None}
    seen: set[int] = set()
    while waiting:
        pk = waiting.pop()
        if pk == lead_list.pk:
            return True
        seen.add(pk)
        waiting |= asked.get(pk, set()) - seen
    return False


def shown_rules(rules: ListRules) -> dict[str, Any]:
    """Rules as the builder shows them: as data, with the names of topics."""
    return {
        "match": rules.match,
        "groups": [
            {
                "match": group.match,
                "conditions": [
                    condition_in_data(one) | {"topic_label": one.topic.label if one.topic else ""}
                    for one in group.conditions
                ],
            }
            for group in rules.groups
        ],
    }
