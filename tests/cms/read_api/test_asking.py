"""Parameters: fields, filters, order, search, and clear problems for what cannot be."""

import pytest

from tests.factories import content
from tests.factories.rich_pages import rich_article

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"fields": "nope"}, "unknown fields: nope"),
        ({"fields": "a("}, "fields error"),
        ({"fields": "title(x)"}, "does not support nested fields"),
        ({"type": "cms.ArticlePage", "fields": "author(nope)"}, "unknown fields: nope"),
        ({"type": "x.Y"}, "type doesn't exist"),
        ({"type": "people.Person"}, "type doesn't exist"),
        ({"limit": "101"}, "limit cannot be higher than 100"),
        ({"limit": "x"}, "limit must be"),
        ({"offset": "-1"}, "offset must be"),
        ({"order": "expected_minutes", "type": "cms.ArticlePage"}, "unknown field"),
        ({"is_staff": "1"}, "not an operation"),
        ({"author__user__email": "a"}, "not an operation"),
        ({"child_of": "x"}, "child_of must be"),
        ({"site": "nowhere.example"}, "site:"),
        ({"slug": "a\0b"}, "null characters"),
        ({"rich_text_format": "pdf"}, "rich_text_format"),
    ],
)
def test_bad_parameters_are_clear_problems(client, parameters, said):
    response = client.get("/api/v2/pages/", parameters)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert said in response.json()["detail"]
    assert response.json()["status"] == 400


def test_unknown_page_and_wrong_method_are_problems(client):
    for response, status in (
        (client.get("/api/v2/pages/999999/"), 404),
        (client.post("/api/v2/pages/"), 405),
        (client.get("/api/v2/images/999999/"), 404),
    ):
        assert response.status_code == status
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["status"] == status


def test_fields_choose_and_leave_out_as_in_stock_v2(read):
    page = rich_article()
    named = {"type": "cms.ArticlePage", "slug": page.slug}
    [item] = read(fields="_,title,author(name),topics(slug)", **named)["items"]
    assert item == {
        "title": page.title,
        "author": {"name": "Dr 0"},
        "topics": [{"slug": "theme-0"}, {"slug": "topic-0"}],
    }
    [item] = read(fields="*,-body,-references,author(-portrait)", **named)["items"]
    assert "body" not in item and "portrait" not in item["author"] and item["author"]["role"] == ""
    [item] = read(**named)["items"]
    assert set(item) == {"id", "meta", "title"}
    assert set(item["meta"]) == {
        "type", "detail_url", "html_url", "slug", "first_published_at", "locale",
    }  # fmt: skip


def test_lists_are_filtered_ordered_and_searched(read):
    person = content.clinician("Dr A")
    one = content.article(title="Alpha gums", author=person)
    two = content.article(title="Beta gums")
    content.article(title="Gamma")
    kind = {"type": "cms.ArticlePage"}
    assert [p["id"] for p in read(author=person.pk, **kind)["items"]] == [one.pk]
    ordered = [p["title"] for p in read(order="-title", **kind)["items"]]
    assert ordered == ["Gamma", "Beta gums", "Alpha gums"]
    assert {p["id"] for p in read(search="gums", **kind)["items"]} == {one.pk, two.pk}
    assert read(offset=1, limit=1, **kind)["meta"]["total_count"] == 3
    content.ensure_shelf(shelf="articles", language="zh-hans")
    assert read(locale="zh-hans", **kind)["items"] == []
    assert [p["id"] for p in read(child_of=one.get_parent().pk, limit=2)["items"]] == [
        one.pk,
        two.pk,
    ]


GUMS_BLEED = "刷牙之后如果牙龈出血，多半是牙菌斑积在牙根旁边。"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"search": "牙菌斑"}, {"Bleeding"}),
        ({"search": "牙龈出血"}, {"Bleeding"}),
        ({"search": "牙龈 种植"}, set()),
        ({"search": "牙龈 种植", "search_operator": "or"}, {"Bleeding", "Implants"}),
        # Of a run all pairs, not one of them: both pages have 牙根.
        ({"search": "积在牙根", "search_operator": "or"}, {"Bleeding"}),
        ({"search": "牙根", "order": "-title"}, {"Implants", "Bleeding"}),
        ({"search": "出血牙"}, set()),
        ({"search": "？！"}, set()),
    ],
)
def test_chinese_is_found_in_the_middle_of_a_text(asked, found, read):
    content.article("zh-hans", title="Bleeding", body=[("paragraph", f"<p>{GUMS_BLEED}</p>")])
    content.article("zh-hans", title="Implants", standfirst="种植牙代替牙根。")
    answer = read(**asked)
    assert {page["title"] for page in answer["items"]} == found
    assert answer["meta"]["total_count"] == len(found)


def test_search_puts_the_best_first_and_goes_with_any_other_filter(read):
    person = content.clinician("Dr A")
    text = content.article(body=[("paragraph", "<p>Of many words one is gums.</p>")], author=person)
    title = content.article(title="Gums", author=person)
    content.article(title="Gums of another")
    kind = {"type": "cms.ArticlePage", "author": person.pk, "search": "gums"}
    assert [page["id"] for page in read(**kind)["items"]] == [title.pk, text.pk]
    second = read(**kind, offset=1, limit=1)
    assert [page["id"] for page in second["items"]] == [text.pk]
    assert second["meta"]["total_count"] == 2
    assert [page["id"] for page in read(**kind, order="id")["items"]] == [text.pk, title.pk]


def test_search_operator_is_and_or_or(client):
    answer = client.get("/api/v2/pages/", {"search": "gums", "search_operator": "xor"})
    assert answer.status_code == 400


def test_page_is_found_by_its_address(client):
    page = content.article(slug="gums")
    response = client.get("/api/v2/pages/find/", {"html_path": "/articles/gums/"})
    assert response.status_code == 302
    assert response["Location"].endswith(f"/api/v2/pages/{page.pk}/?")
