"""Tags of the site's templates: pictures, dates, citations, the other language; they make no queries."""

import re
from datetime import date, datetime
from urllib.parse import urlencode

from django import template
from django.template.defaultfilters import date as format_date
from django.templatetags.tz import do_timezone
from django.urls import reverse, translate_url
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from wagtail.images.models import SourceImageIOError

register = template.Library()

CITATION = re.compile(r"<sup>\s*(\d{1,2})\s*</sup>")
HAN = re.compile(r"[\u3400-\u9fff]")
MARGIN_NOTE = '<span class="margin-note" aria-hidden="true"><b>{}</b> {}</span>'
NOT_DIALLED = re.compile(r"(?!^\+)\D")
WITHHELD = '<span class="picture-withheld">{}</span>'
PHRASE = re.compile(r".+?(?:[，。！？；：…—]+[”’）》]*|$)", re.DOTALL)


@register.simple_tag
def picture(
    image, widths="480 960", sizes="100vw", css="", alt=None, eager=False, ratio=""
) -> SafeString | str:
    """An <img> in several widths (WebP), or nothing where the file is missing.

    `alt` overrules the image's own text alternative; `ratio` ("1:1") crops. A patient's picture
    without consent gives its place to a few words, or to nothing where it stood as decoration.
    """
    if not image:
        return ""
    if image.is_withheld:
        return "" if alt == "" else format_html(WITHHELD, _("This picture is no longer shown."))
    try:
        renditions = [image.get_rendition(_filter(width, ratio)) for width in widths.split()]
    except SourceImageIOError:
        return ""
    words = image.description if alt is None else alt
    return format_html(
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" class="{}"{}>',
        renditions[-1].url,
        format_html_join(", ", "{} {}w", ((r.url, r.width) for r in renditions)),
        sizes,
        renditions[-1].width,
        renditions[-1].height,
        "" if image.is_decorative else words,
        css,
        mark_safe(' fetchpriority="high"' if eager else ' loading="lazy" decoding="async"'),
    )


def _filter(width: str, ratio: str) -> str:
    if not ratio:
        return f"width-{width}|format-webp"
    across, down = (int(part) for part in ratio.split(":"))
    return f"fill-{width}x{int(width) * down // across}|format-webp"


@register.simple_tag
def picture_url(image, width="960") -> str:
    """The address of one width of an image, for a film's still picture; empty where there is none."""
    if not image or image.is_withheld:
        return ""
    try:
        return image.get_rendition(_filter(width, "")).url
    except SourceImageIOError:
        return ""


