"""What the packages above may want to know about classes."""

from django.dispatch import Signal

# Sent inside the transaction that recorded attendance, with `live_class_id` and `person_ids`.
attendance_recorded = Signal()
