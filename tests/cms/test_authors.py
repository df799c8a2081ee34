"""Who stands as the author of what a login writes, and of its translations."""

import pytest
from django.urls import reverse

from cms.authors import clinician_page_of, same_clinician
from cms.models import ArticlePage, IndexPage
from cms.services.site import ensure_shelf
from people.roles import Role
from tests.factories import content
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer():
    """A clinician with a login and a page in both languages."""
    user = make_staff(Role.CLINICIAN)
    english = content.clinician("Dr Lin", user=user)
    chinese = content.clinician(
        "林医生", "zh-hans", user=user, translation_key=english.translation_key
    )
    return user, english, chinese


def add_form(client, user, language: str):
    client.force_login(user)
    shelf = ensure_shelf(shelf=IndexPage.Shelf.ARTICLES, language=language)
    return client.get(reverse("wagtailadmin_pages:add", args=["cms", "articlepage", shelf.pk]))


@pytest.mark.parametrize(("language", "place"), [("en", 1), ("zh-hans", 2)])
def test_new_piece_begins_with_its_writer_as_author(client, writer, language, place):
    form = add_form(client, writer[0], language).context["form"]
    assert form["author"].value() == writer[place].pk


def test_who_has_no_page_is_no_author(client, writer):
    user = make_staff(Role.CLINICIAN)
    assert clinician_page_of(user, writer[1].locale_id) is None
    assert add_form(client, user, "en").context["form"]["author"].value() is None


def test_author_that_was_taken_off_stays_off(client, writer):
    piece = content.article(owner=writer[0])
    form_class = ArticlePage.get_edit_handler().get_form_class()
    assert form_class(instance=piece, for_user=writer[0])["author"].value() is None


def translated(piece):
    """The piece's copy, begun in Chinese."""
    shelf = ensure_shelf(shelf=IndexPage.Shelf.ARTICLES, language="zh-hans")
    shelf.translation_key = piece.get_parent().translation_key
    shelf.save()
    return piece.copy_for_translation(shelf.locale)


def test_translation_names_the_author_in_its_own_language(writer):
    _, english, chinese = writer
    copy = translated(content.article(author=english))
    copy.refresh_from_db()
    assert copy.author == chinese
    assert copy.get_latest_revision_as_object().author == chinese


def test_author_without_a_page_in_the_language_stays(writer):
    alone = content.clinician("Dr Heron")
    assert same_clinician(alone, writer[2].locale) is None
    copy = translated(content.article(author=alone))
    assert copy.get_latest_revision_as_object().author == alone
    assert copy.revisions.count() == 1
