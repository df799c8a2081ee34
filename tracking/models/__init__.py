"""Raw events, what is folded from them, the rules of interest, and anonymous page statistics."""

from tracking.models.co_interest import CoInterest
from tracking.models.events import Event, EventKind, ImportBatch, ImportedEvent, TouchedView
from tracking.models.interests import (
    Declaration,
    Interest,
    InterestTag,
    RuleVersion,
    Signal,
    SignalKind,
    StatedInterest,
    Veto,
    VetoReason,
)
from tracking.models.readings import PageYardstick, Profile, Reading
from tracking.models.statistics import EventLedger, IngestCounter, PageCounter, StatisticSpool

__all__ = [
    "CoInterest",
    "Declaration",
    "Event",
    "EventKind",
    "EventLedger",
    "ImportBatch",
    "ImportedEvent",
    "IngestCounter",
    "Interest",
    "InterestTag",
    "PageCounter",
    "PageYardstick",
    "Profile",
    "Reading",
    "RuleVersion",
    "Signal",
    "SignalKind",
    "StatedInterest",
    "StatisticSpool",
    "TouchedView",
    "Veto",
    "VetoReason",
]
