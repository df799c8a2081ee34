"""Which topics go together, as learned from everybody's heat."""

from django.db import models

from cms.models import Topic


class CoInterest(models.Model):
    """Two topics that at least five persons are both warm for; `topic` has the lower id.

    `cosine` (0 to 1) is that of their columns of heat over people, `people` how many have both,
    `learned_on` the UTC day they were last looked at.
    """

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    cosine = models.FloatField()
    people = models.PositiveIntegerField()
    learned_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "other"], name="co_interest_once_a_pair"),
            models.CheckConstraint(
                condition=models.Q(topic__lt=models.F("other")), name="co_interest_lower_first"
            ),
            models.CheckConstraint(
                condition=models.Q(people__gte=5), name="co_interest_of_five_people"
            ),
        ]

    def __str__(self) -> str:
        return f"topics {self.topic_id} and {self.other_id}"
