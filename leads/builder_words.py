"""What the builder of lists says: a sentence with gaps for each kind, and what fits each gap."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from classroom.models import Channel, LiveClass, Questionnaire
from leads.condition_words import answers_known, owner_in_words, questionnaire_in_words
from leads.conditions.forms import FORMS
from leads.conditions.reading import PIECES
from leads.models import GroupMatch, Label, Lead, LeadList, Match, Stage
from people.models import Branch, User

CLASSES_AT_MOST = 200

# Kinds by what they are about; each is a sentence with gaps in braces.
SENTENCES = (
    (
        gettext_lazy("Interest"),
        {
            "heat": gettext_lazy("Heat for {topic} {below} is at least {value}"),
            "tag": gettext_lazy("Has the interest tag {topic} {below}"),
            "recency": gettext_lazy("Was active on {topic} {below} {window}"),
            "declared": gettext_lazy("Declared an interest in {topic} {below} {window}"),
        },
    ),
    (
        gettext_lazy("Reading"),
        {
            "read": gettext_lazy(
                "Has read at least {count} {text} on {topic} {below}, each for at least {minutes} "
                "minutes and {value} percent of it, {window}"
            ),
        },
    ),
    (
        gettext_lazy("Classes"),
        {
            "attended": gettext_lazy(
                "Attended {live_class} on {topic} {below}, at least {value} percent of it, {window}"
            ),
            "absent": gettext_lazy(
                "Registered for {live_class} on {topic} {below} and did not come, {window}"
            ),
            "registered": gettext_lazy(
                "Registered for {live_class} on {topic} {below}, coming from {text}, {window}"
            ),
            "answer": gettext_lazy("Answered {text} {window}"),
            "channel": gettext_lazy("Registered for their first class coming from {text}"),
        },
    ),
    (
        gettext_lazy("Forms"),
        {
            "form": gettext_lazy("Sent {text} on {topic} {below}, {window}"),
        },
    ),
    (
        gettext_lazy("Person"),
        {
            "consent": gettext_lazy("Agreed to messages"),
            "language": gettext_lazy("Reads in {text}"),
            "branch": gettext_lazy("Belongs to {branch}"),
            "age": gettext_lazy("Turns {age_from} to {age_to} this year"),
            "child": gettext_lazy("Has a child who turns {age_from} to {age_to} this year"),
            "source": gettext_lazy("Came from {text}"),
        },
    ),
    (
        gettext_lazy("Work with people"),
        {
            "stage": gettext_lazy("Is at the stage {text}"),
            "owner": gettext_lazy("Is looked after by {owner}"),
            "unowned": gettext_lazy("Is looked after by nobody"),
            "label": gettext_lazy("Carries the label {label}"),
            "contacted": gettext_lazy("Was spoken or written to {window}"),
        },
    ),
    (
        gettext_lazy("Lists"),
        {
            "list": gettext_lazy("Is on the list {other_list}"),
            "picked": gettext_lazy("Was put on this list by hand"),
            "exported": gettext_lazy("Was in a downloaded export {window}"),
        },
    ),
)
KINDS = {
    "heat": gettext_lazy("Heat for a topic"),
    "tag": gettext_lazy("Interest tag"),
    "recency": gettext_lazy("Last activity"),
    "declared": gettext_lazy("Declared interest"),
    "read": gettext_lazy("Pieces read"),
    "attended": gettext_lazy("Class attended"),
    "absent": gettext_lazy("Class missed"),
    "registered": gettext_lazy("Class registered for"),
    "answer": gettext_lazy("Answer after a class"),
    "channel": gettext_lazy("Channel of the first class"),
    "form": gettext_lazy("Form sent"),
    "consent": gettext_lazy("Agreed to messages"),
    "language": gettext_lazy("Language"),
    "branch": gettext_lazy("Branch"),
    "age": gettext_lazy("Age"),
    "child": gettext_lazy("Age of a child"),
    "source": gettext_lazy("Source"),
    "stage": gettext_lazy("Stage"),
    "owner": gettext_lazy("Owner"),
    "unowned": gettext_lazy("No owner"),
    "label": gettext_lazy("Label"),
    "contacted": gettext_lazy("Contact by staff"),
    "list": gettext_lazy("Another list"),
    "picked": gettext_lazy("Put on by hand"),
    "exported": gettext_lazy("Export"),
}


def builder_words(lead_list: LeadList | None) -> dict[str, Any]:
    """Everything the builder shows, in the reader's language; a handful of queries."""
    return {
        "kinds": [
            {
                "label": str(label),
                "kinds": [
                    {"kind": kind, "label": str(KINDS[kind]), "sentence": str(sentence)}
                    for kind, sentence in sentences.items()
                ],
            }
            for label, sentences in SENTENCES
        ],
        "gaps": _gaps(lead_list),
        "options": _options_by_kind(),
        "matches": [
            [GroupMatch.ALL, _("all of these")],
            [GroupMatch.ANY, _("any of these")],
            [GroupMatch.NONE, _("none of these")],
        ],
        "joins": [[Match.ALL, _("and")], [Match.ANY, _("or")]],
        "windows": [
            ["", _("at any time")],
            ["days", _("in the last … days")],
            ["dates", _("between two days")],
        ],
        "say": {
            "meets": _("Whoever meets"),
            "group": _("Group {number}"),
            "join": _("How groups are joined"),
            "match": _("What of group {number} must hold"),
            "kind": _("What condition {number} asks for"),
            "choose": _("Choose what to ask for"),
            "add_condition": _("Add a condition"),
            "add_group": _("Add a group"),
            "add_none": _("Add whom to leave out"),
            "remove": _("Remove"),
            "remove_condition": _("Remove condition {number}"),
            "remove_group": _("Remove group {number}"),
            "not_counted": _("The count could not be fetched. What you wrote is kept."),
            "days": _("days"),
            "to": pgettext("between two days", "and"),
        },
    }


