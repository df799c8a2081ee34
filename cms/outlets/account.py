"""Writes a piece as HTML that an official account's editor keeps: inline styles, no classes, no scripts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from wagtail.blocks import BoundBlock
from wagtail.rich_text import expand_db_html

from cms.models import PiecePage
from cms.models.patients import ConsentScope
from cms.outlets.pieces import Shown, facts_of, panels_of, reviewed_by, shown_picture
from cms.passages import passages_of

INK, QUIET, ACCENT, DANGER, LINE = "#1a2029", "#575e69", "#22664d", "#9d3629", "#dad7d0"
STYLES = {
    "text": f"margin:0 0 16px;font-size:16px;line-height:1.8;color:{INK};",
    "heading": f"margin:32px 0 12px;font-size:20px;line-height:1.4;font-weight:bold;color:{INK};",
    "standfirst": f"margin:0 0 20px;font-size:16px;line-height:1.7;color:{QUIET};",
    "key": f"margin:24px 0;padding:4px 0 4px 16px;border-left:3px solid {ACCENT};font-size:18px;line-height:1.7;font-weight:bold;color:{INK};",
    "warning": f"margin:24px 0;padding:12px 0;border-top:2px solid {DANGER};border-bottom:2px solid {DANGER};font-size:16px;line-height:1.7;color:{INK};",
    "list": f"margin:0 0 16px;padding-left:1.4em;font-size:16px;line-height:1.8;color:{INK};",
    "point": "margin:0 0 6px;",
    "quote": f"margin:24px 0;padding-left:16px;border-left:3px solid {LINE};font-size:17px;line-height:1.8;color:{INK};",
    "caption": f"margin:8px 0 0;font-size:13px;line-height:1.6;color:{QUIET};",
    "picture": "display:block;width:100%;height:auto;margin:0;",
    "figure": "margin:24px 0;",
    "table": f"width:100%;border-collapse:collapse;margin:0 0 16px;font-size:14px;line-height:1.6;color:{INK};",
    "cell": f"padding:8px;border:1px solid {LINE};text-align:left;vertical-align:top;",
    "head": f"padding:8px;border:1px solid {LINE};text-align:left;vertical-align:top;font-weight:bold;background:#f6f2ea;",
    "small": f"margin:0 0 8px;font-size:13px;line-height:1.7;color:{QUIET};",
    "mark": f"display:inline-block;margin:0 0 12px;padding:2px 8px;border:1px solid {INK};font-size:13px;color:{INK};",
    "speaker": f"font-weight:bold;color:{ACCENT};",
    "link": f"color:{ACCENT};text-decoration:underline;",
}


@dataclass
class AccountText:
    """The HTML, the pictures that the account's editor must take over, and what had to be left out."""

    html: str = ""
    pictures: list[Shown] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def account_text(piece: PiecePage) -> AccountText:
    """Return a piece for an official account, in the language of the moment; writes renditions."""
    writer = _Writer(piece)
    writer.write()
    return AccountText("\n".join(writer.out), writer.pictures, writer.left_out)


