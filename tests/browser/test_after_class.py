"""What comes of a class: counted and decided at the desk, answered on phones, listed by marketing."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.browser.class_walk import (
    CHINESE,
    MINUTES,
    TITLE,
    ZONE,
    announce,
    ask_for_code,
    be_there,
    come_in,
    find_class,
    join_link,
    keep_place,
    translate,
)
from tests.browser.demo import LaterClinic
from tests.browser.desk import read

pytestmark = pytest.mark.browser
SHELVES = {"en": ("/classes/", TITLE), "zh-CN": ("/zh-hans/classes/", CHINESE)}
EARLY, STAYED = 1, 20  # minutes that Tess and Mei keep the page open, before the class and in it
STRANGER = "Galaxy Tab"
TREATED = "Is it too late at sixty?"


@dataclass
class Guest:
    """Somebody with a place, and what they agreed to."""

    name: str
    language: str = "en"
    agrees: bool = True
    news: bool = False

    @property
    def address(self) -> str:
        return f"{self.key}@example.org"

    @property
    def key(self) -> str:
        return {"小梅": "mei", "小乐": "le"}.get(self.name, self.name.lower())


TESS = Guest("Tess", news=True)  # came from her phone and through the room
MEI = Guest("小梅", language="zh-CN", agrees=False)  # came from her phone
NORA = Guest("Nora")  # came through the room alone, under the name of her tablet
NOAH = Guest("Noah", news=True)  # did not come
LE = Guest("小乐", language="zh-CN", agrees=False)  # did not come either


@dataclass
class Held:
    """A class that is over, and the phones of those who had a place."""

    pk: int
    start: datetime
    phones: dict[str, Page]

    def admin(self, part: str) -> str:
        return f"/admin/classes/{self.pk}/{part}"

    def clock(self, minutes: int) -> datetime:
        """So many minutes after its beginning, on its own clock."""
        return self.start.astimezone(ZONE) + timedelta(minutes=minutes)


@pytest.fixture(scope="module")
def held(people, later) -> Held:
    """The class, kept by five and visited from two phones; three hours later."""
    pk = announce(people, later.address)
    translate(people, pk)
    guests = (TESS, MEI, NORA, NOAH, LE)
    phones = {guest.name: people.prospect(guest.language) for guest in guests}
    for guest in guests:
        find_class(phones[guest.name], *SHELVES[guest.language])
        ask_for_code(phones[guest.name], guest.address, agrees=guest.agrees, news=guest.news)
    later.do_background_work()
    for guest in guests:
        keep_place(people, phones[guest.name], guest.address, guest.name)
    later.do_background_work()
    start = datetime.fromisoformat(read(later.address, f"{pk}/")["starts_at"])
    # A little before: what lies outside the class does not count, and nothing hangs on seconds.
    later.move_on(start - timedelta(minutes=EARLY) - timezone.now())
    there = [TESS, MEI]
    for guest in there:
        come_in(phones[guest.name], join_link(people.mail_to(guest.address)))
    be_there(later, *(phones[guest.name] for guest in there), minutes=EARLY + STAYED)
    later.move_on(timedelta(hours=3))
    later.do_background_work()
    return Held(pk, start, phones)


@pytest.fixture(scope="module")
def counted(people, held, later) -> Held:
    """The class with the room's report taken in, the stranger known and one person put right."""
    clinician = people.staff("lin-qiao")
    clinician.goto(held.admin("attendance/"))
    for guest in (TESS, MEI):
        expect(row_of(clinician, guest.name)).to_contain_text("class page")
    bring_report(clinician, held)
    decide(clinician, held, STRANGER, NORA.name)
    correct(clinician, held, MEI.name, reason="Was there to the end; her phone had no power.")
    later.do_background_work()
    return held


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def report_of(held: Held) -> bytes:
    """A participants' report as Zoom writes it: Tess comes back once, and one name is a device's."""
    lines = [
        ("Tess", TESS.address, -5, 12),
        ("Tess", TESS.address, 15, 28),
        (STRANGER, "", 3, 27),
    ]
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        ["Name (original name)", "Email", "Join time", "Leave time", "Duration (minutes)", "Guest"]
    )
    for name, address, since, until in lines:
        moments = [f"{held.clock(one):%m/%d/%Y %I:%M:%S %p}" for one in (since, until)]
        table.writerow([name, address, *moments, until - since, "Yes"])
    return out.getvalue().encode("utf-8-sig")


