"""Makes new versions of the rules of interest, and recomputes everybody under the one in force."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.services import enqueue_effect, record_audit
from people.models import User
from tracking.arithmetic import OLDEST_HALF_LIVES, TOLERANCE, heat_of, mass_for_heat
from tracking.locks import hold_folding_lock
from tracking.models import Interest, RuleVersion
from tracking.pace import Pace
from tracking.rule_figures import changed_between, fields_of, figures_of
from tracking.selectors.rules import current_rule_version, rule_of
from tracking.services.recompute import announce, profiles_after, put_signals_right
from tracking.services.rescore import rescore_profiles

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
        fields, now = fields_of(figures), timezone.now()
        version = RuleVersion.objects.create(
            number=held.number + 1,
            epoch=_epoch_under(held, half_life_days=fields["half_life_days"], now=now),
            created_at=now,
            note=reason,
            made_by=by,
            **fields,
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


def _epoch_under(held: RuleVersion, *, half_life_days: float, now: datetime) -> datetime:
    """The EPOCH under which stored masses mean the same heat now by another half-life.

    Heat is mass * 2^(-(now - EPOCH)/h), so it is enough that EPOCH stays as many half-lives away:
    no interest is written, and nobody reads some rescaled and some not. Only where masses come
    half-way to what a double holds (nine years of a half-life of 7 days) it is today.
    """
    half_lives = (now - held.epoch) / timedelta(days=held.half_life_days)
    if half_lives < OLDEST_HALF_LIVES / 2:
        return now - timedelta(days=half_life_days) * half_lives
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _carry_heat(held: RuleVersion, version: RuleVersion) -> None:
    """Rescale stored masses where EPOCH alone could not keep heat what it is: all in one statement."""
    now_s = version.created_at.timestamp()
    before = heat_of(mass=1.0, at_s=now_s, rule=rule_of(held))
    factor = mass_for_heat(heat=before, at_s=now_s, rule=rule_of(version))
    if abs(factor - 1.0) > TOLERANCE:
        Interest.objects.update(mass=F("mass") * factor)


def recompute_under(*, number: int) -> None:
    """Recompute every profile under a version, a chunk in a transaction, and note how far it is.

    A version that is no longer in force is left as it is: its successor recomputes everybody. A
    second call goes on where the first one ended.
    """
    same_signals = _signals_stay(number)
    pace = Pace()
    while chunk := _profiles_left(number, at_most=pace.size):
        if not same_signals:
            put_signals_right(profile_ids=chunk)
        with pace.timed(), transaction.atomic():
            hold_folding_lock()
            if not _in_force(number):
                return
            rescore_profiles(profile_ids=chunk)
            announce(profile_ids=chunk)
            RuleVersion.objects.filter(number=number).update(recomputed_upto=chunk[-1])
    if _in_force(number):
        RuleVersion.objects.filter(number=number, recomputed_at=None).update(
            recomputed_at=timezone.now()
        )


def _signals_stay(number: int) -> bool:
    """Whether what makes signals is as at the last complete recomputation, and was ever since."""
    now = None
    for version in RuleVersion.objects.filter(number__lte=number).order_by("-number").iterator():
        makes = (version.strengths, version.depth_share)
        if now is not None and makes != now:
            return False
        if version.recomputed_at is not None:
            return True
        now = makes
    return False


def _profiles_left(number: int, *, at_most: int) -> list[int]:
    version = RuleVersion.objects.filter(number=number, recomputed_at=None).first()
    if version is None or not _in_force(number):
        return []
    return profiles_after(version.recomputed_upto, at_most=at_most)


def _in_force(number: int) -> bool:
    return not RuleVersion.objects.filter(number__gt=number).exists()
