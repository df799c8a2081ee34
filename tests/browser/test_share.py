"""The long picture is drawn in Chromium, and texts are copied with their look."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser, clinic):
    context = browser.new_context(
        user_agent="Mozilla/5.0 (X11) Chrome/142.0",
        base_url=clinic,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    page.goto("/admin/login/")
    page.fill("[name=username]", "editor")
    page.fill("[name=password]", "reading-room")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")
    yield page
    context.close()


def open_share(page, clinic, path):
    number = re.search(r'data-page="(\d+)"', page.request.get(f"{clinic}{path}").text())[1]
    page.goto(f"/admin/share/{number}/")


@pytest.mark.parametrize(
    ("path", "least"),
    [("/comics/a-room-of-my-own/", 4000), ("/zh-hans/articles/why-gums-bleed/", 900)],
)
def test_the_long_picture_is_a_png_with_something_on_it(page, clinic, path, least):
    open_share(page, clinic, path)
    page.click("[data-draw]")
    expect(page.locator("[data-drawn] img")).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        page.click("[data-download]")
    assert download.value.suggested_filename.endswith(".png")
    with Image.open(download.value.path()) as file:
        assert file.format == "PNG"
        image = file.convert("RGB")
    assert image.width == 750
    assert image.height > least
    # Something stands in the first, the middle and the last part, the code's black among it.
    third = image.height // 3
    for top in (0, third, 2 * third):
        assert len(image.crop((0, top, 750, top + third)).getcolors(10_000_000)) > 20
    end = image.crop((48, image.height - 420, 268, image.height - 60)).getcolors(1_000_000)
    assert max(end)[1] != (0, 0, 0) and any(colour == (26, 32, 41) for _, colour in end)


#: How often something was left for later: each copy that ended leaves its label.
COUNT_WAITS = """() => {
  const set = window.setTimeout;
  window.waits = 0;
  window.setTimeout = (...what) => { waits += 1; return set(...what); };
}"""


def test_the_text_for_an_account_is_copied_with_its_look(page, clinic):
    open_share(page, clinic, "/articles/why-gums-bleed/")
    page.clock.install()
    page.evaluate(COUNT_WAITS)
    button = page.locator("[data-copy-rich]")
    label = button.inner_text()
    for number in (1, 2):  # the second press while it still says so
        button.click()
        page.wait_for_function("(number) => waits === number", arg=number)
        expect(button).to_have_text("Copied")
    kinds = page.evaluate(
        """async () => {
            const [item] = await navigator.clipboard.read();
            return [await (await item.getType('text/html')).text(), await (await item.getType('text/plain')).text()];
        }"""
    )
    assert "style=" in kinds[0] and "class=" not in kinds[0]
    assert "<" not in kinds[1] and "Two stages" in kinds[1]
    page.clock.run_for(5_000)
    expect(button).to_have_text(label)
