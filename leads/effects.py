"""The effects leads brings about through the outbox."""

from leads.services import exports
from outbox.models import Effect
from outbox.registry import handles


@handles("export.build", outside=True, lease_s=3600)
def build_export(effect: Effect) -> None:
    """Build the file of an export; an effect of an older generation is no longer wanted."""
    exports.build_export(
        public_id=effect.payload["export"], generation=effect.payload["generation"]
    )
