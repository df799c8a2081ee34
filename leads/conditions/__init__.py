"""The kinds of condition and the rule of each."""

from leads.conditions.absence import AbsentRule
from leads.conditions.base import ConditionRule, Evidence, Moment, Problem, Scope
from leads.conditions.classes import AnswerRule, AttendedRule, ChannelRule, RegisteredRule
from leads.conditions.forms import FormRule
from leads.conditions.interests import DeclaredRule, HeatRule, RecencyRule, TagRule
from leads.conditions.lists import ExportedRule, ListRule
from leads.conditions.picked import PickedRule
from leads.conditions.reading import ReadRule
from leads.conditions.records import (
    AgeRule,
    BranchRule,
    ChildRule,
    ConsentRule,
    LanguageRule,
    SourceRule,
)
from leads.conditions.work import ContactedRule, LabelRule, OwnerRule, StageRule, UnownedRule
from leads.models import ConditionKind

RULES: dict[str, ConditionRule] = {
    ConditionKind.HEAT: HeatRule(),
    ConditionKind.TAG: TagRule(),
    ConditionKind.RECENCY: RecencyRule(),
    ConditionKind.READ: ReadRule(),
    ConditionKind.DECLARED: DeclaredRule(),
    ConditionKind.ATTENDED: AttendedRule(),
    ConditionKind.ABSENT: AbsentRule(),
    ConditionKind.REGISTERED: RegisteredRule(),
    ConditionKind.ANSWER: AnswerRule(),
    ConditionKind.FORM: FormRule(),
    ConditionKind.CHANNEL: ChannelRule(),
    ConditionKind.CONSENT: ConsentRule(),
    ConditionKind.SOURCE: SourceRule(),
    ConditionKind.LANGUAGE: LanguageRule(),
    ConditionKind.BRANCH: BranchRule(),
    ConditionKind.AGE: AgeRule(),
    ConditionKind.CHILD: ChildRule(),
    ConditionKind.LIST: ListRule(),
    ConditionKind.PICKED: PickedRule(),
    ConditionKind.EXPORTED: ExportedRule(),
    ConditionKind.STAGE: StageRule(),
    ConditionKind.OWNER: OwnerRule(),
    ConditionKind.UNOWNED: UnownedRule(),
    ConditionKind.LABEL: LabelRule(),
    ConditionKind.CONTACTED: ContactedRule(),
}

__all__ = ["RULES", "ConditionRule", "Evidence", "Moment", "Problem", "Scope"]