def _gaps(lead_list: LeadList | None) -> dict[str, dict[str, Any]]:
    """What fits each gap: its type, its label, what to choose from."""
    others = LeadList.objects.exclude(pk=lead_list.pk if lead_list else None)
    return {
        "topic": {"type": "topic", "label": _("Topic"), "empty": _("any topic")},
        "below": {
            "type": "select",
            "label": _("Topics below it"),
            "options": [["", _("alone")], ["1", _("or a topic below it")]],
        },
        "live_class": {
            "type": "select",
            "label": _("Class"),
            "options": [["", _("any class")], *_classes()],
        },
        "branch": {
            "type": "select",
            "label": _("Branch"),
            "options": [["", ""], *([one.pk, one.name] for one in Branch.objects.order_by("name"))],
        },
        "other_list": {
            "type": "select",
            "label": _("List"),
            "options": [["", ""], *([one.pk, one.name] for one in others.order_by("name"))],
        },
        "label": {
            "type": "select",
            "label": _("Label"),
            "options": [["", ""], *_labels()],
        },
        "owner": {
            "type": "select",
            "label": _("Owner"),
            "options": [["", ""], *([one.pk, owner_in_words(one)] for one in _staff())],
        },
        "value": {"type": "number", "label": _("Heat"), "step": "any", "start": 1},
        "count": {"type": "number", "label": _("How many"), "start": 1, "least": 1},
        "minutes": {"type": "number", "label": _("Minutes"), "empty": "0"},
        "age_from": {"type": "number", "label": _("From age")},
        "age_to": {"type": "number", "label": _("To age")},
        "text": {"type": "text", "label": _("Text")},
        "days": {"type": "number", "label": _("Days"), "start": 30, "least": 1},
        "since": {"type": "date", "label": _("First day")},
        "until": {"type": "date", "label": _("Last day")},
        "window": {"type": "window", "label": _("When")},
    }


def _labels() -> list[list]:
    """Labels with their sets; none that says of a sensitive interest."""
    found = Label.objects.select_related("label_set", "topic").filter(retired_at=None)
    return [
        [one.pk, f"{one.label_set}: {one}"]
        for one in found
        if one.topic is None or not one.topic.sensitive
    ]


def _staff() -> list[User]:
    """Who may see lists or owns somebody."""
    owners = Lead.objects.exclude(owner=None).values("owner")
    found = User.objects.filter(Q(groups__isnull=False) | Q(pk__in=owners), is_active=True)
    return list(found.distinct().order_by("first_name", "username"))


def _classes() -> list[list]:
    found = LiveClass.objects.order_by("-starts_at", "-pk")[:CLASSES_AT_MOST]
    return [
        [
            one.pk,
            f"{one.title} ({localtime(one.starts_at):%Y-%m-%d})" if one.starts_at else one.title,
        ]
        for one in found
    ]


def _forms() -> list[list]:
    """What can be sent; each questionnaire by its name as well."""
    return [
        ["", _("anything through a form")],
        *([form, str(label)] for form, label in FORMS.items()),
        *(
            [f"questionnaire:{one.pk}", questionnaire_in_words(one)]
            for one in Questionnaire.objects.order_by("name", "pk")
        ),
    ]


def _options_by_kind() -> dict[str, dict[str, dict[str, Any]]]:
    """Where a gap means something else in one kind than in others."""
    percent = {"type": "percent", "label": _("Percent of it"), "empty": "0"}

    def choice(label: str, options: list) -> dict[str, Any]:
        return {"type": "select", "label": label, "options": options}

    answers = [[text, f"{said.question} → {said.answer}"] for text, said in answers_known().items()]
    pieces = [["", _("pieces")], *([name, str(one[0])] for name, one in PIECES.items())]
    channels = [[one.value, str(one.label)] for one in Channel]
    languages = [["", ""], *([code, str(name)] for code, name in settings.LANGUAGES)]
    needed = {"type": "topic", "label": _("Topic"), "empty": _("a topic")}
    return {
        "heat": {"topic": needed},
        "tag": {"topic": needed},
        "declared": {"topic": needed},
        "read": {"value": percent, "text": choice(_("Type"), pieces)},
        "attended": {"value": percent},
        "registered": {"text": choice(_("Channel"), [["", _("anywhere")], *channels])},
        "channel": {"text": choice(_("Channel"), [["", ""], *channels])},
        "form": {"text": choice(_("Form"), _forms())},
        "answer": {"text": choice(_("Answer"), [["", ""], *answers])},
        "language": {"text": choice(_("Language"), languages)},
        "stage": {
            "text": choice(_("Stage"), [["", ""], *([s.value, str(s.label)] for s in Stage)])
        },
        "source": {"text": {"type": "text", "label": _("Source")}},
    }
