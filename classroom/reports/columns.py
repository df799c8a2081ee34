"""Recognises what the columns of a report mean, in English, German and Chinese headings."""

import re
from collections.abc import Sequence
from enum import StrEnum


class Column(StrEnum):
    """What a column holds; `first_join` and `last_leave` may have absences between them."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    UPN = "upn"
    PHONE = "phone"
    JOIN = "join"
    LEAVE = "leave"
    FIRST_JOIN = "first_join"
    LAST_LEAVE = "last_leave"
    DURATION = "duration"
    ACTION = "action"
    AT = "at"
    START = "start"
    END = "end"
    WAITING = "waiting"


# The first pattern that fits decides. Headings come lower-cased, without quotes.
MEANINGS: tuple[tuple[Column, re.Pattern[str]], ...] = tuple(
    (column, re.compile(pattern))
    for column, pattern in (
        (Column.UPN, r"\bupn\b"),
        (Column.WAITING, r"waiting room|warteraum|等候室|等候区"),
        (Column.ACTION, r"^(user )?action$|^benutzeraktion$|^aktion$|用户操作|使用者動作|^操作$"),
        (Column.AT, r"^time ?stamp$|^zeitstempel$|时间戳|時間戳記"),
        (Column.EMAIL, r"e-?mail|邮箱|邮件|電子郵件"),
        (Column.PHONE, r"^(mobile|phone|telefon|handy)|手机|电话|手機"),
        (
            Column.DURATION,
            r"\bduration\b|dauer\b|^attended minutes|^time in (meeting|session)|时长|持续时间|"
            r"持續時間|時長|参会时间$",
        ),
        (Column.LAST_NAME, r"^(last name|surname|family name|nachname|familienname|姓氏|姓)$"),
        (Column.FIRST_NAME, r"^(first name|given name|vorname|名字|名)$"),
        (
            Column.LAST_LEAVE,
            r"^last (leave|left|seen)|^(zuletzt verlassen|letztes verlassen|letzter austritt)|"
            r"(上次|最后|最近).*(离开|退出)",
        ),
        (
            Column.FIRST_JOIN,
            r"^first (join|seen)|^(erste[rs]? (beitritt|teilnahme)|zuerst beigetreten)|"
            r"(首次|最初|第一次).*(加入|进入)",
        ),
        (
            Column.LEAVE,
            r"\b(leave|left|exit|exited)\b|verlassen|austritt|离开|退出|退会|離開|离会",
        ),
        (
            Column.JOIN,
            r"\b(join|joined|entered)\b|beitritt|beigetreten|teilnahme|加入|进入|入会|進入",
        ),
        (
            Column.NAME,
            r"^(full |user |display |participant )?name\b|^participants?$|^attendee|"
            r"^(vollständiger name|teilnehmer|nutzername|benutzername|anzeigename)|"
            r"^(姓名|名称|全名|名稱|用户名|用户昵称|昵称|参会者|参与者|参会成员|学员|成员)",
        ),
        (Column.START, r"^(meeting )?start( time)?$|^(startzeit|beginn)|^(开始时间|開始時間)"),
        (Column.END, r"^(meeting )?end( time)?$|^(endzeit|ende)\b|^(结束时间|結束時間)"),
    )
)
ORIGINAL_NAME = re.compile(
    r"\(\s*(original ?name|originalname|ursprünglicher name)\s*\)|[(（]\s*原始?(名称|姓名|名)?\s*[)）]"
)
CLOCK_TIME = re.compile(r"\d[:：]\d\d")
WHO = {Column.NAME, Column.FIRST_NAME, Column.EMAIL}
WHEN = {Column.JOIN, Column.FIRST_JOIN, Column.DURATION, Column.AT}
# Names under which a person may give the columns of a table of their own.
NAMEABLE = (
    Column.NAME,
    Column.FIRST_NAME,
    Column.LAST_NAME,
    Column.EMAIL,
    Column.PHONE,
    Column.JOIN,
    Column.LEAVE,
    Column.DURATION,
)


def plain_heading(text: str) -> str:
    """A heading as it is compared: lower case, single spaces, no quotes."""
    return re.sub(r"\s+", " ", text.strip().strip("\"'\ufeff").casefold())


def meaning_of(heading: str) -> Column | None:
    """What one heading means, None for one that does not matter here."""
    plain = plain_heading(heading)
    if not plain or len(plain) > 60:
        return None
    return next((column for column, pattern in MEANINGS if pattern.search(plain)), None)


def columns_of(cells: Sequence[str]) -> dict[Column, int] | None:
    """Return where each column stands if these cells are the heading of a list of people."""
    if any(CLOCK_TIME.search(cell) for cell in cells):
        return None
    places: dict[Column, int] = {}
    for place, cell in enumerate(cells):
        column = meaning_of(cell)
        if column is not None:
            places.setdefault(column, place)
    if not WHO & places.keys() or not WHEN & places.keys() or len(places) < 2:
        return None
    if Column.START in places and Column.JOIN not in places:
        return None  # what Zoom says of the meeting itself, above the list
    return places


def has_original_names(cells: Sequence[str]) -> bool:
    """Whether the name column shows renamed people as `Name (Original Name)`."""
    return any(ORIGINAL_NAME.search(plain_heading(cell)) for cell in cells)
