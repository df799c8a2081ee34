"""Pages with every field filled, and small parts of them, for what must be complete or counted."""

import json
import uuid

from cms.models import (
    CoursePage,
    IndexPage,
    ModulePage,
)
from people.models import Branch
from tests.factories import classroom, content


def block(kind: str, value) -> dict:
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


def stored(*blocks: dict) -> str:
    return json.dumps(list(blocks))


def translated(page, title: str):
    """The page's live twin in Chinese."""
    parent = IndexPage.objects.get(pk=content.ensure_shelf(shelf="articles", language="zh-hans").pk)
    twin = type(page)(title=title, slug=f"twin-{page.pk}", translation_key=page.translation_key)
    if hasattr(twin, "about_health"):
        twin.about_health = False
    twin.locale = parent.locale
    return parent.add_child(instance=twin)


def module_of(course: CoursePage, **fields) -> ModulePage:
    page = ModulePage(
        locale=course.locale, **{"title": "Module", "minutes": 10, "about_health": False, **fields}
    )
    return CoursePage.objects.get(pk=course.pk).add_child(instance=page)


def rich_article(number: int = 0):
    """An article with all that needs other rows."""
    person = content.clinician(f"Dr {number}", portrait=content.picture(width=60, height=40))
    other = content.article(title=f"Other {number}")
    figure = {
        "image": content.picture(width=60, height=40).pk,
        "alt": "A gum",
        "caption": "",
        "credit": "",
    }
    page = content.article(
        author=person,
        reviewer=content.clinician(f"Reviewer {number}"),
        cover=content.picture(width=60, height=40),
        topics=[content.topic(f"Topic {number}"), content.topic(f"Theme {number}")],
        body=[
            ("figure", figure),
            ("paragraph", f'<p>See <a linktype="page" id="{other.pk}">this</a>.</p>'),
        ],
    )
    translated(page, f"孪生 {number}")
    return page


def rich_comic(number: int = 0):
    return content.comic(
        panels=1, cover=content.picture(width=60, height=40), topics=[content.topic(f"C{number}")]
    )


def rich_course(number: int = 0):
    page = content.course(author=content.clinician(f"Dr {number}"))
    for _ in range(2):
        module_of(page)
    return page


def rich_class(number: int = 0):
    page = classroom.live_class(author=content.clinician(f"Dr {number}"))
    page.clinicians.add(content.clinician(f"Speaker {number}"))
    page.save()
    return page


def rich_clinician(number: int = 0):
    page = content.clinician(f"Dr {number}", portrait=content.picture(width=60, height=40))
    page.branches.add(Branch.objects.create(slug=f"b{number}", name="North"))
    page.save()
    return page


def article_of_many_blocks(number: int = 0):
    film = content.media(poster=content.picture(width=60, height=40))
    patient = content.media(patient_shown=True)
    return content.article(
        about_health=False,
        body=[
            ("video", {"video": film.pk, "caption": ""}),
            ("audio", {"audio": patient.pk, "caption": ""}),
            ("download", {"document": content.document().pk, "title": "", "note": ""}),
            ("poll", content.poll()),
            ("class_call", {"live_class": classroom.live_class().pk, "why": ""}),
        ],
    )


MAKERS = {
    "cms.ArticlePage?": article_of_many_blocks,
    "cms.ArticlePage": rich_article,
    "cms.ComicPage": rich_comic,
    "cms.CoursePage": rich_course,
    "cms.ModulePage": lambda number: module_of(rich_course(number), title=f"Module {number}"),
    "cms.ClinicianPage": rich_clinician,
    "classroom.LiveClass": rich_class,
}
