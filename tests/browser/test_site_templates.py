"""No whole page of ours goes without axe: what the demo does not lead to is laid under an address."""

import pytest

from tests.browser.site_templates import Laid, whole_pages
from tests.browser.test_accessibility import MORE, NARROW, PREFIXES, WIDE, violations
from tests.browser.test_site import COMIC, PAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LANGUAGES = {"en": "en", "zh": "zh-hans"}
#: On which page of the demo `test_axe_finds_nothing_on_the_site` looks at a template.
SERVED = {
    "classroom/ask.html": "/ask/",
    "classroom/live_class.html": "/classes/wisdom-teeth-keep-watch-or-remove/",
    "cms/about_tracking.html": "/about-tracking/",
    "cms/article_page.html": "/articles/what-an-implant-is/",
    "cms/branch.html": "/branches/heron-lane/",
    "cms/branches.html": "/branches/",
    "cms/clinician_page.html": "/clinicians/shen-yu/",
    "cms/comic_page.html": COMIC,
    "cms/home_page.html": "/",
    "cms/index_page.html": "/articles/",
    "cms/module_page.html": "/courses/before-your-first-implant/gums-first/",
    "cms/search.html": "/search/?q=gums",
    "cms/topic.html": "/topics/wisdom-teeth/",
    "people/sign_in.html": "/sign-in/",
}
#: Swagger UI draws the contract inside this; what it draws is not ours to mend.
DRAWN_BY_OTHERS = ["#api-docs"]
#: What the walks in test_accessibility.py pass through.
PASSED = {
    "404.html",
    "500.html",
    "classroom/my_learning.html",
    "cms/not_translated.html",
    "outbox/would_be_sent.html",
    "people/forget_me.html",
    "people/me.html",
    "people/sign_in_code.html",
    "people/signed_out.html",
}


def test_every_whole_page_is_looked_at():
    laid = {template for template, _ in Laid("en").cases}
    assert set(SERVED.values()) <= {*PAGES, *MORE}
    assert whole_pages() == laid | set(SERVED) | PASSED


@pytest.mark.parametrize("language", PREFIXES)
def test_axe_finds_nothing_on_what_the_demo_does_not_lead_to(clinic, browser, language):
    pages = Laid(LANGUAGES[language]).rendered()
    found = {}
    for screen in (NARROW, WIDE):
        context = browser.new_context(**screen)
        page = context.new_page()
        shown = {"body": ""}
        address = f"{clinic}/laid/"
        page.route(
            address,
            lambda route, request, shown=shown: route.fulfill(content_type="text/html", **shown),
        )
        for (template, variant), html in pages.items():
            shown["body"] = html
            page.goto(address)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            those = violations(page, without=DRAWN_BY_OTHERS) + (
                [f"{wide} px too wide"] if wide > 0 else []
            )
            if those:
                found[template, variant, screen["viewport"]["width"]] = those
        context.close()
    assert found == {}
