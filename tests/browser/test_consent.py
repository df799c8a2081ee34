"""The consent panel in a real Chromium: asked calmly, kept only on a yes, as easy to take back."""

import pytest

from tests.browser.reader import KEPT, NOTHING_KEPT

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(reader):
    """A reader who has come to the end of the piece."""
    reader.open("consent")
    arrive(reader)
    return reader


def arrive(reader):
    reader.page.evaluate(
        "document.querySelector('[data-track-end]').scrollIntoView({block: 'end'})"
    )
    reader.page.locator("#consent-panel:not([hidden])").wait_for()


def visible(reader, selector):
    return reader.page.locator(f"#consent-panel {selector}").is_visible()


def test_nobody_is_asked_before_the_end_of_the_piece(reader, site):
    reader.open("consent")
    reader.quiet()
    assert not visible(reader, "form")
    assert site.consents == []
    arrive(reader)
    assert visible(reader, "form")
    assert reader.page.locator("[data-purpose=profiling]").inner_text().strip() == (
        "Suggestions that fit what you read."
    )


def test_no_box_is_ticked_and_the_focus_stays_where_it_was(asked):
    assert asked.page.locator("#consent-panel input:checked").count() == 0
    assert asked.page.evaluate("document.activeElement === document.body")


def test_accept_and_refuse_are_equal(asked):
    boxes = asked.page.locator("form .button").evaluate_all(
        """(buttons) => buttons.map((button) => { const style = getComputedStyle(button);
        return [button.offsetHeight, style.color, style.backgroundColor, style.fontWeight,
          style.fontSize, button.tabIndex, button.className].join() })"""
    )
    assert len(boxes) == 2
    assert boxes[0] == boxes[1]


def test_agreeing_by_keyboard_alone(asked, site):
    keyboard = asked.page.keyboard
    asked.page.locator("[name=profiling]").focus()
    keyboard.press("Space")
    keyboard.press("Tab")  # marketing
    keyboard.press("Tab")  # agree
    keyboard.press("Enter")
    asked.page.locator("[data-receipt]").wait_for()
    method, headers, body = site.consents[-1]
    assert method == "POST"
    assert body == {
        "purposes": {"profiling": True, "marketing": False},
        "notice": "v1",
        "language": "en",
    }
    assert "X-CSRFToken" not in headers and "Cookie" not in headers
    assert asked.page.evaluate("wellread.visitor()") == "token-by-consent"
    assert asked.page.evaluate("document.activeElement.hasAttribute('data-receipt')")
    lines = asked.page.locator("[data-receipt-line]").all_inner_texts()
    assert "2026" in lines[0]
    assert lines[1:] == ["Yes", "No", "R-1"]
    assert asked.page.locator("input[name=visitor]").input_value() == "token-by-consent"


def test_what_was_queued_before_consent_is_discarded(asked, site):
    asked.wait(10)
    asked.page.locator("[name=profiling]").check()
    asked.page.get_by_role("button", name="Agree to what I ticked").click()
    asked.page.locator("[data-receipt]").wait_for()
    asked.wait(3)
    asked.hide()
    site.wait(lambda: site.of("read"))
    assert all(batch.get("visitor") == "token-by-consent" for batch in site.batches)


def test_a_refusal_keeps_nothing_and_folds(asked, site):
    asked.page.get_by_role("button", name="No, thank you").click()
    assert not visible(asked, "form")
    assert asked.page.locator("#consent-panel [data-consent-open]").is_visible()
    assert asked.page.evaluate("document.activeElement.hasAttribute('data-consent-open')")
    assert [method for method, *_ in site.consents] == ["GET"]
    assert asked.page.evaluate(KEPT) == NOTHING_KEPT
    asked.scroll_to("h1")
    asked.scroll_to("#consent-panel")
    assert not visible(asked, "form")
    asked.page.locator("#choices").click()
    asked.page.locator("#consent-panel form").wait_for()


def test_agreeing_to_nothing_agrees_to_nothing(asked, site):
    asked.page.get_by_role("button", name="Agree to what I ticked").click()
    assert "Nothing is ticked" in asked.page.locator("[data-consent-status]").inner_text()
    assert [method for method, *_ in site.consents] == ["GET"]
    assert asked.page.evaluate(KEPT) == NOTHING_KEPT


