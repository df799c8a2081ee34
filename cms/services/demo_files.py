"""Reads the demo clinic's files and turns their days and blocks into ours; writes nothing."""

import json
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).resolve().parents[1] / "demo"
LANGUAGES = ("en", "zh-hans")


@cache
def demo_file(name: str) -> Any:
    """The content of one file of the demo clinic."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def demo_pieces(folder: str) -> list[dict]:
    """The pieces of a folder, each English one before its twin."""
    pieces = [
        demo_file(f"{folder}/{path.name}") for path in sorted((FOLDER / folder).glob("*.json"))
    ]
    return sorted(pieces, key=lambda piece: piece["twin_of"] is not None)


def moment(*, now: datetime, days: int, hour: int = 9, minute: int = 0) -> datetime:
    """The moment that many days from today (negative: ago) at that time in the clinic's zone."""
    zone = ZoneInfo(demo_file("clinic.json")["time_zone"])
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), zone)


def key_of(piece: dict, language: str) -> str:
    """The key under which a piece of that language is known."""
    return piece["key"] if language == "en" else f"{piece['key'].removesuffix('.zh')}.zh"


def block_value(block: dict, images: dict) -> tuple[str, Any]:
    """A block of the demo files as the stored value of our own blocks."""
    kind = block["type"]
    if kind == "paragraph":
        return kind, f"<p>{block['html']}</p>"
    if kind in ("heading", "key_fact", "warning"):
        return kind, block["text"]
    if kind == "figure":
        words = {name: block.get(name) or "" for name in ("alt", "caption", "credit")}
        return kind, {"image": images[block["image"]].pk, **words}
    if kind == "faq":
        items = [
            {"question": item["question"], "answer": f"<p>{item['answer']}</p>"}
            for item in block["items"]
        ]
        return kind, {"items": items}
    if kind == "poll":
        options = [
            {"type": "item", "id": f"answer-{number}", "value": text}
            for number, text in enumerate(block["options"], start=1)
        ]
        return kind, {"question": block["question"], "options": options}
    if kind == "table":
        columns = [{"type": "text", "heading": heading} for heading in block["header"]]
        return kind, {"columns": columns, "rows": [{"values": row} for row in block["rows"]]}
    return kind, {name: value for name, value in block.items() if name != "type"}


def stored(values: list[tuple[str, Any]]) -> str:
    """Block values as a StreamField stores them."""
    return json.dumps([{"type": kind, "value": value} for kind, value in values])


def body_of(blocks: list[dict], images: dict) -> str:
    """A list of demo blocks as a stored body."""
    return stored([block_value(block, images) for block in blocks])


def references_of(piece: dict) -> str:
    """The references of a piece, as stored."""
    return stored([("reference", reference) for reference in piece.get("references", [])])
