"""Everything that is said in English is said in Chinese: each marked string stands in the catalogue."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("classroom", "cms", "config", "leads", "ops", "outbox", "people", "tracking")
PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
COUNTED = {"ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
COUNTED_IN_CONTEXT = {"npgettext", "npgettext_lazy"}
CALL = re.compile(r"\b(?:_|n?p?gettext)\(")

Said = tuple[str, ...]


def said_by(call: ast.Call) -> Said | None:
    """The key of the catalogue that a call asks for: the words, after their context; None for others."""
    name = getattr(call.func, "id", "")
    where = {0: PLAIN | COUNTED, 1: IN_CONTEXT | COUNTED_IN_CONTEXT}
    for number, names in where.items():
        if name in names:
            words = [one.value for one in call.args[: number + 1] if isinstance(one, ast.Constant)]
            return tuple(words) if len(words) == number + 1 and words[-1] else None
    return None


def in_python(source: str) -> Iterator[Said]:
    """The keys in a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (said := said_by(node)):
            yield said


def in_template(source: str) -> Iterator[Said]:
    """The keys in a template, from the calls Django makes of its tags for xgettext."""
    calls = templatize(source)
    for match in CALL.finditer(calls):
        for end in (found.end() for found in re.finditer(r"\)", calls[match.start() :])):
            try:
                call = ast.parse(calls[match.start() : match.start() + end], mode="eval").body
            except SyntaxError:
                continue
            if isinstance(call, ast.Call) and (said := said_by(call)):
                yield said
            break


def everything_said() -> Iterator[tuple[str, Said]]:
    """Each key with the file that says it."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                for said in in_python(path.read_text(encoding="utf-8")):
                    yield str(path.relative_to(ROOT)), said
    for path in sorted((ROOT / "templates").rglob("*.*")):
        for said in in_template(path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), said


def test_everything_said_in_english_is_said_in_chinese():
    with (ROOT / "locale/zh_Hans/LC_MESSAGES/django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog
    keys = {key[0] if isinstance(key, tuple) else key for key, words in catalogue.items() if words}
    everything = list(everything_said())
    assert len(everything) > 1500
    missing = sorted({(place, said) for place, said in everything if "\x04".join(said) not in keys})
    assert missing == []


def test_a_string_that_is_marked_is_seen():
    assert list(in_python('a = _("One"); b = pgettext("tooth", "Crown"); _(name)')) == [
        ("One",),
        ("tooth", "Crown"),
    ]
    template = (
        '{% load i18n %}{% trans "One" %}{% trans "Crown" context "tooth" %}{{ _("Two") }}'
        "{% blocktrans count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktrans %}"
    )
    assert list(in_template(template)) == [
        ("One",),
        ("tooth", "Crown"),
        ("Two",),
        ("%(n)s day",),
    ]
