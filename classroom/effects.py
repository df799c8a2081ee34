"""Effects the classroom handles; each calls one service."""

from classroom.services import presence
from outbox.models import Effect
from outbox.registry import handles


@handles(presence.SETTLE, outside=True, lease_s=600)
def settle_attendance(effect: Effect) -> None:
    """Compute a class in slices, each its own transaction; doing it twice changes nothing."""
    presence.settle_class(class_id=effect.payload["class"])
