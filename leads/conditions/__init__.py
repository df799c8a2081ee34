"""The kinds of condition and the rule of each."""

from leads.conditions.absence import AbsentRule
from leads.conditions.base import ConditionRule, Evidence, Moment, Problem, Scope
from leads.conditions.interests import HeatRule, RecencyRule, TagRule
from leads.conditions.records import AttendedRule, ConsentRule, SourceRule
from leads.models import ConditionKind

RULES: dict[str, ConditionRule] = {
    ConditionKind.HEAT: HeatRule(),
    ConditionKind.TAG: TagRule(),
    ConditionKind.RECENCY: RecencyRule(),
    ConditionKind.CONSENT: ConsentRule(),
    ConditionKind.ATTENDED: AttendedRule(),
    ConditionKind.ABSENT: AbsentRule(),
    ConditionKind.SOURCE: SourceRule(),
}

__all__ = ["RULES", "ConditionRule", "Evidence", "Moment", "Problem", "Scope"]
