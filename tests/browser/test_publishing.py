"""Pieces from nothing to their readers, as their people do it: written, refused, reviewed, live, read by the API."""

import re
import urllib.error

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.desk import (
    SOURCE,
    add_block,
    add_paragraph,
    approve,
    begin,
    cite,
    drawing,
    read,
    save_draft,
    section,
    shelf,
    submit,
    submit_well,
    write_rich_text,
)

pytestmark = pytest.mark.browser
NO_REFERENCE = "A piece about health needs at least one reference"


def assert_nobody_reads(clinic: str, pk: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as hidden:
        read(clinic, f"{pk}/")
    assert hidden.value.code == 404


def assert_reviewed(live: dict, *, author: str = "Dr Lin Qiao") -> None:
    assert live["author"]["name"] == author
    assert live["review_kind"] == "colleague"
    assert "Mehta" in live["reviewer_name"]
    assert [reference["value"]["text"] for reference in live["references"]] == [SOURCE]


def upload(chooser: Locator, name: str) -> None:
    """Choose a drawing and send it, once the form has taken its title from the file's name."""
    file = {"name": f"{name}.png", "mimeType": "image/png", "buffer": drawing("#c8442f")}
    chooser.locator("input[type=file]").set_input_files(file)
    expect(chooser.locator("[name$=title]")).to_have_value(name)
    chooser.get_by_role("button", name="Upload").click()


def test_article_is_written_refused_reviewed_and_read(staff, clinic):
    title, words = "How a bridge is made", "First the teeth are made numb."
    author = staff("lin-qiao")
    begin(
        author,
        "cms/articlepage",
        shelf(clinic, "articles"),
        title=title,
        standfirst="Two visits and a small noise.",
    )
    add_paragraph(author, words)
    pk = save_draft(author)
    submit(author)
    expect(author.get_by_text(NO_REFERENCE)).to_be_visible()
    cite(author)
    submit_well(author)
    assert_nobody_reads(clinic, pk)

    approve(staff("arjun-mehta"), title)
    live = read(clinic, f"{pk}/")
    assert live["title"] == title
    assert words in live["body"][0]["value"]
    assert_reviewed(live)
    author.goto(live["meta"]["html_url"])
    expect(author.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(author.get_by_text(re.compile("Reviewed by .*Mehta"))).to_be_visible()


def test_comic_goes_live_only_when_its_drawing_is_told_in_words(staff, clinic):
    title, told, said = "Mr. Tartar stays", "A red ball sits on a tooth.", "I like it here."
    author = staff("lin-qiao")
    begin(
        author,
        "cms/comicpage",
        shelf(clinic, "comics"),
        title=title,
        standfirst="He stays where no brush comes by.",
    )
    add_block(author, "panels_in_order")
    panels = section(author, "panels_in_order")
    panels.get_by_role("button", name="Choose an image").click()
    chooser = author.locator(".modal-content")
    chooser.get_by_role("tab", name="Upload").click()
    upload(chooser, "tartar")
    expect(chooser.get_by_text("Say what the picture tells").first).to_be_visible()
    chooser.locator("[name$=description]").fill("A red ball")
    upload(chooser, "tartar")
    chooser.wait_for(state="detached")
    panels.get_by_role("button", name="Add", exact=True).first.click()
    panel = "[name='panels_in_order-0-value-"
    author.fill(f"{panel}bubbles-0-value-speaker']", "Mr. Tartar")
    author.fill(f"{panel}bubbles-0-value-text']", said)
    cite(author)
    pk = save_draft(author)

    submit(author)
    expect(panels.get_by_text("This field is required")).to_be_visible()
    author.fill(f"{panel}alt']", told)
    submit_well(author)
    assert_nobody_reads(clinic, pk)

    approve(staff("arjun-mehta"), title)
    live = read(clinic, f"{pk}/")
    assert_reviewed(live)
    (shown,) = live["panels_in_order"]
    assert shown["value"]["alt"] == told
    assert shown["value"]["bubbles"][0]["text"] == said
    author.goto(live["meta"]["html_url"])
    expect(author.get_by_text(said).first).to_be_visible()
    expect(author.get_by_role("img", name=told).first).to_be_visible()


def test_course_with_a_module_and_its_check_is_reviewed_and_read(staff, clinic):
    course_title, module_title = "Gums for beginners", "What plaque is"
    author = staff("lin-qiao")
    begin(
        author,
        "cms/coursepage",
        shelf(clinic, "courses"),
        title=course_title,
        standfirst="Ten minutes with your own gums.",
    )
    add_block(author, "objectives")
    author.fill("[name='objectives-0-value']", "You can tell healthy gums from sore ones.")
    course = save_draft(author)
    submit(author)
    expect(author.get_by_text(NO_REFERENCE)).to_be_visible()
    cite(author)
    submit_well(author)

    begin(author, "cms/modulepage", course, title=module_title, standfirst="A soft film.")
    author.fill("[name=minutes]", "4")
    add_paragraph(author, "Plaque is a film of bacteria.")
    add_block(author, "check_questions")
    check = "[name='check_questions-0-value-"
    author.fill(f"{check}question']", "What is plaque made of?")
    author.fill(f"{check}answers-0-value-text']", "Bacteria")
    author.check(f"{check}answers-0-value-correct']")
    cite(author)
    module = save_draft(author)
    submit(author)
    expect(author.get_by_text("needs at least two answers")).to_be_visible()
    expect(author.get_by_text("Say of each answer")).to_be_visible()
    author.fill(f"{check}answers-0-value-explanation']", "They live in the film.")
    section(author, "check_questions").get_by_role("button", name="Add", exact=True).last.click()
    author.fill(f"{check}answers-1-value-text']", "Sugar")
    author.fill(f"{check}answers-1-value-explanation']", "Sugar feeds it.")
    submit_well(author)

    reviewer = staff("arjun-mehta")
    approve(reviewer, course_title)
    assert read(clinic, f"{course}/")["modules"] == []
    assert_nobody_reads(clinic, module)
    approve(reviewer, module_title)
    live = read(clinic, f"{course}/")
    assert_reviewed(live)
    assert [one["title"] for one in live["modules"]] == [module_title]
    lesson = read(clinic, f"{module}/")
    assert lesson["check_questions"][0]["value"]["question"] == "What is plaque made of?"
    author.goto(live["meta"]["html_url"])
    author.get_by_role("link", name=module_title).first.click()
    expect(author.get_by_text("Plaque is a film of bacteria.")).to_be_visible()


def test_translation_is_begun_by_an_editor_and_reviewed_by_itself(staff, clinic):
    title, words = "每个月看看你的痣", "对着镜子，从头看到脚。"
    original = read(clinic, "?type=cms.ArticlePage&locale=en&slug=a-mole-a-month")["items"][0]
    editor = staff("editor")
    editor.goto(f"/admin/translation/submit/page/{original['id']}/")
    editor.get_by_label("Chinese").check()
    editor.get_by_role("button", name="Submit").click()
    editor.fill("[name=title]", title)
    editor.fill("[name=standfirst]", "五分钟，一面镜子。")
    write_rich_text(editor, words)
    pk = save_draft(editor)
    submit_well(editor)
    assert_nobody_reads(clinic, pk)

    approve(staff("arjun-mehta"), title)
    live = read(clinic, f"{pk}/")
    assert (live["title"], live["meta"]["locale"]) == (title, "zh-hans")
    assert live["author"]["name"] == "林乔医生"
    assert [twin["id"] for twin in live["meta"]["translations"]] == [original["id"]]
    for address in (original["meta"]["html_url"], live["meta"]["html_url"]):
        editor.goto(address)
        alternates = editor.locator("link[rel=alternate][hreflang]")
        languages = alternates.evaluate_all("links => links.map(({ hreflang }) => hreflang)")
        assert {"en", "zh-Hans"} <= set(languages)
    expect(editor.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(editor.get_by_text(words)).to_be_visible()
