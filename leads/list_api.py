"""The staff API that makes, tries, changes and deletes lead lists; what moves many needs its figure."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.http import HttpRequest
from ninja import Field, Schema, Status
from ninja.errors import HttpError

from leads.api import ListOut, list_out, router, staff_of
from leads.api_rules import Rules, rules_heard
from leads.builder_data import Told
from leads.list_rules import ListRules
from leads.models import LeadList
from leads.selectors.evaluation import moment_now
from leads.selectors.list_effects import effect_of
from leads.selectors.trial import trial_of
from leads.selectors.visibility import visible_to
from leads.services.access import (
    DELETE_LISTS,
    KEEP_LISTS,
    MAKE_LISTS,
    SEE_LISTS,
    SEE_PEOPLE,
    access_list,
    note_rules_tried,
)
from leads.services.list_keeping import MovesMany, change_list, delete_list, make_list
from leads.services.picking import PickRefused, pick_people
from people.api_auth import StaffBearer
from people.models import Person
from people.staff_scopes import Scope

# One address with several methods is one router's: these stand in that of the reading API.
WRITE = StaffBearer(Scope.LISTS_WRITE)
CONFIRM = "How many people may come and go; needed over 20, and at least as many as would."


class NewListIn(Schema):
    """A list to make; its slug is its address and stays."""

    slug: str = Field(..., min_length=1, max_length=120)
    name: str = Field(..., min_length=1, max_length=120)
    description: str = ""
    rules: Rules
    confirm: int | None = Field(None, description=CONFIRM)


class ListIn(Schema):
    """What to change; what is left out stays. `rules` take the place of those before."""

    name: str | None = Field(None, min_length=1, max_length=120)
    description: str | None = None
    rules: Rules | None = None
    confirm: int | None = Field(None, description=CONFIRM)


class TrialIn(Schema):
    """Rules to try, against a list that is there or by themselves."""

    list: str | None = None
    rules: Rules


class TrialOut(Schema):
    """Whom the rules would find: `matches` and `contactable` of those one may see, the rest of all.

    `confirm` is the figure that saving needs; null where it needs none.
    """

    matches: int
    contactable: int
    enters: int
    leaves: int
    confirm: int | None


class PicksIn(Schema):
    """Ids of people to put on a list by hand, and to take off."""

    put_on: list[str] = Field([], max_length=500)
    take_off: list[str] = Field([], max_length=500)
    confirm: int | None = Field(None, description=CONFIRM)


class PickedOut(Schema):
    """How many that changed; `unknown` ids are nobody's whom one may see."""

    put_on: int
    taken_off: int
    unknown: list[str]


@router.post(
    "/lead-list-trials", auth=WRITE, response=TrialOut, summary="Try rules without saving them"
)
def try_rules(request: HttpRequest, wanted: TrialIn) -> dict:
    """Count whom the rules would find, bring and take; nobody is named. Noted."""
    user = staff_of(request, SEE_LISTS, KEEP_LISTS)
    lead_list = access_list(user=user, slug=wanted.list) if wanted.list else None
    rules = _sound(rules_heard(wanted.rules, of=lead_list))
    now = moment_now()
    trial = trial_of(rules, now, seen=visible_to(user))
    effect = effect_of(rules, now, lead_list=lead_list)
    note_rules_tried(user=user, lead_list=lead_list, people=[])
    return {
        "matches": trial.matches,
        "contactable": trial.contactable,
        "enters": effect.enters,
        "leaves": effect.leaves,
        "confirm": effect.moved if effect.waits else None,
    }


