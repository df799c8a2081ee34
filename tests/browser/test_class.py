"""A class from its announcement to its day, as its people live it: clinician, two prospects on phones."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.class_walk import (
    CHINESE,
    ROOM,
    TITLE,
    announce,
    ask_for_code,
    be_there,
    come_in,
    find_class,
    join_link,
    keep_place,
    translate,
)
from tests.browser.desk import read

pytestmark = pytest.mark.browser
QUESTION = "Mine bleed every morning. Is that normal?"
STAYED = 20


def test_class_is_announced_kept_asked_about_and_visited(people, later):
    pk = announce(people, later.address)
    translate(people, pk)
    tess, mei = people.prospect("en"), people.prospect("zh-CN")
    find_class(tess, "/classes/", TITLE)
    ask_for_code(tess, "tess@example.org", agrees=True)
    find_class(mei, "/zh-hans/classes/", CHINESE)
    ask_for_code(mei, "mei@example.org", agrees=False)
    later.do_background_work()
    keep_place(people, tess, "tess@example.org", "Tess")
    expect(tess.get_by_text("Your place is kept.")).to_be_visible()
    keep_place(people, mei, "mei@example.org", "小梅")
    expect(mei.get_by_text("名额已为您留好。")).to_be_visible()
    later.do_background_work()

    invitation = people.mail_to("tess@example.org")
    assert TITLE in invitation
    assert CHINESE in people.mail_to("mei@example.org")
    tess.goto(join_link(invitation))
    expect(tess.get_by_text("opens here half an hour before")).to_be_visible()
    tess.fill("#question", QUESTION)
    tess.get_by_role("button", name="Send").click()
    expect(tess.locator("#question")).to_have_value(QUESTION)

    clinician = people.staff("lin-qiao")
    clinician.goto("/admin/classes/")
    clinician.get_by_role("link", name=TITLE).first.click()
    coming = clinician.locator("main")
    expect(coming.get_by_role("link", name="Tess")).to_be_visible()
    expect(coming.get_by_role("link", name="小梅")).to_be_visible()
    expect(coming.get_by_text(QUESTION)).to_be_visible()

    live = read(later.address, f"{pk}/")
    start = timezone.datetime.fromisoformat(live["starts_at"])
    later.move_on(start - timezone.now())
    come_in(tess, join_link(invitation))
    expect(tess.get_by_role("link", name="Go into the room")).to_have_attribute("href", ROOM)
    be_there(later, tess, minutes=STAYED)
