"""What others may hear about the work with people; sent inside the transaction that changed the rows."""

from django.dispatch import Signal

# lead, before, after (values of Stage), by: User or None where no member of staff did it
lead_stage_changed = Signal()
# follow_up, by: User; its outcome stands
follow_up_done = Signal()
