"""The blocks that pieces are made of; how they look is in templates/cms/blocks/."""

from cms.blocks.body import BodyBlock
from cms.blocks.comics import PanelBlock, PanelsBlock
from cms.blocks.questions import CheckQuestionBlock
from cms.blocks.references import CorrectionBlock, ReferenceBlock

__all__ = [
    "BodyBlock",
    "CheckQuestionBlock",
    "CorrectionBlock",
    "PanelBlock",
    "PanelsBlock",
    "ReferenceBlock",
]
