"""Finds the references at the end of a text and the places that cite them."""

import re

from cms.bringing_in.brought import Source
from cms.bringing_in.markup import Item

HEADING = re.compile(
    r"(?:\d+[.、]?\s*)?(?:references?|sources?|bibliography|literature|further reading|works cited"
    r"|参考文献|参考资料|主要参考文献|参考来源|文献|资料来源|引用文献)\s*[:：]?",
    re.I,
)
NUMBER = re.compile(r"^\s*(?:[\[［【(（]\s*\d{1,3}\s*[\]］】)）]|\d{1,3}\s*[.、．)）])\s*")
ADDRESS = re.compile(r"https?://[^\s<>\"，。；、）】]+")
DOI = re.compile(r"\b(10\.\d{4,9}/[^\s<>\"，。；]+)")
PUBMED = re.compile(r"\bPMID\s*[:：]?\s*(\d{4,9})\b", re.I)
CITED = re.compile(r"[\[［【]\s*(\d{1,2}(?:\s*[,，、–-]\s*\d{1,2})*)\s*[\]］】]")
LINK = re.compile(r'href="(https?://[^"]+)"')
BACK = re.compile(r"\s*(?:↑|↩︎?)\s*$")


def split_off(items: list[Item]) -> tuple[list[Item], list[Source]]:
    """Return the items that are the text, and the references: notes at the foot, then a last list."""
    text = [item for item in items if not item.name or item.kind == "unplayed"]
    notes = [
        source
        for item in items
        if item.name and item.kind != "unplayed"
        for source in _sources_of(item)
    ]
    for place in range(len(text) - 1, -1, -1):
        item = text[place]
        short = item.kind == "line" and len(item.html) < 80
        if short and HEADING.fullmatch(item.text):
            listed = [source for one in text[place + 1 :] for source in _sources_of(one)]
            rest = text[place + 1 :]
            if listed and all(one.kind in ("line", "list") and not one.level for one in rest):
                return text[:place], [*notes, *listed]
            break
    return text, notes


def _sources_of(item: Item) -> list[Source]:
    if item.kind == "list":
        points = re.findall(r"<li>(.*?)(?=<li>|</li>|<ul>|<ol>)", item.html, re.S)
    else:
        points = [part for part in item.html.split("<br/>") if part]
    found = [_source(point) for point in points]
    return [source for source in found if source.text or source.url]


def _source(html: str) -> Source:
    text = NUMBER.sub("", BACK.sub("", Item("line", html=html).text))
    text = re.sub(r"^\s*\[?\d{1,3}\]?\s*(?=\S)", "", text) if html.startswith("<sup>") else text
    linked = LINK.search(html)
    written = ADDRESS.search(text)
    if written:
        url = written[0].rstrip(".,;)")
        shown = text.replace(written[0], "").strip(" .,;:：，。") or url
    elif doi := DOI.search(text):
        url, shown = f"https://doi.org/{doi[1].rstrip('.,;)')}", text
    elif number := PUBMED.search(text):
        url, shown = f"https://pubmed.ncbi.nlm.nih.gov/{number[1]}/", text
    else:
        url, shown = (linked[1] if linked else ""), text
    return Source(text=shown[:500], url=url[:500].replace("&amp;", "&"))


def with_citations(html: str, count: int) -> str:
    """Turn [1] and [2, 4-5] into raised numbers, where there are that many references."""

    def raised(found: re.Match) -> str:
        numbers: list[int] = []
        for part in re.split(r"[,，、]", found[1]):
            ends = [int(end) for end in re.split(r"[–-]", part) if end.strip()]
            numbers += range(ends[0], ends[-1] + 1) if ends else []
        if not numbers or not all(1 <= number <= count for number in numbers):
            return found[0]
        return "".join(f"<sup>{number}</sup>" for number in numbers)

    cited = CITED.sub(raised, html)
    return re.sub(r"<sup>\s*((?:<sup>\d{1,2}</sup>)+)\s*</sup>", r"\1", cited)
