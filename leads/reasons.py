"""Puts stored facts into plain words, in the reader's language; it never decides anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.condition_words import (
    Answered,
    answer_in_words,
    answers_known,
    channel_in_words,
    condition_in_words,
    label_in_words,
    language_in_words,
    owner_in_words,
    pieces_in_words,
    stage_in_words,
)
from leads.list_rules import REFERENCES, condition_from_data, named_in
from leads.models import Condition, Lead
from people.models import User
from tracking.arithmetic import Rule, heat_of
from tracking.models import RuleVersion
from tracking.selectors.rules import rule_of

Fact = Mapping[str, Any]
# What a fact calls another row, and the field of a condition that names such a row.
NAMES = {
    "topic": "topic",
    "class": "live_class",
    "branch": "branch",
    "list": "other_list",
    "label": "label",
    "owner": "owner",
}


@dataclass(frozen=True)
class Words:
    """The names that facts refer to by key, and the moment they are told at."""

    now: datetime
    topics: dict[int, str]
    classes: dict[int, str]
    rules: dict[int, Rule]
    named: dict[str, dict[int, Any]]
    answers: dict[str, Answered]

    def topic(self, topic_id: int | None) -> str:
        """The topic's name in the reader's language."""
        return self.topics.get(topic_id or 0, _("a topic that was removed"))

    def heat(self, fact: Fact) -> float:
        """The heat of a `heat` fact now; 0 under a rule that is gone."""
        rule = self.rules.get(fact["rule"])
        return heat_of(mass=fact["mass"], at_s=self.now.timestamp(), rule=rule) if rule else 0.0


def words_for(reasons: Iterable[Iterable[Fact]], *, now: datetime | None = None) -> Words:
    """Fetch every name these reasons need: a few queries, however many there are."""
    facts = [fact for reason in reasons for fact in reason]
    asked = [fact["condition"] for fact in facts if fact["kind"] == "not"]
    named = named_in({"groups": [{"conditions": asked}]})
    for fact in facts:
        for name, field in NAMES.items():
            if fact.get(name):
                named[field].add(fact[name])
    rows = {
        name: model.objects.in_bulk(named[name]) if named[name] else {}
        for name, model in REFERENCES.items()
    }
    wants_answers = any("answer" in (fact["kind"], _asked_kind(fact)) for fact in facts)
    return Words(
        now=now or timezone.now(),
        topics={pk: topic.label for pk, topic in rows["topic"].items()},
        classes={pk: page.title for pk, page in rows["live_class"].items()},
        rules={version.number: rule_of(version) for version in RuleVersion.objects.all()},
        named=rows,
        answers=answers_known() if wants_answers else {},
    )


def words_for_every_fact(*, now: datetime) -> Words:
    """Fetch the names of everything a fact may refer to, for reasons not yet read."""
    owners = Lead.objects.exclude(owner=None).values("owner")
    asked_for = Condition.objects.exclude(owner=None).values("owner")
    rows = {name: model.objects.all() for name, model in REFERENCES.items()}
    rows["owner"] = User.objects.filter(Q(pk__in=owners) | Q(pk__in=asked_for))
    named = {name: found.in_bulk() for name, found in rows.items()}
    return Words(
        now=now,
        topics={pk: topic.label for pk, topic in named["topic"].items()},
        classes={pk: page.title for pk, page in named["live_class"].items()},
        rules={version.number: rule_of(version) for version in RuleVersion.objects.all()},
        named=named,
        answers=answers_known(),
    )


def is_told(fact: Fact, words: Words) -> bool:
    """Whether a fact may stand beside a name: none about a topic that is sensitive by now may."""
    asked = fact["condition"] if fact["kind"] == "not" else fact
    label = words.named["label"].get(asked.get("label") or 0)
    topics = [words.named["topic"].get(asked.get("topic") or 0), label and label.topic]
    return not any(topic and topic.resolved.sensitive for topic in topics)


def facts_to_tell(reason: Iterable[Fact], words: Words) -> list[Fact]:
    """A reason as data for programs; of what is not told its kind alone."""
    return [fact if is_told(fact, words) else {"kind": fact["kind"]} for fact in reason]


def _asked_kind(fact: Fact) -> str:
    """The kind of the condition that a fact says is not met; empty for other facts."""
    return fact["condition"]["kind"] if fact["kind"] == "not" else ""


def in_words(fact: Fact, words: Words) -> str:
    """One fact as a phrase that can stand alone."""
    if not is_told(fact, words):
        return _("for a reason that is not told beside a name")
    say = _PHRASES.get(fact["kind"])
    return say(fact, words) if say else _("for a reason this version does not know")


def reason_in_words(reason: Iterable[Fact], words: Words) -> str:
    """A whole reason as one line."""
    return "; ".join(in_words(fact, words) for fact in reason)


def day_of(moment: str | datetime) -> str:
    """A moment as a day people read."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def _heat(fact: Fact, words: Words) -> str:
    evidence = ngettext("%(count)d signal", "%(count)d signals", fact["signals"])
    return _("Heat for %(topic)s is %(heat).1f (from %(least)g): %(evidence)s, last %(day)s") % {
        "topic": words.topic(fact["topic"]),
        "heat": words.heat(fact),
        "least": fact["least"],
        "evidence": evidence % {"count": fact["signals"]},
        "day": day_of(fact["last_at"]),
    }


