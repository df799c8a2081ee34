"""Questions to the reader: a check or quiz with explanations, and a poll."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class CheckQuestionBlock(blocks.StructBlock):
    """A question at the end of a module; each answer is explained."""

    question = blocks.CharBlock(label=_("Question"))
    answers = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("text", blocks.CharBlock(label=_("Answer"))),
                ("correct", blocks.BooleanBlock(label=_("Correct"), required=False)),
                ("explanation", blocks.CharBlock(label=_("Why"), required=False)),
            ]
        ),
        label=_("Answers"),
    )

    class Meta:
        icon = "tick"
        label = _("Check question")
        template = "cms/blocks/check_question.html"


class PollBlock(blocks.StructBlock):
    """A question without a right answer; votes are counted and belong to nobody."""

    question = blocks.CharBlock(label=_("Question"))
    options = blocks.ListBlock(
        blocks.CharBlock(label=_("Answer"), max_length=120),
        label=_("Answers"),
        min_num=2,
        max_num=8,
        help_text=_("Votes stay with an answer when you move it, and go when you delete it."),
    )

    class Meta:
        icon = "list-ul"
        label = _("Poll")
        template = "cms/blocks/poll.html"

    def get_api_representation(self, value: Any, context: dict | None = None) -> dict:
        return {
            "question": value["question"],
            "options": [
                {"id": option.id, "text": option.value} for option in value["options"].bound_blocks
            ],
        }
