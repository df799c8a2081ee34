"""Writes the audit log; nothing in Wellread changes or deletes an entry."""

from outbox.models import AuditEntry


def record_audit(
    *, actor: str, action: str, subject: str = "", detail: dict | None = None
) -> AuditEntry:
    """Append who did what to what, in the caller's transaction.

    `actor` is `user:<pk>`, `person:<external id>`, `command:<name>` or `system`; `subject` is an
    opaque reference too. `detail` must hold no contact point, name or token.
    """
    return AuditEntry.objects.create(
        actor=actor, action=action, subject=subject, detail=detail or {}
    )