def test_messages_alone_need_an_address_and_make_no_visitor(asked, site):
    asked.page.locator("[name=marketing]").check()
    asked.page.get_by_role("button", name="Agree to what I ticked").click()
    assert "Sign in first" in asked.page.locator("[data-consent-status]").inner_text()
    assert [method for method, *_ in site.consents] == ["GET"]
    assert asked.page.evaluate(KEPT) == NOTHING_KEPT
    asked.hide()
    site.wait(lambda: site.of("open"))
    assert "visitor" not in site.batches[0]


def test_withdrawing_empties_the_browser(asked, site):
    asked.page.locator("[name=profiling]").check()
    asked.page.get_by_role("button", name="Agree to what I ticked").click()
    asked.page.locator("[data-receipt]").wait_for()
    asked.page.reload()
    arrive(asked)
    assert not visible(asked, "form")  # there is an answer already
    asked.page.locator("#choices").click()
    asked.page.locator("[data-withdraw]").click()
    asked.page.locator("[data-receipt]").wait_for(state="hidden")
    method, headers, _ = site.consents[-1]
    assert (method, headers["Authorization"]) == ("DELETE", "Visitor token-by-consent")
    assert asked.page.evaluate(KEPT) == NOTHING_KEPT
    assert "Withdrawn" in asked.page.locator("[data-consent-status]").inner_text()
    assert asked.page.locator("input[name=visitor]").input_value() == ""


def test_a_failed_withdrawal_says_so_and_can_be_repeated(asked, site):
    asked.page.locator("[name=profiling]").check()
    asked.page.get_by_role("button", name="Agree to what I ticked").click()
    asked.page.locator("[data-receipt]").wait_for()
    site.consent_plans.append(503)
    asked.page.locator("[data-withdraw]").click()
    asked.page.get_by_text("That did not reach us").wait_for()
    assert asked.page.evaluate("wellread.visitor()") == "token-by-consent"
    asked.page.locator("[data-withdraw]").click()
    asked.page.locator("[data-receipt]").wait_for(state="hidden")
    assert asked.page.evaluate(KEPT) == NOTHING_KEPT


def test_a_notice_that_has_changed_is_shown_again_unticked(asked, site):
    site.consent_plans.append(422)
    asked.page.locator("[name=profiling]").check()
    asked.page.get_by_role("button", name="Agree to what I ticked").click()
    asked.page.get_by_text("The text has changed").wait_for()
    assert asked.page.locator("#consent-panel input:checked").count() == 0
    assert visible(asked, "form")
    assert asked.page.evaluate(KEPT) == NOTHING_KEPT


def test_gpc_is_named_and_profiling_is_not_asked_for(reader, site):
    reader.page.add_init_script(
        "Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => true })"
    )
    reader.open("consent")
    arrive(reader)
    assert visible(reader, "[data-gpc]")
    assert not visible(reader, "[data-purpose=profiling]")
    # Signed in, so there is an address to write to.
    reader.page.evaluate("document.querySelector('#consent-panel').dataset.signedIn = ''")
    reader.page.locator("[name=marketing]").check()
    reader.page.get_by_role("button", name="Agree to what I ticked").click()
    reader.page.locator("[data-receipt]").wait_for()
    assert site.consents[-1][2]["purposes"] == {"profiling": False, "marketing": True}


def test_with_the_tracker_blocked_consent_still_works(reader, site):
    reader.page.route("**/tracker.js", lambda route: route.abort())
    reader.open("consent")
    arrive(reader)
    reader.page.locator("[name=profiling]").check()
    reader.page.get_by_role("button", name="Agree to what I ticked").click()
    reader.page.locator("[data-receipt]").wait_for()
    assert reader.stored_keys() == ["wellread.visitor"]
    reader.page.locator("[data-withdraw]").click()
    reader.page.locator("[data-receipt]").wait_for(state="hidden")
    assert reader.page.evaluate(KEPT) == NOTHING_KEPT


def test_the_csrf_token_goes_along_where_the_page_has_one(reader, site):
    reader.page.add_init_script(
        """document.addEventListener('readystatechange', () => {
        const meta = document.createElement('meta'); meta.name = 'csrf-token'; meta.content = 'c-1';
        document.head.append(meta) }, { once: true })"""
    )
    reader.open("consent")
    arrive(reader)
    reader.page.locator("[name=profiling]").check()
    reader.page.get_by_role("button", name="Agree to what I ticked").click()
    reader.page.locator("[data-receipt]").wait_for()
    assert site.consents[-1][1]["X-CSRFToken"] == "c-1"
