"""Brings e-mail addresses and phone numbers into the one form they are compared in."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from people.models import ContactKind


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
