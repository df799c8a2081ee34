"""Measures on past dates how well ranking foretells who reads about a topic in the next 14 days."""

import csv
from argparse import ArgumentParser
from collections import defaultdict
from datetime import UTC, datetime

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cms.models import Topic
from leads.backtest import HORIZON_S, METHODS, Outcome, outcomes
from outbox.services import record_audit
from tracking.arithmetic import DAY_S
from tracking.selectors.ranking import SignalTable, signal_table
from tracking.services.folding import fold_everything

WARM_UP_S = 56 * DAY_S


class Command(BaseCommand):
    """Prints CSV: a row a topic and cut-off, then the means over them."""

    help = "Compare ranking with points, last touch, heat and activity on past dates"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how far apart the cut-offs are, and how many readers a topic must have."""
        parser.add_argument("--every", type=int, default=28, help="days between cut-offs")
        parser.add_argument("--at-least", type=int, default=20, help="readers and non-readers")

    def handle(self, *, every: int, at_least: int, **options: object) -> None:
        """Order people at each cut-off by each method, and look who read next."""
        if every < 1 or at_least < 1:
            raise CommandError("--every and --at-least take 1 or more.")
        fold_everything()
        table = signal_table(until=timezone.now())
        cutoffs = _cutoffs(table, every=every)
        topics = dict(Topic.objects.filter(sensitive=False).values_list("pk", "slug"))
        bearing = sorted(set(table.bearing_topic.tolist()) & set(topics))
        found = list(outcomes(table, topics=bearing, cutoffs_s=cutoffs, at_least=at_least))
        record_audit(actor="command:backtest_interests", action="interests.backtested")
        if not found:
            raise CommandError(
                "There is not enough history: no topic has so many readers after any cut-off."
            )
        writer = csv.writer(self.stdout, lineterminator="\n")
        columns = [f"{kind}_{name}" for kind in ("auc", "ap") for name in METHODS]
        writer.writerow(["topic", "cutoff", "active_only", "people", "positives", *columns])
        for one in found:
            moment = datetime.fromtimestamp(one.cutoff_s, tz=UTC)
            writer.writerow([topics[one.topic], moment.date().isoformat(), *_figures([one])])
        for active_only in (False, True):
            some = [one for one in found if one.active_only is active_only]
            if some:
                writer.writerow(["mean", f"{len(some)} cut-offs", *_figures(some)])


def _figures(some: list[Outcome]) -> list[str]:
    sums: dict[str, list[float]] = defaultdict(list)
    for one in some:
        for name in METHODS:
            sums[f"auc_{name}"].append(one.auc[name])
            sums[f"ap_{name}"].append(one.precision[name])
    means = [f"{np.mean(sums[f'{kind}_{name}']):.4f}" for kind in ("auc", "ap") for name in METHODS]
    people = round(float(np.mean([one.people for one in some])))
    positives = round(float(np.mean([one.positives for one in some])))
    return [str(some[0].active_only).lower(), str(people), str(positives), *means]


def _cutoffs(table: SignalTable, *, every: int) -> list[float]:
    """Every so many days, after eight weeks of history and before the last two weeks."""
    if not len(table.at_s):
        return []
    first, last = float(table.at_s.min()) + WARM_UP_S, float(table.at_s.max()) - HORIZON_S
    return list(np.arange(first, last, every * DAY_S))
