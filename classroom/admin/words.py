"""Says in words what attendance rows hold as keys: sources, corrections, terms, problems of rows."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from classroom.models import AttendanceCounts, AttendanceMeasure, AttendancePolicy
from classroom.reports.stays import ReportFormat

# Reasons come from readers that know no language of a screen; here they are marked for translation.
REASONS = (
    gettext_noop("neither name nor contact"),
    gettext_noop("a name or contact that is too long"),
    gettext_noop("longer than two days"),
    gettext_noop("join time is no moment"),
    gettext_noop("leave time is no moment"),
    gettext_noop("duration cannot be read"),
    gettext_noop("no join time"),
    gettext_noop("no leave time and no duration"),
    gettext_noop("no such day"),
    gettext_noop("left before joining"),
    gettext_noop("left without joining"),
    gettext_noop("the file is cut off in this row"),
    gettext_noop("more fields than the heading"),
    gettext_noop("fewer fields than the heading"),
    gettext_noop("not CSV"),
    gettext_noop("no name that can be taken"),
    gettext_noop("time stamp is no moment"),
    gettext_noop("join or leave is no moment"),
    gettext_noop("no leave time and no end of the meeting"),
    gettext_noop("the gzip file is cut off"),
)


def source_in_words(source: str) -> str:
    """Where a stay is known from."""
    return {
        "presence": _("class page"),
        "played": _("replay on our pages"),
        "correction": _("correction"),
        "door": _("check-in at the door"),
        "demo": _("made up for the demo"),
        ReportFormat.ZOOM: "Zoom",
        ReportFormat.TEAMS: "Teams",
        ReportFormat.MEET: "Google Meet",
        ReportFormat.BIGBLUEBUTTON: "BigBlueButton",
        ReportFormat.TABLE: _("table"),
    }.get(source, source)


def sources_in_words(sources: Iterable[str]) -> str:
    """All of them, in one line."""
    return ", ".join(source_in_words(source) for source in sources)


def reason_in_words(reason: str) -> str:
    """Why a row could not be taken, in the language of the screen where it is known."""
    return _(reason) if reason else ""


def policy_in_words(policy: AttendancePolicy) -> str:
    """What "attended" means under these terms."""
    if policy.measure == AttendanceMeasure.MINUTES:
        needed = ngettext(
            "at least %(count)s minute", "at least %(count)s minutes", int(policy.at_least)
        ) % {"count": f"{policy.at_least:g}"}
    else:
        needed = _("at least %(percent)s of the class") % {"percent": f"{policy.at_least:.0%}"}
    if policy.counts == AttendanceCounts.LIVE_OR_REPLAY:
        return _("%(needed)s, live or in the replay") % {"needed": needed}
    return _("%(needed)s, live") % {"needed": needed}
