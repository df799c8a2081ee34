"""Repeats a class as drafts on other dates; what belongs together is one series."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.text import slugify

from classroom.models import ClassSeries, LiveClass
from classroom.selectors import class_itself
from people.models import User

AT_MOST = 52


class NotRepeated(Exception):
    """The class has no date to repeat from, or more repetitions were asked for than a year has."""


def repeat_class(*, live_class: LiveClass, days: int, times: int, by: User) -> list[LiveClass]:
    """Make that many drafts, each so many days after the one before, at the same hour on its clock.

    The translations are repeated with it. Drafts go the way of any draft: review, then live.
    """
    with transaction.atomic():
        itself = LiveClass.objects.select_for_update(of=("self",)).get(
            pk=class_itself(live_class).pk
        )
        if itself.starts_at is None or not 1 <= times <= AT_MOST or days < 1:
            raise NotRepeated
        if itself.series_id is None:
            series = ClassSeries.objects.create()
            LiveClass.objects.filter(translation_key=itself.translation_key).update(series=series)
            itself.refresh_from_db()
        made = []
        for turn in range(1, times + 1):
            starts_at = same_hour(itself, days=days * turn)
            made.append(_copy(itself, starts_at=starts_at, by=by))
        return made


def same_hour(live_class: LiveClass, *, days: int) -> datetime:
    """The moment so many days on when the class's own clock shows the same hour, summer time or not."""
    assert live_class.starts_at is not None
    local = live_class.starts_at.astimezone(live_class.zone)
    there = local.replace(tzinfo=None) + timedelta(days=days)
    return there.replace(tzinfo=live_class.zone)


def _copy(itself: LiveClass, *, starts_at: datetime, by: User) -> LiveClass:
    twins = LiveClass.objects.filter(translation_key=itself.translation_key).order_by("pk")
    first: LiveClass | None = None
    for twin in twins:
        attributes = {
            "slug": _free_slug(twin, day=starts_at.date()),
            "starts_at": starts_at,
            "series_id": itself.series_id,
            "cancelled_at": None,
            "told_starts_at": None,
            "calendar_changes": 0,
        }
        if first is not None:
            attributes["translation_key"] = first.translation_key
        copied = twin.copy(
            keep_live=False,
            copy_revisions=False,
            reset_translation_key=first is None,
            update_attrs=attributes,
            user=by,
        )
        first = first or copied
    assert first is not None
    return first


def _free_slug(twin: LiveClass, *, day: date) -> str:
    base = slugify(f"{twin.slug[:200]}-{day.isoformat()}")
    taken = set(twin.get_siblings().values_list("slug", flat=True))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
