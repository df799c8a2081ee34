"""Names what content holds about people: clinicians who publish, and nothing about readers."""

from cms import models
from people.models import Person, Visitor
from people.registry import register, register_impersonal


def _report_clinicians(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None or person.user_id is None:
        return []
    rows = models.ClinicianPage.objects.filter(user_id=person.user_id)
    return [
        {"page": row.title, "role": row.role, "licence": row.professional_licence} for row in rows
    ]


def register_all() -> None:
    """Fill the registry with cms's models."""
    register(
        models.ClinicianPage,
        fields=("user", "title", "biography", "portrait", "professional_licence"),
        purpose="to show readers who writes and teaches",
        retention="as long as the clinician publishes here; taken down like any page",
        eraser=None,  # a public page of staff: editors take it down, erasing a prospect does not
        reporter=_report_clinicians,
    )
    for model, reason in (
        (models.Topic, "governed vocabulary"),
        (models.TopicAlias, "governed vocabulary"),
        (models.PageTopic, "topics of a page"),
        (models.HomePage, "published content"),
        (models.IndexPage, "published content"),
        (models.ArticlePage, "published content; authors are clinicians' pages"),
        (models.ComicPage, "published content; authors are clinicians' pages"),
        (models.CoursePage, "published content; authors are clinicians' pages"),
        (models.ModulePage, "published content; authors are clinicians' pages"),
        (models.ImportedItem, "which imported key became which page"),
        (models.ClinicImage, "pictures; a patient's needs consent before it is uploaded"),
        (models.ClinicRendition, "sizes of pictures"),
    ):
        register_impersonal(model, reason=reason)
