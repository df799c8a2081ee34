"""What reads: querysets and plain values."""

from leads.selectors.members import contactable_members_of, freshness_of, members_of

__all__ = ["contactable_members_of", "freshness_of", "members_of"]
