"""Brings e-mail addresses and phone numbers into the one form they are compared in."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from people.models import ContactKind

#: Kinds of number at which nobody reads a text, or which charge who sends one.
TAKES_NO_TEXT = {
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.TOLL_FREE,
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.PAGER,
    phonenumbers.PhoneNumberType.UAN,
    phonenumbers.PhoneNumberType.VOICEMAIL,
}


class BadContact(ValueError):
    """Not an address or number anybody could be reached at."""


def normalise_contact(*, kind: str, value: str, region: str | None = None) -> str:
    """Return the comparable form; raises BadContact.

    An e-mail address is lower-cased as a whole, since people type it either way; a phone number
    becomes E.164, read in `region` (such as `CN`) where it carries no country code.
    """
    value = value.strip()
    if kind == ContactKind.EMAIL:
        try:
            found = validate_email(value, check_deliverability=False)
        except EmailNotValidError:
            raise BadContact from None
        return found.normalized.lower()
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        raise BadContact from None
    if not phonenumbers.is_valid_number(number):
        raise BadContact
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def takes_texts(number: str) -> bool:
    """Tell whether a text to this number (E.164) could be read, as far as its digits say."""
    return phonenumbers.number_type(phonenumbers.parse(number)) not in TAKES_NO_TEXT


def example_of_mobile(region: str | None) -> str:
    """A mobile number of nobody, written as people of the region write it."""
    example = phonenumbers.example_number_for_type(
        region or "CH", phonenumbers.PhoneNumberType.MOBILE
    )
    shape = phonenumbers.PhoneNumberFormat
    if example is None:
        return "+41 78 123 45 67"
    return phonenumbers.format_number(example, shape.NATIONAL if region else shape.INTERNATIONAL)


def readable_contact(*, kind: str, value: str) -> str:
    """The comparable form as people read it: a number in groups, an address as it is."""
    if kind != ContactKind.PHONE:
        return value
    number = phonenumbers.parse(value)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
