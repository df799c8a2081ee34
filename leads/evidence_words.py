"""Puts the evidence of an interest into one plain sentence, in the reader's language."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from classroom.models import LiveClass
from tracking.selectors.interests import EvidenceLine

Minutes = dict[int, int]

OTHER_ACTS = {
    "question": ngettext_lazy("asked %(count)d question", "asked %(count)d questions", "count"),
    "answer": ngettext_lazy(
        "answered %(count)d time in a class", "answered %(count)d times in a class", "count"
    ),
    "comment": ngettext_lazy("commented %(count)d time", "commented %(count)d times", "count"),
    "like": ngettext_lazy("liked %(count)d piece", "liked %(count)d pieces", "count"),
    "bookmark": ngettext_lazy("kept %(count)d piece", "kept %(count)d pieces", "count"),
    "share": ngettext_lazy("shared %(count)d piece", "shared %(count)d pieces", "count"),
    "download": ngettext_lazy("took %(count)d paper", "took %(count)d papers", "count"),
    "follow": ngettext_lazy("follows %(count)d clinician", "follows %(count)d clinicians", "count"),
}


def class_minutes(lines: Iterable[EvidenceLine]) -> Minutes:
    """The length in minutes of each class among the lines, by page: one query."""
    ids = {line.page_id for line in lines if line.kind == "attendance" and line.page_id}
    return dict(LiveClass.objects.filter(pk__in=ids).values_list("pk", "minutes"))


def evidence_in_words(
    lines: Collection[EvidenceLine], minutes: Minutes, *, now: datetime
) -> list[str]:
    """What the person did, a phrase a kind: "read 3 pieces, 11 minutes, last on Tuesday"."""
    by_kind: dict[str, list[EvidenceLine]] = {}
    for line in lines:
        by_kind.setdefault(line.kind, []).append(line)
    phrases = []
    if "reading" in by_kind:
        phrases.append(_read(by_kind["reading"], now=now))
    if "attendance" in by_kind:
        phrases.append(_attended(by_kind["attendance"], minutes, now=now))
    for kind, words in OTHER_ACTS.items():
        if found := by_kind.get(kind):
            phrases.append(words % {"count": len(found)})
    if "declared" in by_kind:
        phrases.append(_("said so themself, %(day)s") % {"day": _last(by_kind["declared"], now)})
    if "label" in by_kind:
        phrases.append(_("labelled so by staff"))
    return phrases


def day_in_words(moment: datetime, *, now: datetime) -> str:
    """A day as people say it: today, yesterday, on Tuesday, or its date."""
    days = (timezone.localdate(now) - timezone.localdate(moment)).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if 1 < days < timedelta(days=7).days:
        return _("on %(weekday)s") % {"weekday": date_format(timezone.localtime(moment), "l")}
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def minutes_of(seconds: float) -> str:
    """Seconds as whole minutes in words; under one as such."""
    whole = round(seconds / 60)
    if whole < 1:
        return _("under a minute")
    return ngettext("%(count)d minute", "%(count)d minutes", whole) % {"count": whole}


def _read(lines: list[EvidenceLine], *, now: datetime) -> str:
    count = len({line.page_id or line.title for line in lines})
    seconds = sum(line.detail.get("seconds", 0) for line in lines)
    words = ngettext("read %(count)d piece", "read %(count)d pieces", count) % {"count": count}
    if seconds:
        words = _("%(act)s, %(minutes)s") % {"act": words, "minutes": minutes_of(seconds)}
    return _with_last(words, lines, now)


def _attended(lines: list[EvidenceLine], minutes: Minutes, *, now: datetime) -> str:
    known = [line for line in lines if line.page_id in minutes and "share" in line.detail]
    total = sum(minutes[line.page_id or 0] for line in known)
    stayed = round(sum(minutes[line.page_id or 0] * line.detail["share"] for line in known))
    if len(known) < len(lines) or not total:
        count = len(lines)
        words = ngettext("was in %(count)d class", "was in %(count)d classes", count)
        return _with_last(words % {"count": count}, lines, now)
    words = ngettext(
        "stayed %(stayed)d of %(total)d minutes in a class",
        "stayed %(stayed)d of %(total)d minutes in %(count)d classes",
        len(known),
    )
    words = words % {"stayed": stayed, "total": total, "count": len(known)}
    return _with_last(words, lines, now)


def _with_last(words: str, lines: list[EvidenceLine], now: datetime) -> str:
    if len(lines) == 1:
        return _("%(act)s, %(day)s") % {"act": words, "day": _last(lines, now)}
    return _("%(act)s, last %(day)s") % {"act": words, "day": _last(lines, now)}


def _last(lines: list[EvidenceLine], now: datetime) -> str:
    return day_in_words(max(line.at for line in lines), now=now)