@router.post("/lead-lists", auth=WRITE, response={201: ListOut}, summary="Make a lead list")
def add_list(request: HttpRequest, wanted: NewListIn) -> Status:
    """Make a list; 409 where many would come and the figure is missing, or the slug is taken."""
    user = staff_of(request, SEE_LISTS, MAKE_LISTS)
    try:
        validate_slug(wanted.slug)
    except ValidationError:
        raise HttpError(422, "A slug has letters, figures, - and _ alone.") from None
    if LeadList.objects.filter(slug=wanted.slug).exists():
        raise HttpError(409, "There is a list with this slug already.")
    rules = _sound(rules_heard(wanted.rules, of=None))
    try:
        made = make_list(
            slug=wanted.slug,
            name=wanted.name,
            description=wanted.description,
            rules=rules,
            by=user,
            confirm=wanted.confirm,
        )
    except MovesMany as refusal:
        raise _asks(refusal) from None
    return Status(201, list_out(made.slug))


@router.patch("/lead-lists/{slug}", auth=WRITE, response=ListOut, summary="Change a lead list")
def edit_list(request: HttpRequest, slug: str, wanted: ListIn) -> dict:
    """Change what is sent; 409 where many would come or go and the figure is missing."""
    user = staff_of(request, SEE_LISTS, KEEP_LISTS)
    lead_list = access_list(user=user, slug=slug)
    rules = _sound(rules_heard(wanted.rules, of=lead_list)) if wanted.rules else None
    try:
        change_list(
            lead_list=lead_list,
            name=wanted.name,
            description=wanted.description,
            rules=rules,
            by=user,
            confirm=wanted.confirm,
        )
    except MovesMany as refusal:
        raise _asks(refusal) from None
    return list_out(slug)


@router.delete("/lead-lists/{slug}", auth=WRITE, response={204: None}, summary="Delete a lead list")
def remove_list(request: HttpRequest, slug: str, confirm: int | None = None) -> Status:
    """Delete a list with its versions and its log; 409 while many are on it and the figure is missing."""
    user = staff_of(request, SEE_LISTS, DELETE_LISTS)
    try:
        delete_list(lead_list=access_list(user=user, slug=slug), by=user, confirm=confirm)
    except MovesMany as refusal:
        raise _asks(refusal) from None
    return Status(204, None)


@router.post(
    "/lead-lists/{slug}/people",
    auth=WRITE,
    response=PickedOut,
    summary="Put people on a lead list by hand, and take others off",
)
def pick(request: HttpRequest, slug: str, wanted: PicksIn) -> dict:
    """Put people on and take others off; 409 where these are many and the figure is missing."""
    user = staff_of(request, SEE_LISTS, SEE_PEOPLE, KEEP_LISTS)
    lead_list = access_list(user=user, slug=slug)
    asked = {*wanted.put_on, *wanted.take_off}
    seen = Person.objects.filter(visible_to(user), external_id__in=asked)
    known = {one.external_id: one for one in seen.select_related("merged_into")}
    try:
        effect = pick_people(
            lead_list=lead_list,
            put_on=[known[one] for one in wanted.put_on if one in known],
            take_off=[known[one] for one in wanted.take_off if one in known],
            by=user,
            confirm=wanted.confirm,
        )
    except MovesMany as refusal:
        raise _asks(refusal) from None
    except PickRefused as refusal:
        raise HttpError(422, str(refusal)) from None
    return {
        "put_on": effect.enters,
        "taken_off": effect.leaves,
        "unknown": sorted(asked - known.keys()),
    }


def _sound(told: Told) -> ListRules:
    """The rules; 422 with the place of each fault where there is one."""
    if told.problems:
        error = HttpError(422, "These rules cannot be kept up.")
        error.members = {  # type: ignore[attr-defined]
            "errors": [
                {
                    "at": f"rules/groups/{note.group}/conditions/{note.condition}/{note.field}"
                    if note.group >= 0
                    else "rules",
                    "problem": str(note.message),
                }
                for note in told.problems
            ]
        }
        raise error
    return told.rules


def _asks(refusal: MovesMany) -> HttpError:
    """409 with the figures; sending `confirm` does it."""
    effect = refusal.effect
    error = HttpError(
        409, "Nothing was changed. This moves many people: send their number to do it."
    )
    error.members = {  # type: ignore[attr-defined]
        "enters": effect.enters,
        "leaves": effect.leaves,
        "confirm": effect.moved,
    }
    return error
