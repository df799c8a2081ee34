"""Puts the rules of a list into plain words, in the reader's language; it decides nothing."""

from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from classroom.models import Channel, Questionnaire, QuestionnaireVersion
from cms.models import Topic
from leads.conditions.forms import FORMS, questionnaire_of
from leads.conditions.reading import PIECES
from leads.list_rules import GroupRules, ListRules
from leads.models import Condition, ConditionKind, GroupMatch, Label, Stage
from people.models import User


class Answered(NamedTuple):
    """A question and one of its answers, in words."""

    question: str
    answer: str


def condition_in_words(condition: Condition, answers: dict[str, Answered] | None = None) -> str:
    """One condition as a phrase in the reader's language; `answers` as `answers_known` has them."""
    if condition.kind == ConditionKind.ANSWER:
        return _answer(condition, answers)
    say = _PHRASES.get(condition.kind)
    return say(condition) if say else _("something this version does not know")


def group_in_words(group: GroupRules) -> str:
    """A group as one line: how it is joined, and its conditions."""
    phrases = "; ".join(condition_in_words(one) for one in group.conditions)
    if group.match == GroupMatch.NONE:
        return _("none of these: %(conditions)s") % {"conditions": phrases}
    if len(group.conditions) == 1:
        return phrases
    if group.match == GroupMatch.ANY:
        return _("any of these: %(conditions)s") % {"conditions": phrases}
    return _("all of these: %(conditions)s") % {"conditions": phrases}


def rules_in_words(rules: ListRules) -> tuple[str, list[str]]:
    """How what a list asks for is joined (all or any), and each part; one group is not said as one."""
    if len(rules.groups) == 1 and rules.groups[0].match != GroupMatch.NONE:
        group = rules.groups[0]
        return group.match, [condition_in_words(one) for one in group.conditions]
    return rules.match, [group_in_words(group) for group in rules.groups]


def topic_in_words(condition: Condition) -> str:
    """The topic that stands for the one asked for, with those below it where they count."""
    if condition.topic is None:
        return _("any topic")
    label = condition.topic.resolved.label
    return _("%(topic)s or a topic below it") % {"topic": label} if condition.below else label


def merged_in_words(topic: Topic) -> str:
    """That a topic was merged, by both names; empty where it stands for itself."""
    if not topic.merged_into_id:
        return ""
    said = _("%(topic)s was merged: the list asks for %(into)s.")
    return said % {"topic": topic.label, "into": topic.resolved.label}


def notes_in_words(rules: ListRules) -> list[str]:
    """What became of topics that the rules ask for, each once; the rules hold all the same."""
    found = [merged_in_words(one.topic) for one in rules.conditions if one.topic]
    return [note for note in dict.fromkeys(found) if note]


def window_in_words(condition: Condition) -> str:
    """The window after a blank, empty where there is none."""
    if condition.days:
        return " " + _("in the last %(days)d days") % {"days": condition.days}
    since, until = condition.since, condition.until
    if since and until:
        said = _("from %(since)s to %(until)s") % {"since": _day(since), "until": _day(until)}
    elif since:
        said = _("since %(since)s") % {"since": _day(since)}
    elif until:
        said = _("until %(until)s") % {"until": _day(until)}
    else:
        return ""
    return " " + said


def ages_in_words(condition: Condition) -> str:
    """From which age to which."""
    low, high = condition.age_from, condition.age_to
    if high is None:
        return _("%(low)d or older") % {"low": low or 0}
    if low is None:
        return _("up to %(high)d") % {"high": high}
    return _("%(low)d to %(high)d") % {"low": low, "high": high}


def answers_known() -> dict[str, Answered]:
    """Every answer that can be asked for, by what a condition's text says; the newest words."""
    language = get_language() or "en"
    found: dict[str, Answered] = {}
    for version in QuestionnaireVersion.objects.order_by("made_at", "pk"):
        for question in version.questions:
            asked = _said(question["words"], language)
            for option in question.get("options", ()):
                said = Answered(asked, _said(option["words"], language))
                found[f"{question['key']}:{option['key']}"] = said
            if question["kind"] == "scale":
                for figure in range(1, 6):
                    found[f"{question['key']}:{figure}"] = Answered(asked, str(figure))
    return found


def answer_in_words(text: str, known: dict[str, Answered] | None = None) -> str:
    """A question and its answer; says so where the question is gone."""
    found = (answers_known() if known is None else known).get(text)
    if found is None:
        return _("an answer that was removed")
    return _("“%(answer)s” to “%(question)s”") % found._asdict()


def _said(words: dict[str, str], language: str) -> str:
    return words.get(language) or next(iter(words.values()), "")


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _heat(one: Condition) -> str:
    return _("heat for %(topic)s is at least %(value)g") % {
        "topic": topic_in_words(one),
        "value": one.value or 0,
    }


def _tag(one: Condition) -> str:
    return _("has the interest tag %(topic)s") % {"topic": topic_in_words(one)}


def _recency(one: Condition) -> str:
    return _("was active on %(topic)s") % {"topic": topic_in_words(one)} + window_in_words(one)


def pieces_in_words(count: int, text: str) -> str:
    """So many pieces of a type."""
    if text in PIECES:
        return f"{count} {PIECES[text][0]}"
    return ngettext("%(count)d piece", "%(count)d pieces", count) % {"count": count}