@register.filter
def clock(seconds: float | None) -> str:
    """A length as players show it: 4:05, or 1:04:05."""
    minutes, rest = divmod(round(seconds or 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def dialled(telephone: str) -> str:
    """A telephone number as it is dialled: digits and a leading plus."""
    return NOT_DIALLED.sub("", telephone or "")


def _is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


@register.simple_tag
def day(value: date | datetime | None, short: bool = False) -> SafeString | str:
    """A day as people say it, with the exact date on hover; short for the lines of receipts."""
    if not value:
        return ""
    if isinstance(value, datetime) and getattr(value, "convert_to_local_time", True):
        value = timezone.localtime(value)
    said = format_date(value, "Y年n月j日" if _is_chinese() else "j M Y" if short else "j F Y")
    exact = value.date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{0}" title="{0}">{1}</time>', exact.isoformat(), said)


@register.filter
def in_zone(value: datetime | None, name: str) -> datetime | None:
    """The moment as the clocks of a named time zone show it; as it is where the name is unknown."""
    return (do_timezone(value, name) or value) if value else None


@register.filter
def place(bubble) -> str:
    """The classes that put a bubble at its percentages: tens and units of left, top and width."""
    numbers = {"x": bubble["x"], "y": bubble["y"], "w": bubble.get("width") or 40}
    return " ".join(
        f"{letter}t-{number // 10} {letter}u-{number % 10}"
        for letter, number in ((key, min(max(value, 0), 99)) for key, value in numbers.items())
    )


@register.filter
def phrases(text: str) -> SafeString | str:
    """Chinese with each phrase in a span, so that narrow places break between phrases first."""
    if not HAN.search(text or ""):
        return text
    return format_html_join(
        "", '<span class="phrase">{}</span>', ((p,) for p in PHRASE.findall(text))
    )


@register.filter
def says_more_than(topic, title: str) -> bool:
    """Whether there is a topic, and its label is not the title over again."""
    return bool(topic) and topic.label.casefold() != title.casefold()


@register.filter
def stands_on(page, shelf) -> bool:
    """Whether the page stands on the shelf, at whatever depth."""
    return bool(page) and page.path.startswith(shelf.path)


@register.filter
def in_language(thing, field: str) -> str:
    """A field in Chinese where the language is Chinese and there is one, else the field itself."""
    return (_is_chinese() and getattr(thing, f"{field}_zh", "")) or getattr(thing, field, "")


@register.simple_tag(takes_context=True)
def other_language(context) -> dict:
    """The other language: its code, its own name, whether the page has a twin in it and where.

    `switch_url` leads there by the one address that remembers the choice. A page without a twin is
    named by its id, so that the reader is told and may choose.
    """
    code = "en" if _is_chinese() else "zh-hans"
    request, twins, page = (context.get(name) for name in ("request", "twins", "page"))
    name = "中文" if code == "zh-hans" else get_language_info(code)["name_local"]
    twin = (twins or {}).get(code)
    if twin:
        url = twin.get_url(request)
        asked = {"to": url}
    elif twins is not None and page is not None and page.pk:
        url, asked = translate_url("/", code), {"page": page.pk}
    else:
        url = translate_url(request.get_full_path() if request else "/", code)
        asked = {"to": url}
    switch_url = f"{reverse('switch_language', args=[code])}?{urlencode(asked, safe='/')}"
    return {"code": code, "name": name, "url": url, "is_twin": bool(twin), "switch_url": switch_url}


@register.tag
def citations(parser, token):
    """{% citations NUMBER %} ... {% endcitations %}: turns <sup>1</sup> into a way to source 1.

    Where the page has references, the source stands beside the text as well, for wide screens, and
    the page knows afterwards where each source is cited (`cited_at`).
    """
    count = parser.compile_filter(token.split_contents()[1])
    nodes = parser.parse(("endcitations",))
    parser.delete_first_token()
    return CitationsNode(nodes, count)


class CitationsNode(template.Node):
    """Links each citation to its source, and gives each an id to come back to."""

    def __init__(self, nodes, count):
        self.nodes = nodes
        self.count = count

    def render(self, context) -> str:
        page = context.get("page")
        last = int(self.count.resolve(context) or 0)
        sources = [block.value["text"] for block in getattr(page, "references", [])][:last]
        places: dict[int, list[str]] = {}

        def link(match: re.Match) -> str:
            number = int(match[1])
            if not 1 <= number <= last:
                return match[0]
            own = places.setdefault(number, [])
            own.append(f"cite-{number}-{len(own) + 1}" if own else f"cite-{number}")
            # Seen on wide screens alone, and read out nowhere: the list of sources says it all.
            note = (
                format_html(MARGIN_NOTE, number, sources[number - 1])
                if len(own) == 1 and sources
                else ""
            )
            return f'<sup><a class="cite" href="#source-{number}" id="{own[-1]}">{number}</a></sup>{note}'

        text = CITATION.sub(link, self.nodes.render(context))
        if page is not None:
            page.cited_places = places
        return mark_safe(text)


@register.simple_tag
def cited_at(page, number: int) -> list[tuple[str, str]]:
    """Where the text cites a source: the id of each place, and its letter (a, b, c...)."""
    places = getattr(page, "cited_places", {}).get(number, [])
    return [(place, _letter(at)) for at, place in enumerate(places)]


def _letter(at: int) -> str:
    return chr(ord("a") + at) if at < 26 else str(at + 1)
