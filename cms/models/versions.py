"""The version of everything the site shows, as a few rows of random words."""

from django.db import models


class ContentVersion(models.Model):
    """One part of the version; all parts together, in order, are the version.

    Whoever changes what is shown gives a part that nobody else holds a new random token, so that
    two who publish at once do not wait for each other (docs/decisions/0010).
    """

    token = models.CharField(max_length=16)

    def __str__(self) -> str:
        return self.token
