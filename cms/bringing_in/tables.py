"""Reads the cells of a table as full rows; merged cells are repeated wherever they reach."""

from bs4 import Tag

from cms.bringing_in.spaces import one_line


def grid_of(rows: list[Tag]) -> tuple[list[list[str]], bool]:
    """Return the cells as full rows, and whether merged ones had to be repeated in each."""
    grid: list[list[str]] = []
    held: dict[int, tuple[int, str]] = {}
    merged = False
    for row in rows:
        line: list[str] = []

        def take_held(line: list[str] = line) -> None:
            while len(line) in held:
                left, text = held.pop(len(line))
                if left > 1:
                    held[len(line)] = (left - 1, text)
                line.append(text)

        waiting: dict[int, tuple[int, str]] = {}
        for cell in row.find_all(["td", "th"], recursive=False):
            take_held()
            text = one_line(" ".join(cell.stripped_strings))
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            merged = merged or across > 1 or down > 1
            for _ in range(across):
                if down > 1:
                    waiting[len(line)] = (down - 1, text)
                line.append(text)
        take_held()
        held.update(waiting)
        grid.append(line)
    return grid, merged


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name, "1"))
    return min(max(int(value), 1), 50) if value.isdigit() and len(value) < 5 else 1
