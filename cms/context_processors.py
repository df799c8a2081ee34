"""What the frame around every page of the site shows; read only when a template asks for it."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from cms.models import IndexPage
from people.models import Branch, Clinic
from people.notices import CURRENT, known_language, notice_of

SHELVES_IN_THE_HEADER = [
    IndexPage.Shelf.ARTICLES,
    IndexPage.Shelf.COMICS,
    IndexPage.Shelf.COURSES,
    IndexPage.Shelf.CLASSES,
    IndexPage.Shelf.CLINICIANS,
]


def site_frame(request: HttpRequest) -> dict:
    """The clinic, its branches and the shelves of the language of the moment."""
    return {
        "clinic": SimpleLazyObject(lambda: Clinic.objects.order_by("pk").first() or Clinic()),
        "clinic_branches": SimpleLazyObject(lambda: list(Branch.objects.order_by("pk"))),
        "shelves": SimpleLazyObject(shelves_of_the_moment),
        "consent_notice": SimpleLazyObject(notice_of_the_moment),
    }


def notice_of_the_moment() -> dict[str, str]:
    """The consent notice in force in the language of the moment: its version, a text a purpose."""
    texts = notice_of(CURRENT).texts[known_language(get_language() or "en")]
    return {"version": CURRENT, **texts}


def shelves_of_the_moment() -> list[IndexPage]:
    """The live shelves for the header, in its order."""
    pages = IndexPage.objects.live().filter(
        shelf__in=SHELVES_IN_THE_HEADER, locale__language_code=get_language()
    )
    first = {page.shelf: page for page in pages.order_by("-path")}
    return [first[shelf] for shelf in SHELVES_IN_THE_HEADER if shelf in first]
