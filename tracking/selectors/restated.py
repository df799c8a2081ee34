"""What a stored signal weighs under another rule, as SQL; it knows no cap a day."""

from django.db import connection

from tracking.arithmetic import Rule
from tracking.models import SignalKind


def restated_strength(*, held: Rule, rule: Rule) -> tuple[str, list[float | str]]:
    """What a signal (s) stored under one rule weighs under another, as SQL with its parameters.

    `y` is the signal's yardstick, joined from the left. A strength is what was done times the
    strength of its kind. Where that was 0, what was done is not stored, and all of it is assumed.
    Where depth counts otherwise, a reading is made anew from its seconds and its depth.
    """
    cases, values = "", list[float | str]()
    if held.depth_share != rule.depth_share:
        cases, values = _reading(rule)
    for kind in SignalKind.values:
        before, after = held.strength_of(kind), rule.strength_of(kind)
        if before != after:
            cases += " WHEN s.kind = %s THEN " + ("s.strength * %s" if before else "%s")
            values += [kind, after / before if before else after]
    return (f"CASE{cases} ELSE s.strength END" if cases else "s.strength"), values


def _detail(name: str) -> str:
    if connection.vendor == "sqlite":
        return f"json_extract(s.detail, '$.{name}')"
    return f"CAST(s.detail ->> '{name}' AS double precision)"


def _reading(rule: Rule) -> tuple[str, list[float | str]]:
    """A case for readings with seconds: the arithmetic's `reading_strength` in SQL."""
    sqlite = connection.vendor == "sqlite"
    least, greatest = ("min", "max") if sqlite else ("least", "greatest")
    seconds, depth, count = _detail("seconds"), _detail("depth"), _detail("count")
    share = f"{least}(1.0, {seconds} / y.expected_s)"
    timed = f"{share} * (%s + %s * coalesce({depth}, {share}))"
    counted = f"1.0 - power(2.0, -{least}(coalesce({count}, 0), 60))"
    case = (
        f" WHEN s.kind = %s AND y.expected_s > 0 AND {seconds} IS NOT NULL"
        f" THEN %s * {greatest}({timed}, {counted})"
    )
    kind = SignalKind.READING
    return case, [kind, rule.strength_of(kind), 1.0 - rule.depth_share, rule.depth_share]
