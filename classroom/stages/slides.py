"""The stage of every room to begin with: slides alone."""

from django.utils.translation import gettext_lazy as _

from classroom.stages.base import Stage


class SlidesStage(Stage):
    """Slides, which stand on every stage, and nothing beside them."""

    kind = "slides"
    name = _("Slides alone")
    place = 0
    has_sound = False


STAGE = SlidesStage()
