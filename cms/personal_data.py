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


def _report_reviews(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None or person.user_id is None:
        return []
    rows = models.Review.objects.filter(reviewer_id=person.user_id).order_by("at")
    return [
        {"page": row.page_id, "verdict": row.verdict, "licence": row.licence, "at": row.at}
        for row in rows
    ]


def _report_licences(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None or person.user_id is None:
        return []
    rows = models.ReviewerLicence.objects.filter(user_id=person.user_id)
    return [{"number": row.number, "authority": row.authority} for row in rows]


def _report_overrides(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None or person.user_id is None:
        return []
    rows = models.ClaimOverride.objects.filter(reviewer_id=person.user_id).order_by("pk")
    return [
        {"page": row.page_title, "reason": row.reason, "at": row.at.isoformat()} for row in rows
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
    register(
        models.PatientConsent,
        fields=("document",),
        purpose="to prove that a patient agreed to be shown",
        retention="as long as a picture stands under it; deleted by staff, who alone know whose it is",
        eraser=None,  # no link to a person by design: the name is on the paper alone
        reporter=None,
    )
    register(
        models.Review,
        fields=("reviewer", "reviewer_name", "licence", "note"),
        purpose="to show readers who answers for the words of a piece, and to prove it",
        retention="as long as the piece; a licensed colleague's signature, kept when the login goes",
        eraser=None,  # the proof of a review: erasing a prospect does not touch it
        reporter=_report_reviews,
    )
    register(
        models.ReviewerLicence,
        fields=("user", "number", "authority", "register_url", "valid_until", "recorded_by"),
        purpose="to know who may review",
        retention="as long as the login",
        eraser=None,  # goes with the login, which an administrator removes
        reporter=_report_licences,
    )
    register(
        models.OutsideInvitation,
        fields=("colleague_name", "email", "invited_by"),
        purpose="to ask a colleague outside the clinic for a review",
        retention="as long as the piece; the e-mail address goes once the link is used or over",
        eraser=None,  # a colleague's, cleared by the clinic's own schedule
        reporter=None,
    )
    register(
        models.ClaimOverride,
        fields=("reviewer", "reviewer_name"),
        purpose="to know who let a phrase stand in a piece, and why",
        retention="kept with the piece and after it: proof of a reviewer's decision",
        eraser=None,  # a decision of staff in office, kept as proof
        reporter=_report_overrides,
    )
    for model, reason in (
        (models.ClaimPhrase, "governed phrases"),
        (models.MedicalReviewTask, "a step of the workflow"),
        (models.PublishingPolicy, "rules of the clinic"),
        (models.Topic, "governed vocabulary"),
        (models.TopicAlias, "governed vocabulary"),
        (models.PageTopic, "topics of a page"),
        (models.HomePage, "published content"),
        (models.IndexPage, "published content"),
        (models.ArticlePage, "published content; authors are clinicians' pages"),
        (models.ComicPage, "published content; authors are clinicians' pages"),
        (models.CoursePage, "published content; authors are clinicians' pages"),
        (models.CoursePrerequisite, "which course comes before which"),
        (models.ModulePage, "published content; authors are clinicians' pages"),
        (models.PagePreview, "drafts being previewed; replaced or deleted within the hour"),
        (models.ContentVersion, "random words that change when content does"),
        (models.ImportedItem, "which imported key became which page"),
        (
            models.ClinicImage,
            "pictures; a patient's is shown under a consent that names nobody here",
        ),
        (models.ClinicRendition, "sizes of pictures"),
        (models.ClinicMedia, "films and recordings; a patient's are played under a consent"),
        (models.ShortLink, "short addresses of pages; who follows one is not in it"),
        (models.ConsentedImage, "which pictures a paper covers"),
        (models.ConsentedMedia, "which films a paper covers"),
        (models.PollCount, "votes as numbers; nobody's"),
    ):
        register_impersonal(model, reason=reason)
