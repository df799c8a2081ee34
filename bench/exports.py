"""Files of a lead list, beside the same cells out of one flat table and beside XlsxWriter alone."""

from bench.engines import Engine
from bench.report import Report, median_of, ratio_of

ROWS, QUICK_ROWS = 200_000, 1_800
LISTS = ("bench-quarter", "bench")


def measure_exports(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """CSV and XLSX in alternated rounds against their limits, then memory at two sizes."""
    rows = engine.inside("make_export_people", str(QUICK_ROWS if quick else ROWS))["rows"]
    steps: dict[str, tuple[str, ...]] = {
        "bare": ("bare_csv",),
        "csv": ("our_file", "bench", "csv"),
        "built csv": ("our_build", "bench", "csv"),
        "writer": ("bare_xlsx",),
        "xlsx": ("our_file", "bench", "xlsx"),
        "built xlsx": ("our_build", "bench", "xlsx"),
    }
    if engine.name == "postgresql":
        steps["joins"] = ("bare_joins",)
    found: dict[str, list[dict]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            found[name].append(engine.inside(*step))
    _compare(report, found, what=f"{rows:,} rows of 15 columns, {engine.name}", engine=engine)
    for format, most in (("csv", 64), ("xlsx", 80)):
        for slug in LISTS:
            one = engine.inside("our_build", slug, format)
            if one["ledger"] != one["rows"]:
                raise RuntimeError(f"{one['ledger']} people in the ledger of {one['rows']}")
            growth = f"{one['growth_mb']:.0f} MB growth"
            report.add(f"{format}, {one['rows']:,} rows", growth, "", f"flat, under {most} MB")


def _compare(report: Report, found: dict[str, list[dict]], *, what: str, engine: Engine) -> None:
    seconds = {name: median_of([one["seconds"] for one in ones]) for name, ones in found.items()}
    by = "bare COPY" if engine.name == "postgresql" else "the csv module"
    report.add(f"CSV of a flat table by {by}, {what}", f"{seconds['bare']:.2f} s")
    if "joins" in seconds:
        rate = _rate(seconds, "bare", of="joins", by=by)
        report.add("the same joins by COPY, nothing guarded", f"{seconds['joins']:.2f} s", rate)
    for name, work in (("csv", "CSV, the file alone"), ("built csv", "CSV, the whole build")):
        rate = _rate(seconds, "bare", of=name, by=by)
        report.add(work, f"{seconds[name]:.2f} s", rate, "at least 40 %")
        own = median_of([one["own_cpu"] for one in found[name]])
        rate = _rate(seconds, "joins", of=name, by="the joins") if "joins" in seconds else ""
        report.add("", f"{own:.2f} s of it this process's processor", rate)
    report.add(f"XlsxWriter alone, {what}", f"{seconds['writer']:.2f} s")
    for name, work in (("xlsx", "XLSX, the file alone"), ("built xlsx", "XLSX, the whole build")):
        ratio = ratio_of(seconds[name], seconds["writer"], other_name="XlsxWriter")
        report.add(work, f"{seconds[name]:.2f} s", ratio, "at most 125 %")


def _rate(seconds: dict[str, float], limit: str, *, of: str, by: str) -> str:
    """Which part of the limit's rows a second that is."""
    return f"{seconds[limit] / seconds[of]:.0%} of the rate of {by}"
