"""Tells every form in which a class leaves the site when it is and for how long; reads nothing more."""

from django.template.defaultfilters import date as format_date
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from classroom.models import LiveClass
from cms.models import PiecePage
from cms.outlets.pieces import outlet_facts


def class_facts(piece: PiecePage) -> list[tuple[str, str]]:
    """The day, the time in the class's own zone and the length, in the language of the moment."""
    if not isinstance(piece, LiveClass) or piece.starts_at is None:
        return []
    if piece.cancelled_at:
        return [(_("Day"), _("This class is cancelled."))]
    at = piece.starts_at.astimezone(piece.zone)
    chinese = (get_language() or "").startswith("zh")
    day = format_date(at, "Y年n月j日 l" if chinese else "l j F Y")
    length = ngettext("%(minutes)d minute", "%(minutes)d minutes", piece.minutes)
    return [
        (_("Day"), day),
        (_("Time"), f"{at:%H:%M} ({piece.time_zone})"),
        (_("Length"), length % {"minutes": piece.minutes}),
    ]


outlet_facts.append(class_facts)
