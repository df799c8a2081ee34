"""The effects tracking brings about through the outbox."""

from outbox.models import Effect
from outbox.registry import handles
from tracking.services import rules


@handles(rules.RECOMPUTE, outside=True, lease_s=3600)
def recompute_under_rule(effect: Effect) -> None:
    """Recompute everybody under a version of the rules; it goes on where an earlier attempt ended."""
    rules.recompute_under(number=effect.payload["version"])