def _tag(fact: Fact, words: Words) -> str:
    return _("Has the interest tag %(topic)s since %(since)s; it lapses %(lapses)s") % {
        "topic": words.topic(fact["topic"]),
        "since": day_of(fact["entered_at"]),
        "lapses": day_of(fact["lapses_at"]),
    }


def _recency(fact: Fact, words: Words) -> str:
    day = day_of(fact["last_at"])
    if fact.get("topic"):
        return _("Last active on %(topic)s: %(day)s") % {
            "topic": words.topic(fact["topic"]),
            "day": day,
        }
    return _("Last active: %(day)s") % {"day": day}


def _consent(fact: Fact, words: Words) -> str:
    return _("Agreed to messages on %(day)s") % {"day": day_of(fact["at"])}


def _merged(fact: Fact, words: Words) -> str:
    return _("Another record stands for this person")


def _attended(fact: Fact, words: Words) -> str:
    return _("Attended %(title)s on %(day)s (%(share)d %% of it)") % {
        "title": words.classes.get(fact["class"], _("a class that was removed")),
        "day": day_of(fact["last_at"]),
        "share": round(100 * fact["share"]),
    }


def _absent(fact: Fact, words: Words) -> str:
    return _("Registered for %(title)s on %(day)s and did not come") % {
        "title": words.classes.get(fact["class"], _("a class that was removed")),
        "day": day_of(fact["last_at"]),
    }


def _source(fact: Fact, words: Words) -> str:
    return _("Came from %(source)s") % {"source": fact["text"]}


def _read(fact: Fact, words: Words) -> str:
    pieces = pieces_in_words(fact["least"], fact["text"])
    if fact["topic"]:
        return _("Read at least %(pieces)s on %(topic)s, last %(day)s") % {
            "pieces": pieces,
            "topic": words.topic(fact["topic"]),
            "day": day_of(fact["last_at"]),
        }
    return _("Read at least %(pieces)s, last %(day)s") % {
        "pieces": pieces,
        "day": day_of(fact["last_at"]),
    }


def _declared(fact: Fact, words: Words) -> str:
    return _("Declared an interest in %(topic)s on %(day)s") % {
        "topic": words.topic(fact["topic"]),
        "day": day_of(fact["last_at"]),
    }


def _registered(fact: Fact, words: Words) -> str:
    said = _("Registered for %(title)s on %(day)s") % {
        "title": words.classes.get(fact["class"], _("a class that was removed")),
        "day": day_of(fact["last_at"]),
    }
    if fact["text"]:
        said += ", " + _("coming from: %(channel)s") % {"channel": channel_in_words(fact["text"])}
    return said


