"""Gives pages short addresses; one stays the same for a page and a campaign for good."""

import re

from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string

from cms.models import PiecePage, ShortLink
from cms.models.short_links import CAMPAIGN_LENGTH, CODE_LENGTH

# Without letters and figures that are taken for each other on paper.
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
ATTEMPTS = 5
NOT_IN_CAMPAIGNS = re.compile(r"[^A-Za-z0-9_.-]+")


def clean_campaign(campaign: str) -> str:
    """Return the name in letters, figures, `_`, `.` and `-`, as page statistics keep it."""
    return NOT_IN_CAMPAIGNS.sub("-", campaign).strip("-")[:CAMPAIGN_LENGTH]


def ensure_short_link(*, page: PiecePage, campaign: str = "") -> ShortLink:
    """Return the short link of a page for a campaign, made where it is missing.

    A second call returns the same link. `campaign` is cleaned first.
    """
    campaign = clean_campaign(campaign)
    for attempt in range(ATTEMPTS):
        known = ShortLink.objects.filter(page_id=page.pk, campaign=campaign).first()
        if known:
            return known
        try:
            with transaction.atomic():
                return ShortLink.objects.create(
                    page_id=page.pk,
                    campaign=campaign,
                    code=get_random_string(CODE_LENGTH, LETTERS),
                )
        except IntegrityError:
            # Somebody made it at the same moment, or the code is taken: look again.
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")
