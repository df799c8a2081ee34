"""Two records that staff told apart, so that nobody is asked about them again."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from people.models import Person


class NotTheSame(models.Model):
    """Two people who are not one human, as staff said; `one` has the lower key of the two."""

    one = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "not the same"
        default_permissions = ()
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="told_apart_once"),
            models.CheckConstraint(
                condition=models.Q(one__lt=models.F("other")), name="told_apart_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.one_id} is not {self.other_id}"
