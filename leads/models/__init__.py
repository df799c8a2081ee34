"""Lead lists, who is on them and why, and what left the clinic as a file."""

from leads.models.exports import Export, ExportFormat, ExportPerson, ExportState
from leads.models.lists import (
    Condition,
    ConditionKind,
    LeadList,
    Match,
    Membership,
    MembershipLog,
    TouchedPerson,
)

__all__ = [
    "Condition",
    "ConditionKind",
    "Export",
    "ExportFormat",
    "ExportPerson",
    "ExportState",
    "LeadList",
    "Match",
    "Membership",
    "MembershipLog",
    "TouchedPerson",
]