def bring_report(page: Page, held: Held) -> None:
    """Bring the report, look at what it says, take it in, and see where every row went."""
    page.goto(held.admin("reports/"))
    file = {"name": "participants.csv", "mimeType": "text/csv", "buffer": report_of(held)}
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("Nothing of it counts before you take it in.")).to_be_visible()
    expect(page.get_by_role("row", name="New rows 3")).to_be_visible()
    expect(page.get_by_text("Names that will wait for your decision: 1.")).to_be_visible()
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_text("The lines add up to the rows of the file.")).to_be_visible()
    expect(page.get_by_role("row", name="wait for a name to be decided 1")).to_be_visible()


def decide(page: Page, held: Held, stranger: str, name: str) -> None:
    """Search for somebody by name, and say that a name of the report is theirs."""
    page.goto(held.admin("names/"))
    waiting = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=stranger))
    waiting.get_by_label("Somebody else, by name or contact").fill(name)
    waiting.get_by_role("button", name="Search").click()
    waiting.get_by_role("radio", name=f"{name} found by you").check()
    with page.expect_navigation():
        waiting.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("No name waits.")).to_be_visible()


def correct(page: Page, held: Held, name: str, *, reason: str) -> None:
    """Add the last ten minutes to somebody's attendance."""
    page.goto(held.admin("attendance/"))
    page.get_by_role("link", name=name).click()
    page.fill("[name=from_at]", f"{held.clock(MINUTES - 10):%Y-%m-%dT%H:%M:%S}")
    page.fill("[name=reason]", reason)
    with page.expect_navigation():
        page.get_by_role("button", name="Add the correction").click()
    expect(page.get_by_text("The correction counts from now on.")).to_be_visible()
    expect(page.get_by_text(reason)).to_be_visible()


def receipt(page: Page) -> Locator:
    return page.get_by_role("region", name="Attendance receipt")


def test_attendance_is_the_union_of_what_every_source_tells(people, counted):
    clinician = people.staff("lin-qiao")
    clinician.goto(counted.admin("attendance/"))
    for name, live in ((TESS.name, "28 min"), (NORA.name, "24 min"), (MEI.name, "30 min")):
        expect(row_of(clinician, name)).to_contain_text(live)
    for name in (NOAH.name, LE.name):
        expect(row_of(clinician, name)).to_have_count(0)

    clinician.get_by_role("link", name=TESS.name).click()
    sources = clinician.get_by_role("table").first
    for words in ("17:55:00 – 18:12:00", "18:15:00 – 18:28:00", "Zoom", "class page"):
        expect(sources).to_contain_text(words)
    expect(receipt(clinician)).to_contain_text("18:00:00 – 18:28:00")
    expect(receipt(clinician)).to_contain_text("93.3%")
    expect(receipt(clinician).get_by_role("row", name="Attended yes")).to_be_visible()


def test_questionnaire_is_answered_on_the_phone(people, counted):
    mei = counted.phones[MEI.name]
    link = re.search(r"https?://\S+/after-class/\?\S+", people.mail_to(MEI.address))
    assert link
    mei.goto(link[0])
    mei.locator(".scale-figures label").last.click()
    mei.get_by_label("正好").check()
    mei.get_by_label("疼痛和恢复").check()
    mei.get_by_role("button", name="发送回答").click()
    answered = mei.locator("main")
    expect(answered).to_contain_text("正好")
    clinician = people.staff("lin-qiao")
    clinician.goto(counted.admin("answers/"))
    shown = clinician.locator("main")
    expect(shown).to_contain_text("1 answer without a name is not counted yet")
    expect(shown).not_to_contain_text(MEI.name)


