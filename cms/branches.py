"""What the pages of the clinic's branches show, in a fixed number of queries; reads only."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from cms.models import ClinicianPage
from cms.presentation import dressed
from cms.structured_data import in_language
from people.models import Branch

#: Packages above add what only they know: the classes of those who work there.
more_branch_context: list[Callable[[Branch, int | None], dict]] = []


CONTACT = re.compile(
    r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?P<phone>\+?\d[\d ()-]{5,}\d)", re.ASCII
)


@dataclass(frozen=True)
class ContactPart:
    """A stretch of words; `href` is where a contact leads, empty for plain words."""

    text: str
    href: str = ""


def contact_parts(words: str) -> list[ContactPart]:
    """The words in parts, e-mail addresses and telephone numbers apart; together the words again.

    Unlike Django's `urlize` it sees where an address ends in Chinese, which has no spaces.
    """
    parts, end = [], 0
    for match in CONTACT.finditer(words):
        if match.start() > end:
            parts.append(ContactPart(words[end : match.start()]))
        found = match[0]
        href = f"mailto:{found}" if match["mail"] else "tel:" + re.sub(r"[ ()-]", "", found)
        parts.append(ContactPart(found, href))
        end = match.end()
    return [*parts, ContactPart(words[end:])] if end < len(words) else parts


def branches_in_order() -> list[Branch]:
    """All branches, the first one first."""
    return list(Branch.objects.order_by("pk"))


def map_address(branch: Branch) -> str:
    """A link to the branch on a map: the clinic's own, else a search on OpenStreetMap."""
    if branch.map_url or not branch.address:
        return branch.map_url
    query = urlencode({"query": in_language(branch, "address")})
    return f"https://www.openstreetmap.org/search?{query}"


def facts_of(branch: Branch) -> dict:
    """What the slip of a branch shows beside its own fields."""
    return {
        "branch": branch,
        "map_address": map_address(branch),
        "complaint": contact_parts(in_language(branch, "complaint_contact")),
    }


def branch_context(branch: Branch, *, locale_id: int | None) -> dict:
    """A branch with its map, the clinicians of a language who work there, and what packages add."""
    clinicians = ClinicianPage.objects.live().filter(locale_id=locale_id, branches=branch)
    context = {
        **facts_of(branch),
        "clinicians": dressed(clinicians.select_related("portrait").order_by("path")),
    }
    for add in more_branch_context:
        context |= add(branch, locale_id)
    return context
