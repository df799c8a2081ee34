"""What the packages above may hear about people; nobody is imported from there.

All are sent inside the transaction that changes the rows, so a receiver's database work stands or
falls with it. Anything slower belongs into an effect.
"""

from django.dispatch import Signal

# person or visitor (the other None), purposes: list[str]
consent_given = Signal()
# person or visitor (the other None), purposes: list[str]; it held before, and holds anew from here
consent_renewed = Signal()
# person or visitor (the other None), purposes: list[str]; a person's joined visitors follow singly
consent_withdrawn = Signal()
# person: nothing about their interests is kept or used from here; sent before the pause stands
profiling_paused = Signal()
# person: it goes on from here; sent after the pause has ended
profiling_resumed = Signal()
# visitor, person: their history becomes the person's
visitor_joined = Signal()
# visitor, person: the link is undone
visitor_parted = Signal()
# person (None for a lone visitor), visitors: list[Visitor]; sent before the rows are deleted
person_erasing = Signal()
# person, into: from now on the second record stands for the first, and reads follow
people_merged = Signal()
# person, into: the redirect is gone, and both stand for themselves again
people_parted = Signal()
