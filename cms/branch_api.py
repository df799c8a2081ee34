"""The API of the clinic's branches: what anybody may know of each place."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import override
from ninja import Router, Schema

from cms.branches import branches_in_order, map_address
from cms.structured_data import in_language, site_address
from people.models import Branch
from people.notices import known_language

router = Router()
FRESH_S = 300


class BranchOut(Schema):
    """One place of the clinic, in one language; what is not known is empty."""

    slug: str
    name: str
    address: str
    telephone: str
    hours: str
    practice_licence: str
    register_url: str
    filing_number: str
    complaint_contact: str
    map_url: str
    url: str


class BranchesOut(Schema):
    """All places; `language` is the one they are told in."""

    language: str
    branches: list[BranchOut]


@router.get("/branches", response=BranchesOut, summary="The places of the clinic")
def list_branches(request: HttpRequest, response: HttpResponse, language: str = "en") -> dict:
    """Every branch in `language` (en, zh-hans); may be kept for five minutes by anybody."""
    response["Cache-Control"] = f"public, max-age={FRESH_S}"
    code = known_language(language)
    with override(code):
        return {"language": code, "branches": [_shown(branch) for branch in branches_in_order()]}


def _shown(branch: Branch) -> dict:
    return {
        "slug": branch.slug,
        "name": in_language(branch, "name"),
        "address": in_language(branch, "address"),
        "telephone": branch.telephone,
        "hours": in_language(branch, "hours"),
        "practice_licence": branch.practice_licence,
        "register_url": branch.register_url,
        "filing_number": branch.filing_number,
        "complaint_contact": in_language(branch, "complaint_contact"),
        "map_url": map_address(branch),
        "url": site_address(reverse("branch", args=[branch.slug])),
    }
