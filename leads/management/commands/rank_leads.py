"""Prints the people of a topic as CSV, best first; audited, and without looking past its date."""

import csv
from argparse import ArgumentParser
from datetime import UTC, datetime, time

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from cms.models import Topic
from leads.selectors.ranking import RankedPerson, ranked_people
from outbox.safe_cells import csv_cell
from outbox.services import record_audit
from tracking.services.folding import fold_everything


class Command(BaseCommand):
    """Ranks everyone whose first signal is before the date, for one topic."""

    help = "Print who will read about a topic next: person,rank,heat,activity,co_interest"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the topic, the date and how many."""
        parser.add_argument("--topic", required=True, metavar="SLUG")
        parser.add_argument("--as-of", metavar="ISO", help="a date or a moment; default now")
        parser.add_argument("--limit", type=int, metavar="N", help="only the first N people")

    def handle(self, *, topic: str, as_of: str | None, limit: int | None, **options) -> None:
        """Rank, write the audit entry, then print."""
        at = _moment(as_of)
        if limit is not None and limit < 1:
            raise CommandError(f"--limit {limit} is not a number of people: give 1 or more.")
        found = Topic.objects.filter(slug=topic).first()
        if found is None:
            raise CommandError(f"There is no topic with the slug “{topic}”.")
        if found.resolved.sensitive:
            raise CommandError(f"The topic “{topic}” is sensitive: nobody is ranked by it.")
        fold_everything()
        rows = ranked_people(topic=found, at=at, limit=limit)
        record_audit(
            actor="command:rank_leads",
            action="leads.ranked",
            subject=f"topic:{found.slug}",
            detail={"as_of": at.isoformat(), "limit": limit, "people": len(rows)},
        )
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(RankedPerson._fields)
        for person, *figures in rows:
            writer.writerow([csv_cell(person), *(f"{figure:.9g}" for figure in figures)])


def _moment(text: str | None) -> datetime:
    """The moment of --as-of; a date is its first moment, and without an offset it is UTC."""
    if text is None:
        return timezone.now()
    try:
        moment = parse_datetime(text)
        if moment is None and (day := parse_date(text)):
            moment = datetime.combine(day, time())
        if moment is not None:
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise CommandError(
            f"“{text}” is not a date: write it like 2026-03-31 or 2026-03-31T12:00:00Z."
        )
    return moment
