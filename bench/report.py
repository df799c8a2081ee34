"""Collects what rounds measured and prints it as one table of medians and ratios."""

import statistics
from dataclasses import dataclass, field


@dataclass
class Line:
    """One line of the table; `ratio` names what it was held against, `goal` what is hoped for."""

    work: str
    figure: str
    ratio: str = ""
    goal: str = ""


@dataclass
class Report:
    """Lines in the order they came, and remarks on what did not run."""

    lines: list[Line] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, work: str, figure: str, ratio: str = "", goal: str = "") -> None:
        self.lines.append(Line(work, figure, ratio, goal))

    def remark(self, text: str) -> None:
        self.remarks.append(text)

    def text(self) -> str:
        """The table, columns as wide as they must be."""
        rows = [("work", "median", "ratio", "goal")]
        rows += [(line.work, line.figure, line.ratio, line.goal) for line in self.lines]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        drawn = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        drawn.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join([*drawn, *(f"- {remark}" for remark in self.remarks)])


def median_of(values: list[float]) -> float:
    """The median, which one slow round does not move."""
    return statistics.median(values)


def ratio_of(value: float, other: float, *, other_name: str) -> str:
    """How many times `other` that is, or which part of it."""
    if not other:
        return ""
    part = value / other
    said = f"{part:.0%}" if part < 10 else f"{part:.0f}x"
    return f"{said} of {other_name}"