def _answer(fact: Fact, words: Words) -> str:
    return _("Answered %(answer)s on %(day)s") % {
        "answer": answer_in_words(fact["text"], words.answers),
        "day": day_of(fact["last_at"]),
    }


def _form(fact: Fact, words: Words) -> str:
    day = {"day": day_of(fact["last_at"])}
    if fact["text"] == "question":
        return _("Asked the clinic a question on %(day)s") % day
    if fact["text"] == "check":
        return _("Answered the check of a lesson on %(day)s") % day
    return _("Sent answers after a class on %(day)s") % day


def _channel(fact: Fact, words: Words) -> str:
    return _("Registered for a first class on %(day)s, coming from: %(channel)s") % {
        "day": day_of(fact["last_at"]),
        "channel": channel_in_words(fact["text"]),
    }


def _language(fact: Fact, words: Words) -> str:
    return _("Reads in %(language)s") % {"language": language_in_words(fact["text"])}


def _branch(fact: Fact, words: Words) -> str:
    branch = words.named["branch"].get(fact["branch"])
    return _("Belongs to %(branch)s") % {
        "branch": branch.name if branch else _("a branch that was removed")
    }


def _list(fact: Fact, words: Words) -> str:
    other = words.named["other_list"].get(fact["list"])
    return _("Is on the list %(list)s") % {
        "list": other.name if other else _("a list that was removed")
    }


def _label(fact: Fact, words: Words) -> str:
    return _("Carries the label %(label)s since %(day)s") % {
        "label": label_in_words(words.named["label"].get(fact["label"])),
        "day": day_of(fact["last_at"]),
    }


def _owner(fact: Fact, words: Words) -> str:
    owner = owner_in_words(words.named["owner"].get(fact["owner"]))
    return _("Is looked after by %(owner)s") % {"owner": owner}


def _exported(fact: Fact, words: Words) -> str:
    return _("Was in an export that was downloaded on %(day)s") % {"day": day_of(fact["last_at"])}


def _not(fact: Fact, words: Words) -> str:
    last = day_of(fact["last_at"]) if "last_at" in fact else ""
    if fact["condition"]["kind"] == "exported" and fact["condition"].get("days"):
        if last:
            return _("In no downloaded export since %(day)s") % {"day": last}
        return _("Never in a downloaded export")
    if fact["condition"]["kind"] == "contacted" and fact["condition"].get("days"):
        if last:
            return _("Not spoken or written to since %(day)s") % {"day": last}
        return _("Never spoken or written to")
    condition = condition_in_words(
        condition_from_data(fact["condition"], words.named), words.answers
    )
    if last:
        return _("Not so: %(condition)s (last on %(day)s)") % {"condition": condition, "day": last}
    return _("Not so: %(condition)s") % {"condition": condition}


_PHRASES = {
    "heat": _heat,
    "tag": _tag,
    "recency": _recency,
    "consent": _consent,
    "merged": _merged,
    "attended": _attended,
    "absent": _absent,
    "source": _source,
    "read": _read,
    "declared": _declared,
    "registered": _registered,
    "answer": _answer,
    "form": _form,
    "channel": _channel,
    "language": _language,
    "branch": _branch,
    "age": lambda fact, words: _("Born in %(year)d") % {"year": fact["born"]},
    "child": lambda fact, words: _("Has a child born in %(year)d") % {"year": fact["born"]},
    "list": _list,
    "stage": lambda fact, words: (
        _("Is at the stage %(stage)s") % {"stage": stage_in_words(fact["text"])}
    ),
    "owner": _owner,
    "unowned": lambda fact, words: _("Is looked after by nobody"),
    "label": _label,
    "contacted": lambda fact, words: (
        _("Was spoken or written to on %(day)s") % {"day": day_of(fact["last_at"])}
    ),
    "picked": lambda fact, words: (
        _("Put on the list by hand on %(day)s") % {"day": day_of(fact["last_at"])}
    ),
    "exported": _exported,
    "not": _not,
}
