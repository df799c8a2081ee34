"""The admin home's list of topics that readers want and nothing live is about."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Locale

from cms.admin.home import ON_HOME, Line, Section
from people.models import User
from tracking.selectors.gaps import Gap, topics_without_pieces
from tracking.selectors.readers import sees_all_pieces


def wanted_topics(user: User) -> Section | None:
    """For those who look after everybody's pieces; left out where every wanted topic has a piece."""
    if not (sees_all_pieces(user) and user.has_perm("cms.view_topic")):
        return None
    locales = {locale.pk: locale for locale in Locale.objects.all()}
    gaps = topics_without_pieces(locale_ids=list(locales))
    return Section(
        title=_("Wanted, and not written yet"),
        lines=[_line(gap, locales) for gap in gaps[:ON_HOME]],
        total=len(gaps),
    )


def _line(gap: Gap, locales: dict[int, Locale]) -> Line:
    readers = ngettext("%(count)d reader", "%(count)d readers", gap.readers) % {
        "count": gap.readers
    }
    names = ", ".join(locales[pk].language_name_local for pk in gap.missing)
    return Line(
        label=gap.topic.label,
        url=reverse("topic_uses", args=[gap.topic.pk]),
        note=_("%(readers)s have it as an interest tag; nothing live in: %(languages)s")
        % {"readers": readers, "languages": names},
    )
