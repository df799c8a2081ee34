"""The blocks staff compose a questionnaire of; each question has its words in every language of the site."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

QUESTION_WORDS = 200
OPTION_WORDS = 120
OPTIONS_AT_MOST = 10
QUESTIONS_AT_MOST = 12
SCALE = (1, 2, 3, 4, 5)


def field_of(language: str) -> str:
    """The name of the field that holds the words of a language."""
    return f"words_{language.replace('-', '_')}"


def _word_fields(*, length: int) -> list[tuple[str, blocks.Block]]:
    return [
        (field_of(code), blocks.CharBlock(label=name, max_length=length, required=False))
        for code, name in settings.LANGUAGES
    ]


def words_of(value: Any) -> dict[str, str]:
    """Language to words, of a block's value; languages without words are left out."""
    said = {code: (value.get(field_of(code)) or "").strip() for code, _name in settings.LANGUAGES}
    return {code: words for code, words in said.items() if words}


class WordsBlock(blocks.StructBlock):
    """A few words in every language; one language is enough, others then show that one."""

    def __init__(self, length: int = OPTION_WORDS, **kwargs: Any) -> None:
        super().__init__(_word_fields(length=length), **kwargs)

    def clean(self, value: Any) -> Any:
        """Refuse what says nothing in any language."""
        cleaned = super().clean(value)
        if not words_of(cleaned):
            first = field_of(settings.LANGUAGES[0][0])
            raise blocks.StructBlockValidationError(
                block_errors={first: ValidationError(_("Write it in at least one language."))}
            )
        return cleaned


class _QuestionBlock(blocks.StructBlock):
    """What all kinds of questions have: the words."""

    question = WordsBlock(length=QUESTION_WORDS, label=gettext_lazy("Question"))


class _ChoiceBlock(_QuestionBlock):
    """A question with answers to choose from."""

    options = blocks.ListBlock(
        WordsBlock(), label=gettext_lazy("Answers"), min_num=2, max_num=OPTIONS_AT_MOST
    )


class ChooseOneBlock(_ChoiceBlock):
    """One answer of several."""

    class Meta:
        icon = "radio-full"
        label = gettext_lazy("Choose one")


class ChooseManyBlock(_ChoiceBlock):
    """Any number of answers."""

    class Meta:
        icon = "list-ul"
        label = gettext_lazy("Choose any number")


class ScaleBlock(_QuestionBlock):
    """A figure from 1 to 5, with words for both ends."""

    low = WordsBlock(label=gettext_lazy("What 1 stands for"))
    high = WordsBlock(label=gettext_lazy("What 5 stands for"))

    class Meta:
        icon = "order"
        label = gettext_lazy("Scale from 1 to 5")


class ShortTextBlock(_QuestionBlock):
    """An answer in one's own words."""

    class Meta:
        icon = "pilcrow"
        label = gettext_lazy("Own words")


class QuestionsBlock(blocks.StreamBlock):
    """The questions of a questionnaire, in order."""

    one = ChooseOneBlock()
    many = ChooseManyBlock()
    scale = ScaleBlock()
    text = ShortTextBlock()

    class Meta:
        max_num = QUESTIONS_AT_MOST