def test_question_is_asked_and_answered(people, counted, later):
    mei = counted.phones[MEI.name]
    mei.goto("/zh-hans/ask/")
    mei.fill("[name=text]", TREATED)
    mei.check("[name=agreed]")
    with mei.expect_navigation():
        mei.locator("main form button").first.click()
    answerer = people.staff("he-xiaoman")
    answerer.goto("/admin/questions/")
    answerer.get_by_role("link", name=TREATED).click()
    answerer.fill("[name=text]", "六十岁一点也不晚。")
    with answerer.expect_navigation():
        answerer.get_by_role("button", name="Send the answer").click()
    later.do_background_work()
    assert "六十岁一点也不晚。" in people.mail_to(MEI.address)
    mei.goto("/zh-hans/me/")
    expect(mei.locator("#questions")).to_contain_text("六十岁一点也不晚。")


def test_course_ends_in_a_certificate_that_anybody_can_check(people, counted):
    tess = counted.phones[TESS.name]
    tess.goto("/courses/before-your-first-implant/")
    tess.get_by_role("button", name="Take this course").click()
    tess.get_by_role("link", name="Begin with the first module").click()
    for _ in range(3):
        pass_check(tess)
    tess.get_by_role("link", name="Get the certificate").click()
    tess.fill("[name=name]", "Tess Okafor")
    tess.get_by_role("button", name="Issue the certificate").click()
    tess.wait_for_url("**/me/certificates/*/")
    serial = tess.url.rstrip("/").rsplit("/", 1)[1]
    anybody = people.prospect("zh-CN")
    anybody.goto(f"/zh-hans/certificates/{serial}/")
    expect(anybody.get_by_role("heading", level=1)).to_contain_text("有效")
    expect(anybody.locator("main")).to_contain_text("Tess Okafor")
    assert anybody.goto(f"/certificates/{serial[:-1]}/").status == 404
    assert anybody.goto(f"/me/certificates/{serial}/").url.find("/sign-in/") > 0


def pass_check(page: Page) -> None:
    """Answer the module's check rightly, and go on."""
    page.locator(".check-questions form label").first.click()
    page.get_by_role("button", name="See how I did").click()
    expect(page.locator(".check-verdict")).to_contain_text("Passed.")
    page.locator(".module-end a.button").click()


def make_list(page: Page, name: str, kind: str, *, share: str = "") -> None:
    """Make a list of one condition on gum disease in the last 30 days."""
    page.goto("/admin/lead-lists/new/")
    page.fill("[name=name]", name)
    page.select_option("[data-focus=kind-0-0]", kind)
    page.fill("[data-gap=topic]", "Gum disease")
    if share:
        page.fill("[data-gap=value]", str(round(100 * float(share))))
    page.select_option("[data-gap=window]", "days")
    page.fill("[data-gap=days]", "30")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/members/")


def guests_on(page: Page) -> dict[str, str]:
    """Name to reason of those who are on a list for this class; the demo has classes of its own."""
    rows = page.locator("table.leads-members tbody tr")
    texts = [row.locator("td").all_inner_texts() for row in rows.all()]
    return {name: reason for name, reason, *_ in texts if TITLE in reason}


def test_lists_hold_who_came_and_who_did_not(people, counted, later):
    marketing = people.staff("marketing")
    make_list(marketing, "Missed gums", "absent")
    missed = marketing.url
    make_list(marketing, "Came for gums", "attended", share="0.5")
    came = marketing.url
    later.do_background_work()
    marketing.goto(missed)
    absent = guests_on(marketing)
    assert set(absent) == {NOAH.name}
    assert "did not come" in absent[NOAH.name]
    marketing.goto(came)
    found = guests_on(marketing)
    assert set(found) == {TESS.name, NORA.name}
    assert "(93 % of it)" in found[TESS.name]
    assert "(80 % of it)" in found[NORA.name]
    contactable = marketing.locator(".leads-figures strong").nth(1).inner_text()
    rows = exported(marketing, later)
    assert len(rows) == int(contactable)
    guests = {row["name"]: row["e-mail"] for row in rows if TITLE in row["reason"]}
    assert guests == {TESS.name: TESS.address}


def exported(page: Page, clinic: LaterClinic) -> list[dict[str, str]]:
    """The rows of the file of the list that is open."""
    page.get_by_role("link", name="Export").first.click()
    page.fill("[name=purpose]", "Invitation to a talk about gums")
    page.check("[name=format][value=csv]")
    page.locator("main form [type=submit]").click()
    page.wait_for_url("**/lead-exports/**")
    clinic.do_background_work()
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the file").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))
