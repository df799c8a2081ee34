"""What the packages above may want to know about classes and follows."""

from django.dispatch import Signal

# Sent inside the transaction that recorded attendance, with `live_class_id` and `person_ids`.
attendance_recorded = Signal()

# Sent when a class that is over was computed as a whole, with `live_class_id`: it is known who
# came, and so who did not.
class_settled = Signal()

# Sent inside the transaction in which a person began or ceased to follow a clinician, with
# `clinician_id`, the id of the page they pressed the button on, and `person_id`.
follow_changed = Signal()

# Sent inside the transaction that took a question, with `person_id`, `page_id` (or None) and `at`.
question_asked = Signal()

# Sent inside the transaction that forgot a question, with `person_id` and `page_id` (or None).
question_withdrawn = Signal()

# Sent inside the transaction in which a person answered the check of a module, or gave, changed or
# took back answers to a questionnaire under their own name, with `person_id` and `page_id`: the
# module's or the class's.
answers_changed = Signal()
