"""What a reader's browser gets of the site as it is served for real: little, once, from here, still."""

from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser

ARTICLE = "/articles/what-an-implant-is/"
PAGES = ["/", ARTICLE, "/articles/", "/comics/a-room-of-my-own/", "/topics/wisdom-teeth/"]
MORE_PAGES = [
    "/search/?q=gums",
    "/about-tracking/",
    "/clinicians/shen-yu/",
    "/classes/",
    "/sign-in/",
]
PHONE = {"width": 360, "height": 740}
MOST_BYTES = 60_000
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; V2309A Build/UP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 XWEB/1260 MMWEBSDK/20240501 "
    "MicroMessenger/8.0.50.2701 Language/zh_CN"
)
# How far things moved, and what: a failure should say it.
WATCH_SHIFTS = """window.moved = []; new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) if (!hadRecentInput)
    window.moved.push([value, ...sources.map((s) => `${s.node?.nodeName}.${s.node?.className}`)]);
}).observe({ type: 'layout-shift', buffered: true });"""


@pytest.fixture(scope="module")
def served(demo_clinic):
    """The address of the clinic as it is served for real."""
    with demo_clinic.in_production() as running:
        yield running.address


@pytest.fixture
def phone(browser):
    """A window of a phone's size."""
    context = browser.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


def transfers(page, address: str) -> dict[str, tuple[str, int, dict]]:
    """Everything the page loads: address to (kind, bytes on the wire, headers)."""
    answers = []
    page.on("response", lambda response: answers.append(response))
    page.goto(address, wait_until="networkidle")
    found = {}
    for answer in answers:
        sizes = answer.request.sizes()
        headers = answer.headers
        found[answer.url] = (answer.request.resource_type, sizes["responseBodySize"], headers)
    return found


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_an_article_without_images_is_light(served, phone, prefix):
    loaded = transfers(phone, served + prefix + ARTICLE)
    kept = {url: each for url, each in loaded.items() if each[0] != "image"}
    assert sum(size for _, size, _ in kept.values()) < MOST_BYTES, kept
    kinds = [kind for kind, _, _ in kept.values()]
    assert kinds.count("stylesheet") == 1
    assert kinds.count("script") <= 2
    # A Chinese page downloads no face at all.
    assert kinds.count("font") == (1 if not prefix else 0)


def test_assets_are_compressed_and_kept_for_good(served, phone):
    loaded = transfers(phone, served + ARTICLE)
    page = loaded[served + ARTICLE]
    assert page[2]["content-encoding"] == "br"
    static = {url: each for url, each in loaded.items() if "/static/" in url}
    assert len(static) >= 4
    for url, (kind, _, headers) in static.items():
        assert "immutable" in headers["cache-control"], url
        if kind in ("stylesheet", "script"):
            assert headers["content-encoding"] == "br", url


def test_nobody_else_is_asked_for_anything(served, phone):
    host = urlsplit(served).netloc
    asked = set()
    phone.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    for path in PAGES:
        phone.goto(served + path, wait_until="networkidle")
    assert asked == {host}


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_nothing_moves_while_a_page_loads_and_is_read(served, phone, prefix):
    phone.add_init_script(WATCH_SHIFTS)
    for path in PAGES:
        phone.goto(served + prefix + path, wait_until="networkidle")
        height = phone.evaluate("document.documentElement.scrollHeight")
        for place in range(0, height, 300):
            phone.mouse.wheel(0, 300)
            phone.wait_for_function(
                f"scrollY >= Math.min({place}, document.body.scrollHeight - innerHeight - 300)"
            )
            # A reader looks before the next turn of the wheel; what the page prepares ahead is done.
            phone.evaluate(
                "() => new Promise((seen) => requestAnimationFrame(() => requestIdleCallback(seen)))"
            )
        moved = phone.evaluate("window.moved")
        assert sum(value for value, *_ in moved) < 0.01, (path, moved)


def test_text_is_there_on_the_first_byte(served, phone):
    html = phone.request.get(served + ARTICLE).text()
    assert "Gum disease can destroy the bone" in html
    assert html.index('rel="stylesheet"') < html.index("<body")


def test_data_for_search_engines_breaks_no_policy(served, phone):
    complaints = []
    phone.on("console", lambda m: complaints.append(m.text) if m.type != "log" else None)
    for path in PAGES:
        phone.goto(served + path, wait_until="networkidle")
        assert phone.locator('script[type="application/ld+json"]').count() == 1, path
    assert complaints == []


@pytest.fixture
def wechat(browser):
    """The browser inside WeChat on a Chinese phone: no window opens, nothing downloads."""
    context = browser.new_context(
        viewport=PHONE, user_agent=WECHAT, locale="zh-CN", accept_downloads=False
    )
    page = context.new_page()
    page.opened = []
    page.on("popup", lambda popup: page.opened.append(popup.url))
    page.on("download", lambda download: page.opened.append(download.url))
    yield page
    context.close()


def test_inside_wechat_reading_needs_no_window_no_download_and_no_autoplay(served, wechat):
    wechat.goto(served, wait_until="networkidle")
    assert urlsplit(wechat.url).path == "/zh-hans/"
    wechat.locator(".teaser h2 a").first.click()
    wechat.wait_for_load_state()
    assert urlsplit(wechat.url).path.startswith("/zh-hans/articles/")
    assert wechat.locator("[target=_blank], [autoplay], a[download]").count() == 0
    wechat.goto(f"{served}/zh-hans/comics/a-room-of-my-own/")
    wechat.locator("[data-comic-guide]").click()
    assert wechat.locator(".comic-viewer[open]").is_visible()
    assert wechat.opened == []


def test_choice_of_language_sticks_inside_wechat(served, wechat):
    wechat.goto(served)
    wechat.locator("a.language").click()
    wechat.wait_for_url(f"{served}/")
    wechat.goto("about:blank")
    wechat.goto(served)
    assert urlsplit(wechat.url).path == "/"


def test_what_is_missing_is_said_in_the_language_of_the_phone(served, wechat):
    answer = wechat.goto(f"{served}/nothing-here/")
    assert answer.status == 404
    assert wechat.evaluate("document.documentElement.lang") == "zh-Hans"
    assert wechat.locator("input[type=search]").is_visible()


@pytest.fixture(scope="module")
def large_text(browser_type, browser_type_launch_args):
    """A browser whose reader set the text to 200 %, as the largest font of a phone does."""
    flags = [*browser_type_launch_args["args"], "--blink-settings=defaultFontSize=32"]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": flags})
    yield browser
    browser.close()


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_text_at_200_percent_fits_the_smallest_phone(served, large_text, prefix):
    page = large_text.new_page(viewport={"width": 320, "height": 640})
    for path in [*PAGES, *MORE_PAGES]:
        page.goto(served + prefix + path)
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{path} is {wide} px wide"
    page.close()
