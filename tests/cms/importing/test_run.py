"""Whole imports of content: pages that Wagtail takes for its own, once each, whatever comes."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page

from classroom.models import LiveClass
from cms.importing import run
from cms.models import ArticlePage, ImportedItem, IndexPage, PageTopic, Topic, TopicAlias
from people.models import User
from tests.factories.imports import DATA, lines_file, moment, row
from tracking.models import PageYardstick

pytestmark = pytest.mark.django_db


def imported(path, *options) -> tuple[list[str], list[str]]:
    """Run the command; return the lines of its output and of its error output."""
    out, err = io.StringIO(), io.StringIO()
    call_command("import_content", str(path), *options, stdout=out, stderr=err)
    return out.getvalue().splitlines(), err.getvalue().splitlines()


def test_pages_are_live_marked_and_found(tmp_path, client):
    text = "## What is it?\n\nZygomatic **dryness** of the skin."
    fields = {
        "body": text,
        "topics": ["Dry skin", {"name": "Winter", "weight": 0.5}],
        "aliases": {"Dry skin": ["Xerosis"]},
        "source": "NHS",
        "source_url": "https://example.org/dry",
        "licence": "CC BY 4.0",
        "published_at": "2020-02-01",
    }
    out, _ = imported(lines_file(tmp_path / "c.jsonl", row(**fields)))
    assert out[0] == "1 pages created"
    page = ArticlePage.objects.get()
    assert (page.live, page.reviewed_here, page.source) == (True, False, "NHS")
    assert page.first_published_at == moment("2020-02-01")
    assert page.get_parent().specific.shelf == IndexPage.Shelf.LIBRARY
    assert page.get_parent().numchild == 1
    weights = PageTopic.objects.values_list("tag__slug", "weight")
    assert dict(weights) == {"dry-skin": 1.0, "winter": 0.5}
    assert TopicAlias.objects.get().name == "Xerosis"
    assert Topic.objects.filter(waits_for_editor=True).count() == 2
    assert [found.pk for found in ArticlePage.objects.search("zygomatic")] == [page.pk]
    yardstick = PageYardstick.objects.get(page_id=page.pk)
    assert yardstick.expected_s == pytest.approx(8 * 60 / 200)
    assert Page.find_problems() == ([], [], [], [], [])
    response = client.get(page.url)
    assert response.status_code == 200
    assert "noindex" in response.content.decode()


def test_imported_chinese_is_found_by_its_words(tmp_path):
    body = "根管治疗后，请不要咬硬物。"
    imported(lines_file(tmp_path / "c.jsonl", row(language="zh", title="补牙之后", body=body)))
    page = ArticlePage.objects.get()
    for words in (["根管", "管治", "治疗"], ["硬物"], ["补牙"], ["牙"]):
        found = Page.objects.search(" ".join(words), operator="and")
        assert [hit.pk for hit in found] == [page.pk], words


def test_imported_page_can_be_edited_and_published_in_the_admin(tmp_path, client):
    imported(lines_file(tmp_path / "c.jsonl", row(body="# H\n\ntext\n\n| a |\n|---|\n| 1 |")))
    page = ArticlePage.objects.get()
    client.force_login(User.objects.create_superuser("root", password="x"))
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert client.get(address).status_code == 200
    page.title = "Edited"
    page.save_revision().publish()
    page.refresh_from_db()
    assert (page.title, page.live, page.has_unpublished_changes) == ("Edited", True, False)
    page.get_parent().add_child(instance=ArticlePage(title="Sibling", live=False))
    assert Page.find_problems() == ([], [], [], [], [])


def test_second_run_changes_nothing(tmp_path):
    path = lines_file(tmp_path / "c.jsonl.gz", *(row(f"k:{n}") for n in range(25)), packed=True)
    imported(path)
    before = list(Page.objects.order_by("pk").values())
    yardsticks = PageYardstick.objects.count()
    out, _ = imported(path)
    assert out[2] == "25 pages unchanged"
    assert out[-1] == "Nothing new to do."
    assert list(Page.objects.order_by("pk").values()) == before
    assert PageYardstick.objects.count() == yardsticks


def test_equal_titles_get_addresses_of_their_own(tmp_path):
    rows = [row(f"k:{n}", title="Ménière's disease") for n in range(3)]
    imported(lines_file(tmp_path / "c.jsonl", *rows))
    slugs = ArticlePage.objects.order_by("path").values_list("slug", flat=True)
    assert list(slugs) == ["menieres-disease", "menieres-disease-2", "menieres-disease-3"]


def test_repeated_key_counts_as_its_last_row_says_and_is_reported(tmp_path):
    rows = [row(title="First"), row("k:2"), row(title="Second"), row(title="Third")]
    path = lines_file(tmp_path / "c.jsonl", *rows)
    out, _ = imported(path)
    assert out[0] == "2 pages created"
    assert "2 rows repeat a key" in out[3] and "k:1 (3 times)" in out[3]
    assert ImportedItem.objects.get(key="k:1").page.title == "Third"
    assert imported(path)[0][2] == "2 pages unchanged"


def test_changed_row_updates_its_page_and_keeps_its_address(tmp_path):
    imported(lines_file(tmp_path / "c.jsonl", row(body="old", topics=["Acne", "Skin"])))
    before = ArticlePage.objects.get()
    changed = row(title="New title", body="brandnew", topics=["Acne", "Hair"])
    out, _ = imported(lines_file(tmp_path / "d.jsonl", changed))
    assert out[:2] == ["0 pages created", "1 pages updated"]
    page = ArticlePage.objects.get()
    assert (page.pk, page.slug, page.title) == (before.pk, before.slug, "New title")
    assert set(page.page_topics.values_list("tag__name", flat=True)) == {"Acne", "Hair"}
    assert [found.pk for found in ArticlePage.objects.search("brandnew")] == [page.pk]
    assert set(PageYardstick.objects.latest("pk").topics) == {
        str(pk)
        for pk in Topic.objects.filter(name__in=["Acne", "Hair"]).values_list("pk", flat=True)
    }


def test_update_of_an_edited_page_is_one_more_revision(tmp_path):
    imported(lines_file(tmp_path / "c.jsonl", row(topics=["Acne"])))
    page = ArticlePage.objects.get()
    page.title = "By an editor"
    page.save_revision().publish()
    imported(lines_file(tmp_path / "d.jsonl", row(title="By the file", topics=["Hair"])))
    page.refresh_from_db()
    assert page.title == page.get_latest_revision_as_object().title == "By the file"
    assert page.revisions.count() == 2
    assert list(page.page_topics.values_list("tag__name", flat=True)) == ["Hair"]


def test_page_taken_offline_stays_offline(tmp_path):
    imported(lines_file(tmp_path / "c.jsonl", row()))
    ArticlePage.objects.get().unpublish()
    imported(lines_file(tmp_path / "d.jsonl", row(title="Changed")))
    page = ArticlePage.objects.get()
    assert (page.live, page.title) == (False, "Changed")


def test_class_with_and_without_a_start(tmp_path):
    rows = [
        row("c:1", type="class", starts_at="2026-03-01T19:00:00", minutes=45,
            time_zone="Asia/Shanghai", language="zh"),
        row("c:2", type="class"),
        row("c:3", type="class", time_zone="Mars/Base"),
        row("c:4", type="class", minutes=0),
    ]  # fmt: skip
    out, err = imported(lines_file(tmp_path / "c.jsonl", *rows))
    first, second = LiveClass.objects.order_by("pk")
    assert first.starts_at == moment("2026-03-01T11:00")
    assert (first.minutes, first.locale.language_code) == (45, "zh-hans")
    assert second.starts_at is None
    assert [line.split(":")[0] for line in err[:2]] == ["line 3", "line 4"]


def test_every_type_has_its_page(tmp_path):
    types = ("article", "course", "module", "class")
    imported(lines_file(tmp_path / "c.jsonl", *(row(f"k:{t}", type=t, body="x") for t in types)))
    names = {
        page.specific_class.__name__ for page in Page.objects.filter(imported_item__isnull=False)
    }
    assert names == {"ArticlePage", "CoursePage", "ModulePage", "LiveClass"}


def test_bad_rows_are_named_and_the_good_ones_kept(tmp_path):
    rows = [row("k:1"), "{", row("k:2", language="tlh"), b'{"key": "\xff\xfe"}', row("k:3")]
    out, err = imported(lines_file(tmp_path / "c.jsonl", *rows))
    assert out[0] == "2 pages created"
    assert [line.split(": ")[:2] for line in err[:3]] == [
        ["line 2", "not JSON"],
        ["line 3", "unknown language"],
        ["line 4", "not utf-8 text"],
    ]
    assert err[3] == "Bad rows by reason:"


def test_key_of_another_type_or_language_is_a_bad_row(tmp_path):
    imported(lines_file(tmp_path / "c.jsonl", row("k:1"), row("k:2")))
    rows = [row("k:1", type="course"), row("k:2", language="zh"), row("k:3")]
    out, err = imported(lines_file(tmp_path / "d.jsonl", *rows))
    assert out[0] == "1 pages created"
    assert "another type" in err[0] and "another language" in err[1]


def test_truncated_gzip_keeps_what_came_before(tmp_path):
    path = lines_file(
        tmp_path / "c.jsonl.gz", *(row(f"k:{n}", body=f"{n**9} " * 50) for n in range(400)),
        packed=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    out, err = imported(path)
    kept = ArticlePage.objects.count()
    assert out[0] == f"{kept} pages created" and 0 < kept < 400
    assert err[0] == f"line {kept + 1}: the gzip file is cut off"
    with pytest.raises(CommandError):
        imported(path, "--strict")


def test_dry_run_writes_nothing(tmp_path):
    before = Page.objects.count()
    out, _ = imported(lines_file(tmp_path / "c.jsonl", row(topics=["Acne"])), "--dry-run")
    assert out[0] == "1 pages would be created"
    assert (Page.objects.count(), Topic.objects.count()) == (before, 0)


@pytest.mark.parametrize("content", [b"", b"[{}]", b"{}\n", None])
def test_nothing_usable_ends_in_one_line(tmp_path, content):
    path = tmp_path / "c.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError) as caught:
        imported(path)
    assert "\n" not in str(caught.value)


def test_killed_between_chunks_the_next_run_does_the_rest(tmp_path, monkeypatch):
    path = lines_file(tmp_path / "c.jsonl", *(row(f"k:{n}", topics=["Acne"]) for n in range(20)))
    writes = []
    real = run.Library.write

    def dies_at_the_second(self, prepared):
        writes.append(len(prepared))
        if len(writes) == 2:
            raise KeyboardInterrupt
        real(self, prepared)

    monkeypatch.setattr(run.Library, "write", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        imported(path)
    monkeypatch.undo()
    first = ArticlePage.objects.count()
    assert 0 < first < 20
    out, _ = imported(path)
    assert out[0] == f"{20 - first} pages created"
    assert out[2] == f"{first} pages unchanged"
    assert Page.find_problems() == ([], [], [], [], [])


def test_chunk_takes_as_many_statements_for_five_pages_as_for_one(tmp_path):
    imported(lines_file(tmp_path / "a.jsonl", row("k:0", topics=["Acne"])))
    counts = []
    for keys in (["b"], ["c", "d", "e", "f", "g"]):
        path = lines_file(tmp_path / "c.jsonl", *(row(key, topics=["Acne"]) for key in keys))
        with CaptureQueriesContext(connection) as queries:
            imported(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.skipif(not DATA.exists(), reason="the shared input data is not here")
def test_real_learning_pages_are_taken_whole():
    out, err = imported(DATA / "oulad" / "items.jsonl.gz")
    assert out[0] == "406 pages created"
    assert err == []
    assert LiveClass.objects.filter(starts_at=None).count() == 4
    assert not PageYardstick.objects.exclude(expected_s=None).exists()
