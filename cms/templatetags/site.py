"""Tags of the site's templates: pictures, dates, citations, the other language; they make no queries."""

import re
from datetime import date, datetime

from django import template
from django.template.defaultfilters import date as format_date
from django.templatetags.tz import do_timezone
from django.urls import translate_url
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info
from wagtail.images.models import SourceImageIOError

register = template.Library()

CITATION = re.compile(r"<sup>\s*(\d{1,2})\s*</sup>")
HAN = re.compile(r"[\u3400-\u9fff]")
PHRASE = re.compile(r".+?(?:[，。！？；：…—]+[”’）》]*|$)", re.DOTALL)


@register.simple_tag
def picture(
    image, widths="480 960", sizes="100vw", css="", alt=None, eager=False, ratio=""
) -> SafeString | str:
    """An <img> in several widths (WebP), or nothing where the file is missing.

    `alt` overrules the image's own text alternative; `ratio` ("1:1") crops.
    """
    if not image:
        return ""
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
        "" if image.decorative else words,
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
    """The address of one width of an image, for share cards; empty where there is none."""
    if not image:
        return ""
    try:
        return image.get_rendition(_filter(width, "")).full_url
    except SourceImageIOError:
        return ""


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
def in_language(thing, field: str) -> str:
    """A field in Chinese where the language is Chinese and there is one, else the field itself."""
    return (_is_chinese() and getattr(thing, f"{field}_zh", "")) or getattr(thing, field, "")


@register.simple_tag(takes_context=True)
def other_language(context) -> dict:
    """The switch to the other language: its code, its own name, the address, whether it is a twin."""
    code = "en" if _is_chinese() else "zh-hans"
    request, twins = context.get("request"), context.get("twins")
    name = "中文" if code == "zh-hans" else get_language_info(code)["name_local"]
    if twins is not None:
        twin = twins.get(code)
        url = twin.get_url(request) if twin else translate_url("/", code)
        return {"code": code, "name": name, "url": url, "is_twin": bool(twin)}
    path = request.get_full_path() if request else "/"
    return {"code": code, "name": name, "url": translate_url(path, code), "is_twin": False}


@register.simple_tag(takes_context=True)
def alternates(context) -> list[dict]:
    """The addresses of a page in its languages, for hreflang; empty without a twin."""
    twins = context.get("twins") or {}
    if len(twins) < 2:
        return []
    names = {"zh-hans": "zh-Hans"}
    return [{"code": names.get(code, code), "url": twin.full_url} for code, twin in twins.items()]


@register.tag
def citations(parser, token):
    """{% citations NUMBER %} ... {% endcitations %}: turns <sup>1</sup> into a way to source 1."""
    count = parser.compile_filter(token.split_contents()[1])
    nodes = parser.parse(("endcitations",))
    parser.delete_first_token()
    return CitationsNode(nodes, count)


class CitationsNode(template.Node):
    """Links each citation to its source, and gives its first one an id to come back to."""

    def __init__(self, nodes, count):
        self.nodes = nodes
        self.count = count

    def render(self, context) -> str:
        seen: set[int] = set()
        last = int(self.count.resolve(context) or 0)

        def link(match: re.Match) -> str:
            number = int(match[1])
            if not 1 <= number <= last:
                return match[0]
            mark = "" if number in seen else f' id="cite-{number}"'
            seen.add(number)
            return f'<sup><a class="cite" href="#source-{number}"{mark}>{number}</a></sup>'

        return mark_safe(CITATION.sub(link, self.nodes.render(context)))
