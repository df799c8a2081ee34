"""Brings contacts of meeting reports into the form contact points are compared in."""

from functools import lru_cache

from people.contacts import BadContact, normalise_contact
from people.models import ContactKind

# Numbers without a country code are local ones; only these zones leave no doubt about a country.
REGION_OF_ZONE = {
    "Asia/Shanghai": "CN",
    "Asia/Urumqi": "CN",
    "Asia/Hong_Kong": "HK",
    "Asia/Taipei": "TW",
    "Asia/Singapore": "SG",
    "Europe/Berlin": "DE",
    "Europe/Vienna": "AT",
}


@lru_cache(maxsize=20_000)
def comparable_contact(text: str, time_zone: str) -> str:
    """Return the comparable form; what is no address or number stays as it is, lower-cased."""
    kind = ContactKind.EMAIL if "@" in text else ContactKind.PHONE
    try:
        return normalise_contact(kind=kind, value=text, region=REGION_OF_ZONE.get(time_zone))
    except BadContact:
        return text.strip().lower()