def _read(one: Condition) -> str:
    phrase = _("has read at least %(pieces)s on %(topic)s") % {
        "pieces": pieces_in_words(one.count or 1, one.text),
        "topic": topic_in_words(one),
    }
    if one.minutes:
        phrase += ", " + _("each for at least %(minutes)d minutes") % {"minutes": one.minutes}
    if one.value is not None:
        phrase += ", " + _("each at least %(share)d %% of it") % {"share": round(100 * one.value)}
    return phrase + window_in_words(one)


def _declared(one: Condition) -> str:
    phrase = _("declared an interest in %(topic)s") % {"topic": topic_in_words(one)}
    return phrase + window_in_words(one)


def _attended(one: Condition) -> str:
    if one.live_class:
        phrase = _("attended %(title)s") % {"title": one.live_class.title}
    else:
        phrase = _("attended a class on %(topic)s") % {"topic": topic_in_words(one)}
    if one.value is not None:
        phrase += " " + _("(at least %(share)d %% of it)") % {"share": round(100 * one.value)}
    return phrase + window_in_words(one)


def _absent(one: Condition) -> str:
    if one.live_class:
        title = one.live_class.title
        phrase = _("registered for %(title)s and did not come") % {"title": title}
    else:
        topic = topic_in_words(one)
        phrase = _("registered for a class on %(topic)s and did not come") % {"topic": topic}
    return phrase + window_in_words(one)


def _registered(one: Condition) -> str:
    if one.live_class:
        phrase = _("registered for %(title)s") % {"title": one.live_class.title}
    else:
        phrase = _("registered for a class on %(topic)s") % {"topic": topic_in_words(one)}
    if one.text:
        phrase += ", " + _("coming from: %(channel)s") % {"channel": channel_in_words(one.text)}
    return phrase + window_in_words(one)


def channel_in_words(text: str) -> str:
    """What a channel is called."""
    return str(dict(Channel.choices).get(text, text))


def form_in_words(text: str) -> str:
    """What a form is called, and which questionnaire it is where one is named."""
    named = questionnaire_of(text)
    if named is None:
        return str(FORMS.get(text, _("something through a form")))
    found = Questionnaire.objects.filter(pk=named).first()
    return questionnaire_in_words(found) if found else _("a questionnaire that was removed")


def questionnaire_in_words(questionnaire: Questionnaire) -> str:
    """One of several questionnaires as what is sent."""
    return _("answers to “%(name)s”") % {"name": questionnaire.name}


def _form(one: Condition) -> str:
    phrase = _("sent %(form)s") % {"form": form_in_words(one.text)}
    if one.topic:
        phrase += ", " + _("on %(topic)s") % {"topic": topic_in_words(one)}
    return phrase + window_in_words(one)


def language_in_words(code: str) -> str:
    """What a language is called."""
    return str(dict(settings.LANGUAGES).get(code, code))


def _answer(one: Condition, answers: dict[str, Answered] | None) -> str:
    phrase = _("answered %(answer)s") % {"answer": answer_in_words(one.text, answers)}
    return phrase + window_in_words(one)


def _branch(one: Condition) -> str:
    name = one.branch.name if one.branch else _("a branch that was removed")
    return _("belongs to %(branch)s") % {"branch": name}


def owner_in_words(owner: User | None) -> str:
    """The name of a login."""
    if owner is None:
        return _("somebody who was removed")
    return owner.get_full_name() or owner.get_username()


def stage_in_words(text: str) -> str:
    """What a stage is called."""
    return str(dict(Stage.choices).get(text, text))


def label_in_words(label: Label | None) -> str:
    """What a label is called."""
    return str(label) if label else _("a label that was removed")


def _list(one: Condition) -> str:
    name = one.other_list.name if one.other_list else _("a list that was removed")
    return _("is on the list %(list)s") % {"list": name}


_PHRASES = {
    "heat": _heat,
    "tag": _tag,
    "recency": _recency,
    "read": _read,
    "declared": _declared,
    "attended": _attended,
    "absent": _absent,
    "registered": _registered,
    "form": _form,
    "channel": lambda one: (
        _("registered for a first class coming from: %(channel)s")
        % {"channel": channel_in_words(one.text)}
    ),
    "consent": lambda one: _("agreed to messages"),
    "source": lambda one: _("came from %(source)s") % {"source": one.text},
    "language": lambda one: _("reads in %(language)s") % {"language": language_in_words(one.text)},
    "branch": _branch,
    "age": lambda one: _("turns %(ages)s this year") % {"ages": ages_in_words(one)},
    "child": lambda one: (
        _("has a child who turns %(ages)s this year") % {"ages": ages_in_words(one)}
    ),
    "list": _list,
    "picked": lambda one: _("was put on the list by hand"),
    "stage": lambda one: _("is at the stage %(stage)s") % {"stage": stage_in_words(one.text)},
    "owner": lambda one: _("is looked after by %(owner)s") % {"owner": owner_in_words(one.owner)},
    "unowned": lambda one: _("is looked after by nobody"),
    "label": lambda one: _("carries the label %(label)s") % {"label": label_in_words(one.label)},
    "contacted": lambda one: _("was spoken or written to") + window_in_words(one),
    "exported": lambda one: _("was in a downloaded export") + window_in_words(one),
}
