"""The admin as its people use it: steps that several walks share; each acts on an open page."""

import json
import re
import urllib.request
from io import BytesIO

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page, expect

from leads.services.demo_lists import DEMO_PASSWORD

# A headless browser says so in its name, and Wellread counts such readers apart, as robots.
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
SOURCE = "World Health Organization, Oral health"
SOURCE_URL = "https://www.who.int/news-room/fact-sheets/detail/oral-health"


class Desks:
    """Desks of the clinic's staff, each a browser of its own that keeps its login between walks."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.logins: dict[str, dict] = {}

    def open(self, name: str, errors: list[str]) -> Page:
        """The admin's home as somebody of the demo; what scripts do wrong goes to `errors`."""
        context = self.browser.new_context(
            user_agent=AGENT,
            viewport={"width": 1280, "height": 1000},
            base_url=self.address,
            storage_state=self.logins.get(name),
        )
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/admin/")
        if name not in self.logins:
            page.fill("[name=username]", name)
            page.fill("[name=password]", DEMO_PASSWORD)
            page.click("[type=submit]")
            page.wait_for_url("**/admin/")
            self.logins[name] = context.storage_state()
        return page


def read(clinic: str, path: str) -> dict:
    """What the read API answers to anybody; raises HTTPError for what is not live."""
    with urllib.request.urlopen(f"{clinic}/api/v2/pages/{path}") as answer:
        return json.load(answer)


def shelf(clinic: str, slug: str, language: str = "en") -> int:
    """The id of a shelf of the site."""
    query = f"?type=cms.IndexPage&locale={language}&slug={slug}&fields=_,id"
    return read(clinic, query)["items"][0]["id"]


def section(page: Page, field: str) -> Locator:
    """The part of the form that holds one field."""
    return page.locator(f"#panel-child-content-{field}-section")


def begin(page: Page, kind: str, parent: int, *, title: str, standfirst: str) -> None:
    """Open the form of a new page under another, and write what every piece begins with."""
    page.goto(f"/admin/pages/add/{kind}/{parent}/")
    page.fill("[name=title]", title)
    page.fill("[name=standfirst]", standfirst)


def add_block(page: Page, field: str, kind: str = "") -> None:
    """Press the plus of an empty stream field, and choose a kind where there are several."""
    section(page, field).get_by_title("Insert a block").first.click()
    if kind:
        page.get_by_role("option", name=kind, exact=True).click()


def add_paragraph(page: Page, words: str, field: str = "body") -> None:
    """Write a paragraph into a stream field that has none yet."""
    add_block(page, field, "Paragraph")
    write_rich_text(page, words, field)


def write_rich_text(page: Page, words: str, field: str = "body") -> None:
    """Write the first rich text of a field anew."""
    section(page, field).locator(".public-DraftEditor-content").first.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(words)
    # The rich text editor writes into the form a moment after the last key.
    page.wait_for_function(
        "([field, words]) => [...document.querySelectorAll(`[name^=${field}-][name$=value]`)]"
        ".some(({ value }) => value.includes(words))",
        arg=[field, words],
    )


def cite(page: Page) -> None:
    """Add a reference."""
    add_block(page, "references")
    page.fill("[name^='references-'][name$='value-text']", SOURCE)
    page.fill("[name^='references-'][name$='value-url']", SOURCE_URL)


def drawing(colour: str) -> bytes:
    """A PNG of 600 by 600 pixels with something on it."""
    image, out = Image.new("RGB", (600, 600), "#faf5e6"), BytesIO()
    ImageDraw.Draw(image).ellipse((150, 150, 450, 450), fill=colour)
    image.save(out, "PNG")
    return out.getvalue()


def save_draft(page: Page) -> int:
    """Save the draft; the id of its page."""
    # A piece that was saved before stays at its address: only the answer says that it is saved.
    with page.expect_navigation(url=re.compile(r"/admin/pages/\d+/edit/")):
        page.get_by_role("button", name="Save draft").click()
    found = re.search(r"/pages/(\d+)/", page.url)
    assert found
    return int(found[1])


def submit(page: Page) -> None:
    """Submit for review, which stands behind the arrow beside "Save draft"."""
    page.get_by_role("button", name="More actions").click()
    page.locator("[name=action-submit]").first.click()


def submit_well(page: Page) -> None:
    """Submit for review, and nothing is missing."""
    submit(page)
    expect(page.get_by_text("has been submitted for moderation")).to_be_visible()


def approve(reviewer: Page, title: str) -> None:
    """Take a piece from the reviewer's home page, and approve it."""
    reviewer.goto("/admin/")
    reviewer.get_by_role("link", name=title).first.click()
    reviewer.get_by_role("button", name="More actions").click()
    reviewer.get_by_role("button", name=re.compile("^Approve")).first.click()
    with reviewer.expect_navigation():
        reviewer.locator(".modal-dialog [type=submit]").first.click()