class _Writer:
    """Goes through a piece from top to bottom; `out` is clean HTML."""

    def __init__(self, piece: PiecePage) -> None:
        self.piece = piece
        self.out: list[SafeString] = []
        self.pictures: list[Shown] = []
        self.left_out: list[str] = []
        # For kinds of blocks that have no shape of their own here: their words at least.
        self.words: dict[str, list[str]] = {}
        for passage in passages_of(piece):
            self.words.setdefault(passage.place, []).append(passage.text)

    def write(self) -> None:
        piece = self.piece
        self.opening()
        if facts := getattr(piece, "key_facts", None):
            self.heading(_("In short"))
            self.points([block.value for block in facts])
        if objectives := getattr(piece, "objectives", None):
            self.heading(_("Afterwards you can"))
            self.points([block.value for block in objectives])
        for block in getattr(piece, "body", None) or []:
            self.block(block)
        for panel in panels_of(piece, scope=ConsentScope.SOCIAL):
            self.panel(panel)
        if afterword := getattr(piece, "afterword", ""):
            self.add("p", "text", afterword)
        self.closing()

    def opening(self) -> None:
        piece = self.piece
        if piece.kind == "promotion":
            number = f" · {piece.approval_number}" if piece.approval_number else ""
            self.add("p", "mark", _("Promotion") + number)
        if piece.standfirst:
            self.add("p", "standfirst", piece.standfirst)
        for name, words in facts_of(piece):
            self.add("p", "text", f"{name}: {words}")
        if cover := shown_picture(piece.cover, scope=ConsentScope.SOCIAL):
            self.picture(cover)

    def closing(self) -> None:
        piece = self.piece
        if piece.references:
            self.heading(_("Sources"))
            for number, block in enumerate(piece.references, start=1):
                self.add(
                    "p", "small", f"[{number}] {block.value['text']} {block.value.get('url') or ''}"
                )
        lines = []
        if piece.author:
            role = f"{_(', ')}{piece.author.role}" if piece.author.role else ""
            lines.append(_("By %(name)s") % {"name": piece.author.title} + role)
        lines.append(reviewed_by(piece))
        lines.append(
            _("What you read here helps you prepare for a visit. It does not replace one.")
        )
        for line in filter(None, lines):
            self.add("p", "small", line)

    def block(self, block: BoundBlock) -> None:
        value: Any = block.value
        write: Callable[[Any], None] | None = getattr(self, f"write_{block.block_type}", None)
        if write:
            write(value)
            return
        for text in self.words.get(str(block.id), ()):
            self.add("p", "text", text)
        self.left_out.append(str(block.block.label))

    def write_heading(self, value: Any) -> None:
        self.heading(str(value))

    def write_paragraph(self, value: Any) -> None:
        self.out.append(mark_safe(styled(expand_db_html(value.source), self.piece.full_url or "")))

    def write_key_fact(self, value: Any) -> None:
        self.add("p", "key", str(value))

    def write_warning(self, value: Any) -> None:
        title = format_html(
            '<strong style="color:{}">{}</strong><br>', DANGER, _("When to get help")
        )
        self.out.append(
            format_html('<section style="{}">{}{}</section>', STYLES["warning"], title, value)
        )

    def write_figure(self, value: Any) -> None:
        shown = shown_picture(value["image"], scope=ConsentScope.SOCIAL, alt=value["alt"])
        words = " · ".join(filter(None, (value.get("caption"), value.get("credit"))))
        if shown is None:
            self.left_out.append(
                _("A picture: %s") % (value.get("caption") or value.get("alt") or "")
            )
            return
        self.picture(shown, words)

    def write_steps(self, value: Any) -> None:
        self.points(list(value["items"]), ordered=True)

    def write_table(self, value: Any) -> None:
        heads = format_html_join(
            "",
            '<th style="{}">{}</th>',
            ((STYLES["head"], column["heading"]) for column in value.columns),
        )
        rows = format_html_join(
            "",
            "<tr>{}</tr>",
            (
                (
                    format_html_join(
                        "",
                        '<td style="{}">{}</td>',
                        ((STYLES["cell"], str(cell.value)) for cell in row),
                    ),
                )
                for row in value.rows
            ),
        )
        self.out.append(
            format_html(
                '<table style="{}"><tbody><tr>{}</tr>{}</tbody></table>',
                STYLES["table"],
                heads,
                rows,
            )
        )
        if value.caption:
            self.add("p", "caption", value.caption)

    def write_faq(self, value: Any) -> None:
        for item in value["items"]:
            self.out.append(
                format_html(
                    '<p style="{}"><strong>{}</strong></p>', STYLES["text"], item["question"]
                )
            )
            self.write_paragraph(item["answer"])

    def write_quotation(self, value: Any) -> None:
        said = format_html("<br>— {}", value["attribution"]) if value.get("attribution") else ""
        self.out.append(
            format_html('<section style="{}">{}{}</section>', STYLES["quote"], value["text"], said)
        )

    def panel(self, panel: dict) -> None:
        if panel["narration"]:
            self.out.append(
                format_html(
                    '<p style="{}"><strong>{}</strong></p>', STYLES["text"], panel["narration"]
                )
            )
        if panel["picture"]:
            self.picture(panel["picture"])
        else:
            self.add("p", "text", panel["alt"])
        for bubble in panel["bubbles"]:
            self.out.append(
                format_html(
                    '<p style="{}"><span style="{}">{}</span> {}</p>',
                    STYLES["text"], STYLES["speaker"], bubble["speaker"], bubble["text"],
                )
            )  # fmt: skip

    def heading(self, text: str) -> None:
        self.add("h2", "heading", text)

    def points(self, points: list[str], *, ordered: bool = False) -> None:
        items = format_html_join(
            "", '<li style="{}">{}</li>', ((STYLES["point"], str(point)) for point in points)
        )
        tag = "ol" if ordered else "ul"
        self.out.append(
            format_html(
                '<{} style="{}">{}</{}>', mark_safe(tag), STYLES["list"], items, mark_safe(tag)
            )
        )

    def picture(self, shown: Shown, caption: str = "") -> None:
        self.pictures.append(shown)
        under = format_html('<p style="{}">{}</p>', STYLES["caption"], caption) if caption else ""
        self.out.append(
            format_html(
                '<section style="{}"><img src="{}" alt="{}" width="{}" style="{}">{}</section>',
                STYLES["figure"], shown.full_url, shown.alt, shown.width, STYLES["picture"], under,
            )
        )  # fmt: skip

    def add(self, tag: str, style: str, text: str) -> None:
        self.out.append(
            format_html(
                '<{} style="{}">{}</{}>', mark_safe(tag), STYLES[style], text, mark_safe(tag)
            )
        )


def styled(html: str, base: str) -> str:
    """Rich text with our styles written into its elements, and its links made whole."""
    soup = BeautifulSoup(html, "html.parser")
    names = {"p": "text", "ul": "list", "ol": "list", "li": "point", "a": "link"}
    root = "/".join(base.split("/", 3)[:3])
    for tag in soup.find_all(True):
        href = str(tag.get("href") or "")
        tag.attrs = {"href": root + href if href.startswith("/") else href} if href else {}
        if tag.name in names:
            tag["style"] = STYLES[names[tag.name]]
    return str(soup)


def plain_text(html: str) -> str:
    """The words of the HTML alone, a line for each block, for editors that take nothing else."""
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.find_all(["p", "li", "h2", "tr", "section", "br"]):
        tag.append("\n")
    lines = (" ".join(line.split()) for line in soup.get_text().splitlines())
    return "\n".join(filter(None, lines))
