"""Django's entry to the package."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        """Register checks, the handler of mail and the numbers operations watch."""
        from outbox import (  # importing registers
            checks,  # noqa: F401
            mail,  # noqa: F401
            selectors,
        )
        from outbox.gauges import register_gauge

        register_gauge(
            name="effects_pending",
            help="Effects still to be brought about.",
            read=lambda: selectors.pending_effects().count(),
        )
        register_gauge(
            name="effects_dead",
            help="Effects that used up their attempts.",
            read=lambda: selectors.dead_letters().count(),
        )
        register_gauge(
            name="effects_overdue_seconds",
            help="Age of the oldest effect that is due.",
            read=selectors.oldest_due_s,
        )
