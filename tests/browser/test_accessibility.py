"""The clinic for everybody: no axe violation, keys alone, pasted codes, no scripts, an equal no."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_site import COMIC, PAGES

pytestmark = pytest.mark.browser

MORE = [
    "/comics/",
    "/courses/",
    "/classes/",
    "/clinicians/",
    "/search/?q=zzzz",
    "/branches/",
    "/branches/heron-lane/",
    "/ask/",
]
UNTRANSLATED = "/articles/a-mole-a-month/"
ENGLISH = ["/development/would-be-sent/"]
NARROW = {"viewport": {"width": 360, "height": 800}, "color_scheme": "light"}
WIDE = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"}
SCREENS = [NARROW, WIDE]
PREFIXES = {"en": "", "zh": "/zh-hans"}
ADMIN = [
    "readers/",
    "lead-lists/",
    "lead-lists/1/members/",
    "lead-lists/1/export/",
    "lead-exports/",
    "rules/",
    "classes/",
    "questions/",
    "questionnaires/",
    "questionnaires/new/",
    "reports/due/",
    "claim-phrases/",
    "patient-consents/",
    "reviewer-licences/",
    "reviewer-licences/new/",
    "branches/new/",
    "topics-waiting/",
    "certificates/",
    "bring-in/",
    "sign-in-links/",
    "sign-in-links/?q=heron",
    "scan/",
]
PASSWORD = "reading-room"  # the demo's, printed by `make run`
ADDRESS = "emma.larsen@example.com"
RING = """() => { const s = getComputedStyle(document.activeElement);
  return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 3 }"""


NOTHING: list[str] = []
OTHER_SCHEME = {"light": "dark", "dark": "light"}


def violations(page, *, without: list[str] = NOTHING) -> list[str]:
    """What axe finds on the page as it stands now, its contrasts in light and in dark."""
    context = {"exclude": [[selector] for selector in without if page.locator(selector).count()]}
    looked_at = context if context["exclude"] else None
    found = Axe().run(page, context=looked_at).response["violations"]
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    scheme = "dark" if dark else "light"
    page.emulate_media(color_scheme=OTHER_SCHEME[scheme])
    contrast = {"runOnly": ["color-contrast"]}
    found += Axe().run(page, context=looked_at, options=contrast).response["violations"]
    page.emulate_media(color_scheme=scheme)
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


@pytest.fixture
def screen(browser, request):
    """A page in a window of its own; its size and colours come as the parameter."""
    context = browser.new_context(**getattr(request, "param", NARROW))
    yield context.new_page()
    context.close()


def ask_for_code(demo_clinic, page, prefix="") -> str:
    """Ask for a code with the keyboard alone, and read it in the mail."""
    page.goto(f"{demo_clinic.address}{prefix}/sign-in/")
    tab_to(page, "main form .field input")
    page.keyboard.type(ADDRESS)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code/")
    demo_clinic.do_background_work()
    mail = page.context.new_page()
    mail.goto(f"{demo_clinic.address}/development/would-be-sent/")
    code = re.search(r"\b(\d{6})\b", mail.locator("main").inner_text())[1]
    mail.close()
    return code


def tab_to(page, selector: str, at_most: int = 60) -> None:
    """Press Tab until the element has the focus; each stop on the way shows that it has it."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement !== document.body"):
            assert page.evaluate(RING), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


@pytest.mark.parametrize("screen", SCREENS, indirect=True, ids=["narrow", "wide"])
@pytest.mark.parametrize("language", PREFIXES)
def test_axe_finds_nothing_on_the_site(clinic, screen, language):
    paths = [PREFIXES[language] + path for path in [*PAGES, *MORE]]
    found = {}
    for path in paths + (ENGLISH if language == "en" else []):
        assert screen.goto(clinic + path).status == 200, path
        found[path] = violations(screen)
    assert {path: those for path, those in found.items() if those} == {}


