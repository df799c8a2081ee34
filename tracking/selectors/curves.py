"""What page statistics say of a piece: how far it is read, its time, its panels; only arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracking.models import PageYardstick
from tracking.selectors.statistics import Figure, PageStatistics

# Where a reader's place in the text is counted, the opening included.
MARKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Reached:
    """How many openings came as far as this share of the text; `share` is of a hundred."""

    mark: float
    figure: Figure
    share: int | None


@dataclass(frozen=True)
class Drop:
    """Between which marks most readers stop, and how many of a hundred openings do."""

    start: float
    end: float
    share: int


@dataclass(frozen=True)
class Attention:
    """How many openings had a panel half in view; `share` is of a hundred."""

    panel: str
    figure: Figure
    share: int | None


def reading_curve(statistics: PageStatistics) -> list[Reached]:
    """Openings by how far they came, from the opening to the end; empty where no place is known.

    It never rises: who came further passed what lies before, though a browser did not say so.
    """
    depths = statistics.of("depth")
    if not depths:
        return []
    figures = [depths.get(f"{mark:g}", Figure(0)) for mark in MARKS[1:]]
    for place in range(len(figures) - 2, -1, -1):
        figures[place] = max(figures[place], figures[place + 1], key=_size)
    opens = statistics.opens
    figures = [_at_most(opens, one) for one in figures]
    return [
        Reached(mark, shown, shown.share_of(opens))
        for mark, shown in zip(MARKS, [opens, *figures], strict=True)
    ]


def greatest_drop(curve: Sequence[Reached]) -> Drop | None:
    """Where most readers stop before the end; None where figures are hidden or everybody stays."""
    drops = [
        Drop(before.mark, after.mark, before.share - after.share)
        for before, after in zip(curve, curve[1:], strict=False)
        if before.share is not None and after.share is not None
    ]
    worst = max(drops, key=lambda drop: drop.share, default=None)
    return worst if worst and worst.share else None


def attention_of(panels: Sequence[str], *, statistics: PageStatistics) -> list[Attention]:
    """Each of these panels in their order, those that nobody saw too."""
    seen, opens = statistics.of("panel"), statistics.opens
    figures = [_at_most(opens, seen.get(panel, Figure(0))) for panel in panels]
    return [
        Attention(panel, shown, shown.share_of(opens))
        for panel, shown in zip(panels, figures, strict=True)
    ]


def expected_s_of(page_id: int) -> float | None:
    """The seconds a full reading of the page takes as it stands; None where it cannot be told."""
    newest = PageYardstick.objects.filter(page_id=page_id).order_by("-valid_from", "-pk")
    return newest.values_list("expected_s", flat=True).first()


def _size(one: Figure) -> float:
    return 0.5 if one.count is None else one.count


def _at_most(whole: Figure, one: Figure) -> Figure:
    """No more than the whole: a browser whose reader agrees half-way tells its panels again."""
    if whole.count is None or one.count is None:
        return Figure(None) if _size(one) else one
    return Figure(min(whole.count, one.count))
