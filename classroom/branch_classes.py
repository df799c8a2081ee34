"""Adds to a branch's page the coming classes of those who work there; reads only."""

from classroom.presentation import upcoming_classes
from cms.branches import more_branch_context
from cms.models import ClinicianPage
from cms.presentation import dressed
from people.models import Branch

CLASSES_OF_A_BRANCH = 6


def classes_of_branch(branch: Branch, locale_id: int | None) -> dict:
    """The next classes in the language by clinicians who work at the branch."""
    there = ClinicianPage.objects.live().filter(branches=branch)
    classes = upcoming_classes(locale_id).filter(clinicians__in=there).distinct()
    return {"classes": dressed(classes[:CLASSES_OF_A_BRANCH])}


more_branch_context.append(classes_of_branch)
