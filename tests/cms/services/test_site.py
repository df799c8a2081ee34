"""The tree of pages: homes, shelves, translations."""

import pytest
from wagtail.models import Locale, Page, Site

from cms.models import HomePage
from cms.services.site import ensure_home, ensure_shelf, follow_base_url

pytestmark = pytest.mark.django_db


def test_after_migrate_the_site_begins_with_our_home_page(client):
    root = Site.objects.get(is_default_site=True).root_page.specific
    assert isinstance(root, HomePage)
    assert client.get("/").status_code == 200


def test_shelves_are_translations_of_each_other_in_either_order():
    chinese = ensure_shelf(shelf="library", language="zh-hans")
    english = ensure_shelf(shelf="library", language="en")
    assert chinese.translation_key == english.translation_key
    assert (chinese.title, english.title) == ("资料库", "Library")
    assert english.get_translation(Locale.objects.get(language_code="zh-hans")) == chinese
    assert chinese.get_parent().specific == ensure_home("zh-hans")
    assert Page.find_problems() == ([], [], [], [], [])


def test_asking_twice_makes_nothing_more():
    first = ensure_shelf(shelf="library", language="zh-hans")
    before = Page.objects.count()
    assert ensure_shelf(shelf="library", language="zh-hans") == first
    assert Page.objects.count() == before


def test_addresses_begin_with_base_url(settings):
    settings.BASE_URL = "https://clinic.example"
    follow_base_url()
    site = Site.objects.get(is_default_site=True)
    assert (site.hostname, site.port) == ("clinic.example", 443)
    assert ensure_home("en").full_url == "https://clinic.example/"
