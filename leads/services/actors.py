"""How the audit log and append-only logs name who did something; names nobody else."""

from people.models import User

SYSTEM = "system"


def actor_of(user: User) -> str:
    """The user as the logs name them."""
    return f"user:{user.pk}"
