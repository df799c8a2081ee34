"""docs/api.md has a table of every page type: exactly the fields that are served, in their shapes."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from wagtail.models import Page

from cms.models import HomePage, PiecePage
from cms.read_api.batch import type_name
from tests.factories import classroom, content

pytestmark = pytest.mark.django_db

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"
ROW = re.compile(r"^\| `([a-z_.]+)` \| (.+) \|$", flags=re.M)
SHAPES = {
    "text": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "moment": lambda value: value.endswith("Z") and bool(datetime.fromisoformat(value)),
    "date": lambda value: bool(date.fromisoformat(value)),
    "blocks": lambda value: all({"type", "value", "id"} == item.keys() for item in value),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "person": lambda value: "professional_licence" in value,
    "picture": lambda value: "renditions" in value,
    "page": lambda value: {"id", "title", "meta"} <= value.keys(),
}


def sections() -> dict[str, str]:
    """The text under each heading of the third level."""
    parts = re.split(r"^### (.+)$", DOCUMENT.read_text(), flags=re.M)
    return {
        name.strip("`"): text.partition("\n## ")[0]
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def documented(model: type[Page]) -> dict[str, str]:
    """The fields of a page type and their shapes, as the document has them."""
    text = sections()
    names = ["Every page", *(["Every piece"] if issubclass(model, PiecePage) else [])]
    rows = [ROW.findall(text[name]) for name in [*names, type_name(model)]]
    return {name: shape for found in rows for name, shape in found}


def page_types() -> list[type[Page]]:
    return [model for model in apps.get_models() if issubclass(model, Page) and model is not Page]


def fits(value: Any, shape: str) -> bool:
    said = shape.partition(":")[0]
    if value is None:
        return "or null" in said
    return SHAPES[said.split()[0]](value)


MAKERS = {
    "cms.ArticlePage": lambda: content.article(
        author=content.clinician(), cover=content.picture(width=60, height=40)
    ),
    "cms.ComicPage": lambda: content.comic(panels=1),
    "cms.CoursePage": content.course,
    "cms.ModulePage": lambda: content.module(content.course()),
    "cms.ClinicianPage": lambda: content.clinician(portrait=content.picture(width=60, height=40)),
    "classroom.LiveClass": classroom.live_class,
    "cms.IndexPage": lambda: content.article().get_parent(),
    "cms.HomePage": lambda: HomePage.objects.ancestor_of(content.article()).get(),
}


@pytest.mark.parametrize("model", page_types(), ids=type_name)
def test_every_page_type_is_served_as_documented(read, model):
    page = MAKERS[type_name(model)]()

    answer = read(f"{page.pk}/")

    about = answer.pop("meta")
    served = {**answer, **{f"meta.{name}": value for name, value in about.items()}}
    written = documented(model)
    assert about["type"] == type_name(model)
    assert sorted(written) == sorted(served)
    assert {
        name: (served[name], shape)
        for name, shape in written.items()
        if not fits(served[name], shape)
    } == {}
