"""Who was put on a list by hand."""

from django.db import models
from django.utils import timezone

from leads.models.lists import LeadList
from people.models import Person


class PickedPerson(models.Model):
    """Append-only: somebody was put on a list by hand, and where `taken_off_at` stands taken off again.

    It makes a member only of a list that asks for it, and only under profiling consent.
    """

    lead_list = models.ForeignKey(LeadList, on_delete=models.CASCADE, related_name="picks")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="picks")
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=120)
    taken_off_at = models.DateTimeField(null=True, blank=True)
    taken_off_by = models.CharField(max_length=120, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["lead_list", "person"],
                condition=models.Q(taken_off_at__isnull=True),
                name="picked_once_a_list",
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} put on list {self.lead_list_id}"
