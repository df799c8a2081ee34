"""The interests part of one's own page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from cms.models import Topic
from people.models import Person, Visitor
from people.selectors import resolve_merge
from tracking.models import SignalKind, VetoReason
from tracking.selectors.interests import (
    EvidenceLine,
    InterestReceipt,
    interest_receipts,
    profile_of,
)
from tracking.services.wishes import declare_interest, veto_interest

SHOWN_LINES = 8


def interests_section(
    request: HttpRequest, person: Person | None, visitor: Visitor | None
) -> tuple[str, dict] | None:
    """The section of the page /me/: each interest as a receipt, with two ways out."""
    if person is None:
        return None
    profile = profile_of(person=person, though_paused=True)
    receipts = interest_receipts(profile=profile) if profile else []
    interests = [
        {
            "topic": receipt.topic,
            "is_tag": receipt.lapses_at is not None,
            "lapses_at": receipt.lapses_at,
            "lines": _receipt_lines(receipt),
            "total": {"label": gettext("Heat today"), "amount": f"{receipt.heat:.2f}"},
            "note": _note(receipt.lapses_at),
        }
        for receipt in receipts
        if receipt.lines
    ]
    return "tracking/me_interests.html", {"interests": interests, "has_profile": bool(profile)}


def _receipt_lines(receipt: InterestReceipt) -> list[dict]:
    """The newest lines, and the older ones as one, so that the slip adds up."""
    older = receipt.lines[SHOWN_LINES:]
    shown = [_line(line, day_cap=receipt.day_cap) for line in receipt.lines[:SHOWN_LINES]]
    if older:
        label = ngettext("%(count)d older line", "%(count)d older lines", len(older))
        amount = f"{sum(line.heat for line in older):.2f}"
        shown.append({"date": "", "label": label % {"count": len(older)}, "amount": amount})
    return shown


def _line(line: EvidenceLine, *, day_cap: float) -> dict:
    label = describe(line)
    if line.beyond_cap:
        label = gettext("%(line)s (in part or not at all: one day counts up to %(cap)g)") % {
            "line": label,
            "cap": day_cap,
        }
    return {"date": line.at.date(), "label": label, "amount": f"{line.heat:.2f}"}


def _note(lapses_at) -> str:
    if lapses_at is None:
        return gettext("Not an interest tag: too little, or too long ago.")
    return gettext("An interest tag until %(day)s, if nothing is added.") % {
        "day": date_format(lapses_at, "DATE_FORMAT")
    }


def describe(line: EvidenceLine) -> str:
    """One line of evidence in plain words, in the language of the moment."""
    title = line.title or gettext("a page that is no longer here")
    if line.kind == SignalKind.READING:
        seconds = line.detail.get("seconds")
        if seconds:
            minutes = max(1, round(seconds / 60))
            return ngettext(
                "read %(title)s for %(minutes)d minute",
                "read %(title)s for %(minutes)d minutes",
                minutes,
            ) % {"title": title, "minutes": minutes}
        return gettext("read %(title)s") % {"title": title}
    if line.kind == SignalKind.ATTENDANCE:
        share = line.detail.get("share")
        if share is not None:
            return gettext("attended %(percent)d %% of %(title)s") % {
                "percent": round(share * 100),
                "title": title,
            }
        return gettext("attended %(title)s") % {"title": title}
    if line.kind == SignalKind.DECLARED:
        return gettext("said: I am interested in %(title)s") % {"title": title}
    words = f"{SignalKind(line.kind).label}: {title}"
    measured = " ".join(line.detail.get(name, "") for name in ("source", "value")).strip()
    return f"{words} ({measured})" if measured else words


@login_required
@require_POST
def change_interest(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete, refuse or declare one interest of the person who is signed in."""
    person = Person.objects.filter(user_id=request.user.pk).first()
    person = resolve_merge(person) if person else None
    profile = profile_of(person=person, though_paused=True) if person else None
    topic = get_object_or_404(Topic, slug=slug)
    wish = request.POST.get("wish", "")
    if profile is not None and wish in VetoReason.values:
        veto_interest(profile=profile, topic=topic, reason=wish)
    elif profile is not None and wish == "interested" and profile_of(person=person) is not None:
        declare_interest(profile=profile, topic=topic)
    return redirect("me")
