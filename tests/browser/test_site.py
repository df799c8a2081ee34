"""The demo clinic in a real browser: nothing overflows, nothing breaks the policy, scripts are optional."""

import pytest

pytestmark = pytest.mark.browser

COMIC = "/comics/a-room-of-my-own/"
PAGES = [
    "/",
    "/articles/",
    "/articles/what-an-implant-is/",
    "/classes/wisdom-teeth-keep-watch-or-remove/",
    "/clinicians/shen-yu/",
    "/topics/wisdom-teeth/",
    "/search/?q=gums",
    "/about-tracking/",
    "/sign-in/",
    "/courses/before-your-first-implant/",
    "/courses/before-your-first-implant/gums-first/",
    COMIC,
]
IN_BOTH = [*PAGES, *(f"/zh-hans{path}" for path in PAGES)]


@pytest.fixture
def complaints(page):
    """What the browser complains about; empty at the end of each test."""
    heard: list[str] = []
    page.on("console", lambda m: heard.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    assert heard == []


def scroll_until_visible(page, selector: str) -> None:
    """Go down the page as a reader does, a part of the window at a time."""
    for _ in range(60):
        before = page.evaluate("scrollY")
        page.mouse.wheel(0, 200)
        page.wait_for_function(
            "before => scrollY !== before || scrollY + innerHeight >= document.body.scrollHeight - 2",
            arg=before,
        )
        if page.locator(selector).is_visible():
            return
    raise AssertionError(f"{selector} is not to be seen")


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_is_wider_than_the_screen(clinic, page, complaints, width):
    page.set_viewport_size({"width": width, "height": 800})
    for path in IN_BOTH:
        assert page.goto(clinic + path).status == 200, path
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} px wide"


def test_links_and_buttons_of_the_frame_are_large_enough_to_touch(clinic, page, complaints):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(clinic)
    small = page.evaluate(
        """() => [...document.querySelectorAll('.site-header a, .site-footer li a, .button')]
        .filter((e) => e.getClientRects().length && e.getBoundingClientRect().height < 43.5)
        .map((e) => e.textContent)"""
    )
    assert small == []


def test_consent_panel_waits_at_the_end_and_gives_a_receipt(clinic, page, complaints):
    page.goto(clinic + COMIC)
    panel = page.locator("#consent-panel")
    assert not panel.is_visible()
    scroll_until_visible(page, "#consent-title")
    assert not page.locator("input[name=profiling]").is_checked()
    page.locator("input[name=profiling]").check()
    page.get_by_role("button", name="Agree to what I ticked").click()
    receipt = page.locator("#consent-panel .receipt")
    receipt.wait_for(state="visible")
    assert receipt.locator("[data-receipt-line=profiling]").inner_text() == "agreed"
    assert receipt.locator("[data-receipt-line=marketing]").inner_text() == "not agreed"
    slip = receipt.bounding_box()
    for cell in receipt.locator("td:visible").all():
        box = cell.bounding_box()
        assert box["x"] + box["width"] <= slip["x"] + slip["width"], cell.inner_text()


def test_consent_is_asked_in_the_language_of_the_page(clinic, page, complaints):
    for path, words in (
        ("/about-tracking/", "Remember what I read"),
        ("/zh-hans/about-tracking/", "请记住我"),
    ):
        page.goto(clinic + path)
        page.locator("main [data-consent-open]:visible").first.click()
        page.locator("#consent-title").wait_for(state="visible")
        assert words in page.locator("[data-purpose=profiling]").inner_text()


def test_answers_of_the_consent_panel_look_alike(clinic, page, complaints):
    page.goto(clinic + "/about-tracking/")
    page.locator("main [data-consent-open]:visible").first.click()
    yes = page.get_by_role("button", name="Agree to what I ticked")
    no = page.get_by_role("button", name="No, thank you")
    yes.wait_for(state="visible")
    look = (
        "e => { const s = getComputedStyle(e);"
        " return [s.color, s.backgroundColor, s.borderColor, s.fontSize, s.fontWeight, s.height] }"
    )
    assert yes.evaluate(look) == no.evaluate(look)


def test_guided_view_goes_through_the_panels(clinic, page, complaints):
    page.goto(clinic + COMIC)
    page.locator("[data-comic-guide]").click()
    progress = page.locator(".comic-viewer__progress")
    assert progress.inner_text() == "Panel 1 of 9"
    page.keyboard.press("ArrowRight")
    assert progress.inner_text() == "Panel 2 of 9"
    assert page.locator(".comic-viewer__panel.is-current .bubble").first.is_visible()


def test_bubbles_lie_within_their_drawings(clinic, page, complaints):
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for prefix in ("", "/zh-hans"):
            page.goto(clinic + prefix + COMIC)
            outside = page.evaluate(
                """() => [...document.querySelectorAll('.bubble')].filter((bubble) => {
                  const b = bubble.getBoundingClientRect();
                  const d = bubble.parentElement.getBoundingClientRect();
                  return b.left < d.left || b.right > d.right || b.bottom > d.bottom;
                }).map((bubble) => bubble.textContent)"""
            )
            assert outside == [], (width, prefix)


def test_everything_can_be_read_without_scripts(clinic, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(clinic + COMIC)
    assert page.locator(".bubble").first.is_visible()
    assert not page.locator("[data-comic-guide]").is_visible()
    page.goto(clinic + "/courses/before-your-first-implant/gums-first/")
    answer = page.locator(".check-question details").first
    answer.locator("summary").click()
    assert answer.locator(".verdict").is_visible()
    context.close()


def test_text_does_not_move_when_the_font_arrives(clinic, page, complaints):
    page.add_init_script(
        """window.moved = 0; new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.moved += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });"""
    )
    page.goto(clinic + "/articles/what-an-implant-is/", wait_until="networkidle")
    assert page.evaluate("document.fonts.check('16px Literata')")
    assert page.evaluate("window.moved") < 0.02
