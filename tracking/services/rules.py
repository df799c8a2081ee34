"""Makes new versions of the rules of interest, and recomputes everybody under the one in force."""

from collections.abc import Iterator, Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.services import enqueue_effect, record_audit
from people.models import User
from tracking.arithmetic import heat_of, mass_for_heat
from tracking.locks import hold_folding_lock
from tracking.models import Interest, Profile, RuleVersion
from tracking.rule_figures import changed_between, fields_of, figures_of
from tracking.selectors.rules import current_rule_version, rule_of
from tracking.services.pairs import refresh_pairs
from tracking.services.recompute import PROFILES_A_CHUNK, announce, recompute_profiles

RECOMPUTE = "rules.recompute"


class RuleRefused(Exception):
    """The rules were not changed; the text says why."""


class RuleMoved(RuleRefused):
    """Somebody made another version meanwhile."""


def change_rules(*, base: int, figures: Mapping[str, float], reason: str, by: User) -> RuleVersion:
    """Make the next version with these figures and ask for the recomputation, in one transaction.

    `base` is the number of the version that the figures were compared with; where another one is
    in force by now, RuleMoved. Figures that change nothing are RuleRefused. Until a profile is
    recomputed its interests keep the heat they have now.
    """
    with transaction.atomic():
        hold_folding_lock()
        held = current_rule_version()
        if held.number != base:
            raise RuleMoved(
                _("Meanwhile version %(number)d was made. Nothing was changed.")
                % {"number": held.number}
            )
        changed = changed_between(figures_of(held), figures)
        if not changed:
            raise RuleRefused(_("These are the figures in force. Nothing was changed."))
        version = RuleVersion.objects.create(
            number=held.number + 1,
            epoch=held.epoch,
            note=reason,
            made_by=by,
            **fields_of(figures),
        )
        _carry_heat(held, version)
        record_audit(
            actor=f"user:{by.pk}",
            action="rules.changed",
            subject=f"rules:{version.number}",
            detail={"figures": {name: figures[name] for name in changed}},
        )
        enqueue_effect(
            kind=RECOMPUTE,
            payload={"version": version.number},
            key=f"{RECOMPUTE}:{version.number}",
        )
    return version


def _carry_heat(held: RuleVersion, version: RuleVersion) -> None:
    """Put stored masses on the new half-life's scale, so that heat is now what it was."""
    before, after = rule_of(held), rule_of(version)
    if (before.half_life_s, before.epoch_s) == (after.half_life_s, after.epoch_s):
        return
    now_s = version.created_at.timestamp()
    factor = mass_for_heat(heat=heat_of(mass=1.0, at_s=now_s, rule=before), at_s=now_s, rule=after)
    Interest.objects.update(mass=F("mass") * factor)


def recompute_under(*, number: int) -> None:
    """Recompute every profile under a version, a few in a transaction, and note how far it is.

    A version that is no longer in force is left as it is: its successor recomputes everybody. A
    second call goes on where the first one ended.
    """
    for chunk in _profiles_left(number):
        recompute_profiles(profile_ids=chunk)
        with transaction.atomic():
            hold_folding_lock()
            if not _in_force(number):
                return
            refresh_pairs(touched=dict.fromkeys(chunk))
            announce(profile_ids=chunk)
            RuleVersion.objects.filter(number=number).update(recomputed_upto=chunk[-1])
    if _in_force(number):
        RuleVersion.objects.filter(number=number, recomputed_at=None).update(
            recomputed_at=timezone.now()
        )


def _profiles_left(number: int) -> Iterator[list[int]]:
    while True:
        version = RuleVersion.objects.filter(number=number, recomputed_at=None).first()
        if version is None or not _in_force(number):
            return
        rows = Profile.objects.filter(pk__gt=version.recomputed_upto).order_by("pk")
        chunk = list(rows.values_list("pk", flat=True)[:PROFILES_A_CHUNK])
        if not chunk:
            return
        yield chunk


def _in_force(number: int) -> bool:
    return not RuleVersion.objects.filter(number__gt=number).exists()