@pytest.mark.parametrize("screen", SCREENS, indirect=True, ids=["narrow", "wide"])
def test_axe_finds_nothing_where_a_page_is_not_translated(clinic, screen):
    screen.goto(clinic + UNTRANSLATED)
    screen.locator("a.language").click()
    expect(screen.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert "a-mole-a-month" in screen.locator(".choices-list a").first.get_attribute("href")
    assert violations(screen) == []


@pytest.mark.parametrize("screen", SCREENS, indirect=True, ids=["narrow", "wide"])
@pytest.mark.parametrize("language", PREFIXES)
def test_axe_finds_nothing_on_what_opens(clinic, screen, language):
    screen.goto(f"{clinic}{PREFIXES[language]}/about-tracking/")
    screen.locator("main [data-consent-open]:visible").first.click()
    screen.locator("#consent-title").wait_for(state="visible")
    assert violations(screen) == []
    screen.locator("[data-refuse]").click()
    screen.locator(".consent__status:not(:empty)").wait_for()
    assert violations(screen) == []
    screen.goto(clinic + PREFIXES[language] + COMIC)
    screen.locator("[data-comic-guide]").click()
    assert violations(screen) == []


@pytest.mark.parametrize("screen", SCREENS, indirect=True, ids=["narrow", "wide"])
@pytest.mark.parametrize("language", PREFIXES)
def test_signing_in_by_keys_with_a_pasted_code(demo_clinic, screen, language):
    code = ask_for_code(demo_clinic, screen, PREFIXES[language])
    assert violations(screen) == []
    assert screen.evaluate("document.activeElement.autocomplete") == "one-time-code"
    screen.keyboard.insert_text(f" {code[:3]} {code[3:]} ")
    screen.keyboard.press("Enter")
    screen.wait_for_url("**/me/")
    assert violations(screen) == []
    for path in ("/me/forget/", "/me/learning/", "/ask/"):
        screen.goto(f"{demo_clinic.address}{PREFIXES[language]}{path}")
        assert violations(screen) == [], path
    screen.goto(f"{demo_clinic.address}{PREFIXES[language]}/me/")
    tab_to(screen, "form[action*='sign-out'] button")
    screen.keyboard.press("Enter")
    screen.wait_for_url("**/signed-out/")
    assert violations(screen) == []


@pytest.mark.parametrize("screen", [WIDE], indirect=True, ids=["wide"])
def test_axe_finds_nothing_on_our_screens_of_the_admin(clinic, screen):
    screen.goto(f"{clinic}/admin/login/")
    screen.fill("input[name=username]", "admin")
    screen.fill("input[name=password]", PASSWORD)
    screen.click("button[type=submit]")
    screen.wait_for_url("**/admin/")
    screen.goto(f"{clinic}/admin/lead-lists/1/members/")
    person = screen.locator("main a[href*='/admin/lead-people/']").first.get_attribute("href")
    screen.goto(f"{clinic}/admin/readers/")
    piece = screen.locator("main td a[href*='/admin/readers/']").first.get_attribute("href")
    for path in [*ADMIN, *(link.removeprefix("/admin/") for link in (person, piece))]:
        assert screen.goto(f"{clinic}/admin/{path}").status == 200, path
        assert violations(screen) == [], path


NOT_FOUND = """
from django.test import Client, override_settings
with override_settings(DEBUG=False):
    print(Client().get({path!r}, headers={{"host": "127.0.0.1"}}).content.decode())
"""
BROKEN = "from django.template.loader import render_to_string as r; print(r('500.html'))"


@pytest.mark.parametrize("screen", SCREENS, indirect=True, ids=["narrow", "wide"])
@pytest.mark.parametrize("language", PREFIXES)
def test_axe_finds_nothing_where_something_is_missing_or_broken(demo_clinic, screen, language):
    path = f"{PREFIXES[language]}/nothing-here/"
    # In development Django shows its own pages, so ours are laid under the address.
    missing = demo_clinic.manage("shell", "-v0", "-c", NOT_FOUND.format(path=path))
    broken = demo_clinic.manage("shell", "-v0", "-c", BROKEN)
    for html in (missing, broken):
        screen.route(
            f"**{path}",
            lambda route, request, html=html: route.fulfill(body=html, content_type="text/html"),
        )
        screen.goto(demo_clinic.address + path)
        assert screen.locator("h1").is_visible()
        assert violations(screen) == []
        assert screen.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_consenting_and_taking_it_back_by_keys(clinic, screen):
    screen.goto(f"{clinic}/about-tracking/")
    tab_to(screen, "main [data-consent-open]")
    screen.keyboard.press("Enter")
    tab_to(screen, "input[name=profiling]")
    screen.keyboard.press("Space")
    tab_to(screen, "#consent-panel [type=submit]")
    screen.keyboard.press("Enter")
    receipt = screen.locator("#consent-panel .receipt")
    receipt.wait_for(state="visible")
    assert receipt.locator("[data-receipt-line=profiling]").inner_text() == "agreed"
    tab_to(screen, "[data-withdraw]")
    screen.keyboard.press("Enter")
    screen.locator(".consent__status:not(:empty)").wait_for()
    assert not receipt.is_visible()


def test_a_comic_by_keys(clinic, screen):
    screen.goto(clinic + COMIC)
    tab_to(screen, "[data-comic-guide]")
    screen.keyboard.press("Enter")
    progress = screen.locator(".comic-viewer__progress")
    for number in (2, 3):
        screen.keyboard.press("ArrowRight")
        assert progress.inner_text() == f"Panel {number} of 9"
    screen.keyboard.press("ArrowLeft")
    assert progress.inner_text() == "Panel 2 of 9"
    screen.keyboard.press("Escape")
    assert screen.locator(".comic-viewer[open]").count() == 0
    assert screen.evaluate("document.activeElement.matches('[data-comic-guide]')")


def test_yes_and_no_are_equal_and_yes_needs_a_tick(clinic, screen):
    screen.goto(f"{clinic}/about-tracking/")
    screen.locator("main [data-consent-open]:visible").first.click()
    yes = screen.locator("#consent-panel [type=submit]")
    no = screen.locator("[data-refuse]")
    yes.wait_for(state="visible")
    look = """e => { const s = getComputedStyle(e); return [s.color, s.backgroundColor, s.border,
      s.fontSize, s.fontWeight, s.minBlockSize, s.padding, e.getBoundingClientRect().height] }"""
    assert yes.evaluate(look) == no.evaluate(look)
    assert screen.locator("#consent-panel :checked").count() == 0
    tab_to(screen, "#consent-panel [type=submit]")
    screen.keyboard.press("Tab")
    assert screen.evaluate("document.activeElement.matches('[data-refuse]')")


def test_articles_and_comics_are_readable_without_scripts_and_at_400_percent(clinic, browser):
    # 1280 px at 400 % are 320 px.
    context = browser.new_context(
        java_script_enabled=False,
        viewport={"width": 320, "height": 256},
        reduced_motion="reduce",
    )
    page = context.new_page()
    for path in ("/articles/what-an-implant-is/", COMIC):
        for prefix in PREFIXES.values():
            page.goto(clinic + prefix + path)
            body = page.locator("body").bounding_box()
            assert body["width"] <= 320, path
            assert page.locator("h1").is_visible()
            for text in page.locator(".prose p, .bubble").all():
                box = text.bounding_box()
                assert box["width"] > 0 and box["x"] >= 0 and box["x"] + box["width"] <= 320, path
    context.close()


def test_a_blocked_tracker_breaks_nothing(clinic, screen):
    errors = []
    screen.on("pageerror", lambda error: errors.append(str(error)))
    screen.route("**/js/tracker*.js", lambda route: route.abort())
    screen.goto(clinic + COMIC)
    screen.locator("[data-comic-guide]").click()
    assert screen.locator(".comic-viewer[open]").is_visible()
    assert errors == []
