"""Django signals that tracking sends up."""

from django.dispatch import Signal

# Sent inside the transaction that changed profile rows; `person_ids` is a list of Person keys.
profiles_changed = Signal()
