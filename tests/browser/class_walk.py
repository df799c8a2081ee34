"""The steps of a class that several walks share: announced, kept, joined; people and their browsers."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import LaterClinic
from tests.browser.desk import Desks, approve, begin, read, save_draft, shelf, submit_well

PHONE = {"width": 360, "height": 780}
ZONE = ZoneInfo("Asia/Shanghai")
TITLE, CHINESE = "Gum disease in half an hour", "半小时讲清牙周炎"
ROOM = "https://room.example.org/gums"
MINUTES = 30


class People:
    """Whoever a walk needs, each in a browser of their own."""

    def __init__(self, browser: Browser, clinic: LaterClinic) -> None:
        self.browser, self.clinic = browser, clinic
        self.desks = Desks(browser, clinic.address)
        self.errors: list[str] = []
        self.opened: list[Page] = []

    def staff(self, name: str) -> Page:
        """The desk of somebody of the clinic."""
        self.opened.append(self.desks.open(name, self.errors))
        return self.opened[-1]

    def prospect(self, language: str) -> Page:
        """The phone of somebody outside."""
        context = self.browser.new_context(
            viewport=PHONE, locale=language, base_url=self.clinic.address, has_touch=True,
            user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile Safari/604.1",
        )  # fmt: skip
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.opened.append(page)
        return page

    def leave(self) -> None:
        """Close every browser that was opened here."""
        for page in self.opened:
            page.context.close()

    def mail_to(self, address: str) -> str:
        """The newest mail to an address, from the folder where a clinic without a server has it."""
        page = self.browser.new_page()
        page.goto(f"{self.clinic.address}/development/would-be-sent/")
        text = page.locator("article.letter", has_text=address).first.inner_text()
        page.close()
        return text

    def code_for(self, address: str) -> str:
        """The code for signing in, as it stands in the newest mail to an address."""
        code = re.search(r"\b(\d{6})\b", self.mail_to(address))
        assert code
        return code[1]


def announce(people: People, clinic: str) -> int:
    """Write a class in three days at six in the evening of the clinic, and have it reviewed."""
    starts_at = timezone.now().astimezone(ZONE) + timedelta(days=3)
    author = people.staff("lin-qiao")
    begin(
        author,
        "classroom/liveclass",
        shelf(clinic, "classes"),
        title=TITLE,
        standfirst="Dr Lin shows what gum disease looks like, and answers.",
    )
    expect(author.locator("[name=time_zone]")).to_have_value(ZONE.key)
    author.fill("[name=starts_at]", f"{starts_at:%Y-%m-%d} 18:00")
    author.fill("[name=minutes]", str(MINUTES))
    author.fill("[name=room_url]", ROOM)
    pk = save_draft(author)
    author.get_by_role("button", name=re.compile("Gum disease")).first.click()
    submit_well(author)
    approve(people.staff("arjun-mehta"), TITLE)
    live = read(clinic, f"{pk}/")
    assert [topic["slug"] for topic in live["topics"]] == ["gum-disease"]
    assert live["starts_at"].startswith(f"{starts_at:%Y-%m-%d}T10:00")
    return pk


def translate(people: People, pk: int) -> None:
    """Give the class its Chinese twin, reviewed."""
    editor = people.staff("editor")
    editor.goto(f"/admin/translation/submit/page/{pk}/")
    editor.get_by_label("Chinese").check()
    editor.get_by_role("button", name="Submit").click()
    editor.fill("[name=title]", CHINESE)
    editor.fill("[name=standfirst]", "林医生讲牙周炎是什么样子，并回答问题。")
    save_draft(editor)
    submit_well(editor)
    approve(people.staff("arjun-mehta"), CHINESE)


def find_class(page: Page, shelf_path: str, title: str) -> None:
    """From the list of classes to the way in, which is signing in."""
    page.goto(shelf_path)
    page.get_by_role("link", name=title).first.click()
    expect(page.get_by_text("18:00 (Asia/Shanghai)")).to_be_visible()
    page.locator(".class-slip .actions a.button").click()


def ask_for_code(page: Page, address: str, *, agrees: bool, news: bool = False) -> None:
    """Ask for the code of an address; nothing is ticked before the reader ticks it."""
    boxes = page.locator("main input[type=checkbox]")
    expect(boxes).to_have_count(2)
    # In Chinese the phone is asked for first; these guests are known by an e-mail address.
    by_mail = page.locator("main a.switch[href*='by=email']")
    if by_mail.count():
        by_mail.click()
        expect(page.locator("main input[type=email]")).to_be_visible()
    assert [box.is_checked() for box in boxes.all()] == [False, False]
    if agrees:
        page.check("main input[name=profiling]")
    if news:
        page.check("main input[name=marketing]")
    page.fill("input[type=email]", address)
    page.locator("main form button").first.click()
    page.wait_for_url("**/sign-in/code/")


def keep_place(people: People, page: Page, address: str, name: str) -> None:
    """Sign in with the code of the mail, which leads back to the class, and keep a place."""
    page.fill("input[autocomplete=one-time-code]", people.code_for(address))
    page.locator("main form button").first.click()
    page.wait_for_url("**/classes/**")
    page.fill(".class-slip [name=name]", name)
    page.locator(".class-slip form.actions button").click()
    expect(page.locator(".class-slip form.actions")).to_have_count(0)


def join_link(mail: str) -> str:
    """The personal link in a mail about a place."""
    link = re.search(r"https?://\S+/join/\?place=\S+", mail)
    assert link
    return link[0]


def come_in(page: Page, link: str) -> None:
    """Open the page of a class that runs, by the personal link; the site knows it."""
    page.clock.install()
    with page.expect_response("**/presence") as joined:
        page.goto(link)
    assert joined.value.ok


def be_there(clinic: LaterClinic, *pages: Page, minutes: int) -> None:
    """Keep the class open that long: each half minute every page says so, and then they leave."""
    for _ in range(minutes * 2):
        clinic.move_on(timedelta(seconds=30))
        for page in pages:
            with page.expect_response("**/presence") as beat:
                page.clock.run_for(30_000)
            assert beat.value.ok
    for page in pages:
        page.goto("about:blank")
