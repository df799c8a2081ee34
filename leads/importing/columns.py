"""Recognises what the columns of a table of people mean, in English and Chinese headings."""

import re
from collections.abc import Sequence
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classroom.reports.columns import plain_heading


class Field(StrEnum):
    """What a column may say about somebody."""

    NAME = "name"
    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    PHONE = "phone"
    EMAIL = "email"
    KEY = "key"
    LANGUAGE = "language"
    BRANCH = "branch"
    BIRTH_YEAR = "birth_year"
    SOURCE = "source"


LABELS: dict[Field, str | Promise] = {
    Field.NAME: _("Name"),
    Field.LAST_NAME: _("Last name"),
    Field.FIRST_NAME: _("First name"),
    Field.PHONE: _("Phone"),
    Field.EMAIL: _("E-mail"),
    Field.KEY: _("Your own number"),
    Field.LANGUAGE: _("Language"),
    Field.BRANCH: _("Branch"),
    Field.BIRTH_YEAR: _("Year or day of birth"),
    Field.SOURCE: _("Where they came from"),
}
# The first pattern that fits decides. Headings come lower-cased, with single spaces.
MEANINGS: tuple[tuple[Field, re.Pattern[str]], ...] = tuple(
    (field, re.compile(pattern))
    for field, pattern in (
        (Field.EMAIL, r"e-?mail|邮箱|邮件|電郵|電子郵件"),
        (Field.PHONE, r"phone|mobile|^tel\b|telephone|手机|电话|手機|電話|联系方式"),
        (
            Field.KEY,
            r"^(id|key|number|no\.?|patient (id|no\.?|number)|chart)$|病历号|编号|卡号|档案号",
        ),
        (Field.BIRTH_YEAR, r"birth|^born|^dob$|^year of birth|出生|生日"),
        (Field.LAST_NAME, r"^(last name|surname|family name)$|^姓氏?$"),
        (Field.FIRST_NAME, r"^(first name|given name)$|^名字?$"),
        (Field.NAME, r"^(full |patient |customer )?name$|姓名|^名称$|客户|患者|顾客"),
        (Field.LANGUAGE, r"language|^lang$|语言|語言"),
        (Field.BRANCH, r"branch|clinic|store|location|门店|分店|院区|诊所"),
        (Field.SOURCE, r"source|channel|referr|来源|渠道"),
    )
)


def places_of(cells: Sequence[str]) -> dict[str, int]:
    """Field to the place of its column, for the headings that are recognised."""
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        plain = plain_heading(cell)
        found = next((field for field, one in MEANINGS if plain and one.search(plain)), None)
        if found is not None:
            places.setdefault(found.value, place)
    return places


def identifies(places: dict[str, int]) -> bool:
    """Whether these columns say who somebody is: a contact, or a number of the clinic's own."""
    return bool({Field.PHONE, Field.EMAIL, Field.KEY} & {Field(name) for name in places})
