"""The stylesheet: its colours are readable, its hex values are its OKLCH values, it stays one."""

import math
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from cms.staticfiles import assembled_stylesheet, stylesheet_sources

TOKENS = settings.ROOT / "static" / "css" / "tokens.css"
TEXT_COLOURS = ("ink", "quiet", "accent", "warning", "danger")
AA_TEXT, AA_GRAPHICS = 4.5, 3.0


def linear_rgb(lightness: float, chroma: float, hue: float) -> list[float]:
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rgb = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return [min(1.0, max(0.0, part)) for part in rgb]


def luminance(rgb: list[float]) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def hex_of(rgb: list[float]) -> str:
    gamma = [12.92 * p if p <= 0.0031308 else 1.055 * p ** (1 / 2.4) - 0.055 for p in rgb]
    return "#" + "".join(f"{round(part * 255):02x}" for part in gamma)


def schemes() -> dict[str, dict]:
    """The colours of tokens.css: {"light" or "dark": {"oklch": {...}, "hex": {...}}}."""
    light, dark = TOKENS.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    found = {}
    for name, part in (("light", light), ("dark", dark)):
        oklch = re.findall(r"--(\w+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)", part)
        found[name] = {
            "oklch": {key: linear_rgb(*map(float, values)) for key, *values in oklch},
            "hex": dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", part)),
        }
    return found


def contrast(one: list[float], other: list[float]) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "tint"])
@pytest.mark.parametrize("colour", TEXT_COLOURS)
def test_text_colour_is_readable(scheme, ground, colour):
    colours = schemes()[scheme]["oklch"]
    assert contrast(colours[colour], colours[ground]) >= AA_TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_spark_is_seen_as_a_mark(scheme):
    colours = schemes()[scheme]["oklch"]
    assert contrast(colours["spark"], colours["paper"]) >= AA_GRAPHICS


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_buttons_are_readable(scheme):
    colours = schemes()[scheme]["oklch"]
    assert contrast(colours["paper"], colours["accent"]) >= AA_TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hex_is_what_oklch_comes_to(scheme):
    found = schemes()[scheme]
    assert found["hex"] == {name: hex_of(rgb) for name, rgb in found["oklch"].items()}


def test_every_source_stands_in_one_layer():
    for path in stylesheet_sources():
        layers = re.findall(r"^@layer (\w+) \{", path.read_text(encoding="utf-8"), re.MULTILINE)
        expected = {"components": "components", "pages": "pages"}.get(path.parent.name, path.stem)
        assert set(layers) == {expected}, path.name


def test_stylesheet_braces_match():
    css = assembled_stylesheet()
    assert css.count("{") == css.count("}")


def test_finder_finds_a_stylesheet_that_follows_its_sources(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    built = finders.find("css/site.css")
    assert built == str(tmp_path / "built" / "css" / "site.css")
    with open(built, encoding="utf-8") as file:
        assert file.read() == assembled_stylesheet()


@pytest.mark.parametrize(
    "path", sorted((settings.ROOT / "static" / "css").rglob("*.css")), ids=lambda path: path.name
)
def test_every_rule_is_closed_where_it_ends(path):
    """An open one swallows what follows, and browsers say nothing of it."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert text.count("{") == text.count("}")
