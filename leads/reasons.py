"""Puts stored facts into plain words, in the reader's language; it never decides anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.models import LiveClass
from cms.models import Topic
from tracking.arithmetic import Rule, heat_of
from tracking.models import RuleVersion
from tracking.selectors.rules import rule_of

Fact = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """The names that facts refer to by key, and the moment they are told at."""

    now: datetime
    topics: dict[int, str]
    classes: dict[int, str]
    rules: dict[int, Rule]

    def topic(self, topic_id: int | None) -> str:
        """The topic's name in the reader's language."""
        return self.topics.get(topic_id or 0, _("a topic that was removed"))

    def heat(self, fact: Fact) -> float:
        """The heat of a `heat` fact now; 0 under a rule that is gone."""
        rule = self.rules.get(fact["rule"])
        return heat_of(mass=fact["mass"], at_s=self.now.timestamp(), rule=rule) if rule else 0.0


def words_for(reasons: Iterable[Iterable[Fact]], *, now: datetime | None = None) -> Words:
    """Fetch every name these reasons need: three queries, however many there are."""
    topics: set[int] = set()
    classes: set[int] = set()
    for reason in reasons:
        for fact in reason:
            topics.add(fact.get("topic") or 0)
            classes.add(fact.get("class") or 0)
    return Words(
        now=now or timezone.now(),
        topics={topic.pk: topic.label for topic in Topic.objects.filter(pk__in=topics)},
        classes=dict(LiveClass.objects.filter(pk__in=classes).values_list("pk", "title")),
        rules={version.number: rule_of(version) for version in RuleVersion.objects.all()},
    )


def in_words(fact: Fact, words: Words) -> str:
    """One fact as a phrase that can stand alone."""
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


_PHRASES = {
    "heat": _heat,
    "tag": _tag,
    "recency": _recency,
    "consent": _consent,
    "merged": _merged,
    "attended": _attended,
    "absent": _absent,
    "source": _source,
}
