"""What the packages above call: ask for an effect, run, replay and sweep effects, write the audit log."""

from outbox.services.audit import record_audit
from outbox.services.enqueueing import enqueue_effect, enqueue_effects, enqueue_mail
from outbox.services.running import replay_effect, run_due_effects, run_effect
from outbox.services.sweeping import clear_done_effects, sweep_effects

__all__ = [
    "clear_done_effects",
    "enqueue_effect",
    "enqueue_effects",
    "enqueue_mail",
    "record_audit",
    "replay_effect",
    "run_due_effects",
    "run_effect",
    "sweep_effects",
]
