"""Search on the health-education pages and on Chinese pages, against the index asked bare."""

import json
import random
from pathlib import Path

from bench.commands import CONTENT, head_of
from bench.engines import ROOT, Engine
from bench.report import Report, ratio_of

CHINESE_PAGES = 1000
SENTENCES_A_PAGE = 40


def measure_search(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """Milliseconds a query, answer and excerpts of the first leaf, both languages."""
    if CONTENT.exists():
        pages = head_of(CONTENT, lines=300, engine=engine) if quick else CONTENT
        engine.inside("command", "import_content", str(pages))
        _measure("en", engine=engine, report=report, rounds=1 if quick else rounds)
    else:
        report.remark(f"not measured, as {CONTENT.name} is not in {CONTENT.parent}")
    file = chinese_file(engine.data_dir, pages=100 if quick else CHINESE_PAGES)
    engine.inside("command", "import_content", str(file))
    _measure("zh-hans", engine=engine, report=report, rounds=1 if quick else rounds)


def _measure(language: str, *, engine: Engine, report: Report, rounds: int) -> None:
    figures = engine.inside("search", language, str(rounds))
    report.add(
        f"search, {figures['pages']:,} pages in {language}, {engine.name}",
        f"{figures['median_ms']:.1f} ms, p95 {figures['p95_ms']:.0f} ms",
        ratio_of(figures["median_ms"], figures["bare_ms"], other_name="the bare index"),
        "p95 under 200 ms",
    )
    report.add(
        "",
        f"{figures['bare_ms']:.1f} ms bare, p95 {figures['bare_p95_ms']:.0f} ms",
        ratio_of(figures["median_ms"], figures["stock_ms"], other_name="Wagtail's search"),
        f"{figures['queries']} queries at most",
    )


def chinese_file(folder: Path, *, pages: int) -> Path:
    """A content file of Chinese pages, put together from the sentences of the demo's own texts."""
    texts = [
        text
        for path in sorted((ROOT / "cms" / "demo" / "articles").glob("*.zh.json"))
        for text in _texts(json.loads(path.read_text(encoding="utf-8")))
    ]
    sentences = [sentence + "。" for text in texts for sentence in text.split("。") if sentence]
    chance = random.Random(20261122)
    path = folder / "chinese.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(pages):
            body = "\n\n".join(chance.choices(sentences, k=SENTENCES_A_PAGE))
            row = {
                "key": f"zh:{number}", "type": "article", "language": "zh",
                "title": chance.choice(sentences)[:40], "body": body,
            }  # fmt: skip
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if any("\u4e00" <= letter <= "\u9fff" for letter in value) else []
    if isinstance(value, dict):
        value = list(value.values())
    return [text for item in value for text in _texts(item)] if isinstance(value, list) else []
