"""Brings pieces that named their reviewer before reviews were kept under the rule; it publishes nothing."""

from django.apps import apps
from django.db import connection
from django.utils import timezone

from cms.models import PiecePage, Review, Verdict
from cms.services.reviewing import noon_of, record_review

NOTE = "Taken from the page, which named its reviewer before each review was kept."


def adopt_shown_reviews() -> int:
    """Record the review that a live piece shows and no row proves; returns how many.

    A second call finds none. Before all tables stand (a partial migrate) it waits for the next call.
    """
    models = [model for model in apps.get_models() if issubclass(model, PiecePage)]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    if not tables >= {Review._meta.db_table, *(model._meta.db_table for model in models)}:
        return 0
    adopted = 0
    for model in models:
        shown = model.objects.filter(live=True, about_health=True, reviewed_here=True)
        for piece in shown.exclude(reviewer=None).filter(reviews=None).select_related("reviewer"):
            at = noon_of(piece.reviewed_at) if piece.reviewed_at else timezone.now()
            record_review(
                piece=piece,
                verdict=Verdict.APPROVED,
                at=at,
                reviewer=piece.reviewer.user,
                reviewer_name=piece.reviewer.title,
                clinician=piece.reviewer,
                licence=piece.reviewer.professional_licence,
                next_review_at=piece.next_review_at,
                note=NOTE,
            )
            adopted += 1
    return adopted
