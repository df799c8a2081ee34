"""What a class page tells of its series: the classes to come, and how the reader stands in each; reads only."""

from dataclasses import dataclass, field

from classroom.models import LiveClass, Registration
from classroom.selectors import coming_in_series
from people.models import Person
from people.selectors import records_of


@dataclass(frozen=True)
class SeriesLine:
    """One class of the series in the language of the page; `state` is place, waits or empty."""

    page: LiveClass
    state: str


@dataclass(frozen=True)
class SeriesLines:
    """The classes to come, two at least; `free` have no place of the reader yet, `held` have."""

    lines: list[SeriesLine] = field(default_factory=list)

    @property
    def free(self) -> int:
        """In how many the reader could still keep a place or a turn."""
        return sum(not line.state for line in self.lines)

    @property
    def held(self) -> int:
        """In how many the reader has one."""
        return len(self.lines) - self.free


def series_lines(
    itself: LiveClass, *, page: LiveClass, person: Person | None
) -> SeriesLines | None:
    """Return the coming classes of a class's series; None where there are fewer than two."""
    coming = coming_in_series(itself)
    if len(coming) < 2:
        return None
    twins = LiveClass.objects.live().filter(
        translation_key__in=[one.translation_key for one in coming], locale_id=page.locale_id
    )
    shown = {twin.translation_key: twin for twin in twins}
    states = (
        {
            row.live_class_id: "waits" if row.waits_since else "place"
            for row in Registration.objects.filter(
                live_class__in=coming, person__in=records_of(person), cancelled_at=None
            )
        }
        if person
        else {}
    )
    return SeriesLines(
        [SeriesLine(shown.get(one.translation_key, one), states.get(one.pk, "")) for one in coming]
    )
