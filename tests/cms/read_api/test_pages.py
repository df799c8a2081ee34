"""Every page with every field, in a fixed number of queries."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from classroom.models import LiveClass
from cms.models import (
    ClinicRendition,
    PageTopic,
)
from cms.services.topics import merge_topics
from outbox.services import run_due_effects
from tests.factories import content
from tests.factories.rich_pages import (
    MAKERS,
    article_of_many_blocks,
    module_of,
    rich_article,
    rich_class,
    translated,
)

pytestmark = pytest.mark.django_db

ALL = {"fields": "*", "limit": 50}


@pytest.mark.parametrize("kind", MAKERS)
def test_list_of_twenty_takes_as_many_queries_as_of_one(kind, read, monkeypatch):
    monkeypatch.setattr("cms.read_api.pictures.MADE_IN_AN_ANSWER", 1000)
    counts: list[int] = []
    for known, wanted in ((0, 1), (1, 3), (3, 20)):
        for number in range(known, wanted):
            MAKERS[kind](number)
        # The newest first: each is as rich as the others.
        asked = {
            "type": kind.rstrip("?"),
            "limit": wanted,
            "fields": "*",
            "order": "-id",
            "locale": "en",
        }
        read(**asked, _=0)  # the first answer makes the sizes of pictures
        with CaptureQueriesContext(connection) as queries:
            items = read(**asked)["items"]
        assert len(items) == wanted
        counts.append(len(queries))
    assert max(counts) <= 10, counts
    assert max(counts) == min(counts), counts


def test_mixed_list_and_single_page_take_few_queries(read, django_assert_max_num_queries):
    pages = [rich_article(n) for n in range(3)]
    run_due_effects()  # pictures have their sizes before anybody asks
    read(f"{pages[0].pk}/")
    with django_assert_max_num_queries(6):
        read(**ALL)
    with django_assert_max_num_queries(6):
        read(f"{pages[1].pk}/")


def test_article_is_complete(read):
    page = rich_article()
    shown = read(f"{page.pk}/")
    about = shown["meta"]
    assert about["type"] == "cms.ArticlePage"
    assert about["html_url"] == page.full_url == about["seo"]["canonical_url"]
    assert about["locale"] == "en"
    assert [step["title"] for step in about["breadcrumbs"]] == [
        page.get_parent().get_parent().title,
        page.get_parent().title,
    ]
    assert about["parent"]["id"] == page.get_parent().pk
    assert [(twin["language"], twin["title"]) for twin in about["translations"]] == [
        ("zh-hans", "孪生 0")
    ]
    assert about["translations"][0]["html_url"].endswith(f"/zh-hans/articles/twin-{page.pk}/")
    assert shown["author"]["name"] == "Dr 0"
    assert shown["author"]["portrait"]["renditions"]
    assert shown["author"]["html_url"] == page.author.full_url
    assert [topic["slug"] for topic in shown["topics"]] == ["theme-0", "topic-0"]
    assert shown["expected_minutes"] == 1


def test_chosen_page_that_is_down_and_withheld_film_are_null(read):
    page = article_of_many_blocks()
    called = Page.objects.type(LiveClass).get()
    assert read(f"{page.pk}/")["body"][4]["value"]["live_class"]["id"] == called.pk
    called.specific.unpublish()
    body = read(f"{page.pk}/")["body"]
    assert body[1]["value"]["audio"] is None
    assert body[4]["value"]["live_class"] is None


@pytest.mark.parametrize("kind", MAKERS)
def test_addresses_are_those_of_the_site(kind, read):
    page = MAKERS[kind](0)
    chinese = content.article(language="zh-hans", title="牙龈", slug="gums-zh")
    for one in (page, chinese, page.get_parent(), chinese.get_parent().get_parent()):
        assert read(f"{one.pk}/")["meta"]["html_url"] == one.full_url


def test_picture_has_words_focus_and_sizes_that_exist(read, client):
    picture = content.picture(width=1200, height=900, alt="A heron", credit="Us")
    picture.focal_point_x, picture.focal_point_y = 600, 300
    picture.focal_point_width = picture.focal_point_height = 100
    picture.save()
    shown = read(f"{content.article(cover=picture).pk}/")["cover"]
    sizes = shown.pop("renditions")
    assert shown == {
        "id": picture.pk,
        "alt": "A heron",
        "decorative": False,
        "credit": "Us",
        "width": 1200,
        "height": 900,
        "focal_point": {"x": 600, "y": 300, "width": 100, "height": 100},
    }
    assert [(size["width"], size["height"], size["type"]) for size in sizes] == [
        (480, 360, "image/webp"),
        (960, 720, "image/webp"),
        (1200, 900, "image/webp"),
    ]
    for size in sizes:
        path = size["url"].removeprefix("http://127.0.0.1:8000")
        assert client.get(path).headers["Content-Type"] == "image/webp"
    assert ClinicRendition.objects.filter(image=picture).count() == 3


def test_picture_is_shown_alike_when_its_sizes_were_made_before(read):
    picture = content.picture(width=1200, height=900, alt="A heron", credit="Us")
    picture.focal_point_x = picture.focal_point_y = 300
    picture.focal_point_width = picture.focal_point_height = 100
    picture.save()
    first, second = (read(f"{content.article(cover=picture).pk}/")["cover"] for _ in range(2))
    assert second == first
    picture.patient_shown = True
    picture.save()
    assert read(f"{content.article(cover=picture).pk}/")["cover"] is None


def test_missing_sizes_are_made_with_one_statement_and_an_unfinished_answer_is_not_kept(
    client, monkeypatch
):
    monkeypatch.setattr("cms.read_api.pictures.MADE_IN_AN_ANSWER", 4)
    for _ in range(3):
        content.article(cover=content.picture(width=600))
    path = "/api/v2/pages/?type=cms.ArticlePage&fields=_,cover"
    with CaptureQueriesContext(connection) as queries:
        first = client.get(path)
    inserts = [q for q in queries if "INSERT" in q["sql"] and "rendition" in q["sql"]]
    assert len(inserts) == 1
    assert [len(item["cover"]["renditions"]) for item in first.json()["items"]] == [2, 2, 0]
    assert first["Cache-Control"] == "no-store"
    second = client.get(path)
    assert [len(item["cover"]["renditions"]) for item in second.json()["items"]] == [2, 2, 2]
    assert second["ETag"]


def test_picture_whose_file_is_gone_has_no_sizes(read):
    picture = content.picture()
    picture.file.storage.delete(picture.file.name)
    assert read(f"{content.article(cover=picture).pk}/")["cover"]["renditions"] == []


def test_patient_without_consent_is_null_in_fields_and_blocks(read):
    picture = content.picture(patient_shown=True)
    page = content.article(
        cover=picture,
        body=[("figure", {"image": picture.pk, "alt": "A patient", "caption": "", "credit": ""})],
    )
    shown = read(f"{page.pk}/")
    assert shown["cover"] is None
    assert shown["body"][0]["value"]["image"] is None


def test_blocks_keep_their_ids_and_resolve_what_they_point_to(read):
    page = rich_article()
    ids = [item["id"] for item in page.body.raw_data]
    figure, paragraph = read(f"{page.pk}/")["body"]
    assert [figure["id"], paragraph["id"]] == ids
    assert figure["value"]["image"]["renditions"][0]["width"] == 60
    assert figure["value"]["alt"] == "A gum"
    other = Page.objects.get(title="Other 0")
    assert paragraph["value"] == f'<p>See <a href="{other.full_url}">this</a>.</p>'
    again = read(f"{page.pk}/")["body"]
    assert [item["id"] for item in again] == ids


def test_comic_panels_carry_drawing_words_and_ids(read):
    panel = read(f"{content.comic().pk}/")["panels_in_order"][0]
    assert panel["id"] == "p0"
    assert panel["value"]["image"]["renditions"]
    assert panel["value"]["alt"] == "Drawing 0"
    [bubble] = panel["value"]["bubbles"]
    assert (bubble["speaker"], bubble["text"], bubble["x"]) == ("Mei", "Knock.", 47)


def test_link_leads_to_the_twin_in_the_language_of_the_page(read):
    english = content.article(title="Gums")
    twin = translated(english, "牙龈")
    page = content.article(
        language="zh-hans",
        body=[("paragraph", f'<p><a linktype="page" id="{english.pk}">看</a></p>')],
    )
    assert twin.full_url in read(f"{page.pk}/")["body"][0]["value"]


def test_rich_text_comes_in_the_format_asked_for(read):
    page = rich_article()
    assert 'linktype="page"' in read(f"{page.pk}/", rich_text_format="db_html")["body"][1]["value"]
    assert "[this](" in read(f"{page.pk}/", rich_text_format="markdown")["body"][1]["value"]


def test_course_lists_its_modules_in_order_with_their_minutes(read):
    course = content.course()
    for title, live in (("One", True), ("Two", True), ("Draft", False)):
        module_of(course, title=title, live=live)
    shown = read(f"{course.pk}/")
    assert [module["title"] for module in shown["modules"]] == ["One", "Two"]
    assert shown["expected_minutes"] == 20
    assert read(shown["modules"][0]["detail_url"].split("pages/")[1])["title"] == "One"


def test_class_names_its_clinicians_and_no_room(read):
    page = rich_class()
    page.room_url = "https://room.example/secret"
    page.save()
    shown = read(f"{page.pk}/")
    assert [person["name"] for person in shown["clinicians"]] == ["Speaker 0"]
    assert shown["starts_at"] == "2026-03-05T18:00:00Z"
    assert shown["ends_at"] == "2026-03-05T19:00:00Z"
    assert "secret" not in json.dumps(shown)


def test_merged_topic_is_shown_as_the_one_that_stands_for_it_once(read):
    gums, gingiva, disease = (content.topic(name) for name in ("Gums", "Gingiva", "Disease"))
    page = content.article(topics=[gums])
    PageTopic.objects.create(content_object=page, tag=gingiva, weight=0.5)
    merge_topics(topic=gums, into=gingiva, actor="t")
    merge_topics(topic=gingiva, into=disease, actor="t")
    [topic] = read(f"{page.pk}/")["topics"]
    assert topic == {"slug": "disease", "name": "Disease", "name_zh": "", "weight": 1.0}


def test_clinician_whose_page_is_down_is_a_name_without_address(read):
    person = content.clinician("Dr Gone", live=False)
    shown = read(f"{content.article(author=person).pk}/")["author"]
    assert (shown["name"], shown["html_url"], shown["detail_url"]) == ("Dr Gone", None, None)


def test_imported_page_is_not_for_search_engines(read):
    page = content.article(reviewed_here=False)
    assert read(f"{page.pk}/")["meta"]["seo"]["robots"] == "noindex"


# What is not for everybody
