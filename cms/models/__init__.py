"""Topics, images and the pages of the content tree."""

from cms.models.articles import ArticlePage
from cms.models.claims import ClaimOverride, ClaimPhrase
from cms.models.clinicians import ClinicianPage
from cms.models.comics import ComicPage
from cms.models.courses import Access, CoursePage, CoursePrerequisite, ModulePage
from cms.models.images import ClinicImage, ClinicRendition
from cms.models.imports import ImportedItem
from cms.models.media import ClinicMedia
from cms.models.patients import ConsentedImage, ConsentedMedia, ConsentScope, PatientConsent
from cms.models.pieces import PieceKind, PiecePage, ReviewKind
from cms.models.policies import PublishingPolicy
from cms.models.polls import PollCount
from cms.models.previews import PagePreview
from cms.models.reviews import OutsideInvitation, Review, ReviewerLicence, Verdict
from cms.models.shelves import HomePage, IndexPage
from cms.models.short_links import ShortLink
from cms.models.topics import PageTopic, Topic, TopicAlias
from cms.models.versions import ContentVersion
from cms.models.workflow import MedicalReviewTask

__all__ = [
    "Access",
    "ArticlePage",
    "ClaimOverride",
    "ClaimPhrase",
    "ClinicImage",
    "ClinicMedia",
    "ClinicRendition",
    "ClinicianPage",
    "ComicPage",
    "ContentVersion",
    "ConsentScope",
    "ConsentedImage",
    "ConsentedMedia",
    "CoursePage",
    "CoursePrerequisite",
    "HomePage",
    "ImportedItem",
    "IndexPage",
    "MedicalReviewTask",
    "ModulePage",
    "OutsideInvitation",
    "PageTopic",
    "PatientConsent",
    "PagePreview",
    "PieceKind",
    "PollCount",
    "PiecePage",
    "PublishingPolicy",
    "Review",
    "ReviewKind",
    "ReviewerLicence",
    "ShortLink",
    "Topic",
    "TopicAlias",
    "Verdict",
]
