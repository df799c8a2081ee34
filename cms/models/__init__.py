"""Topics, images and the pages of the content tree."""

from cms.models.images import ClinicImage, ClinicRendition
from cms.models.imports import ImportedItem
from cms.models.pages import (
    ArticlePage,
    ClinicianPage,
    ComicPage,
    CoursePage,
    HomePage,
    IndexPage,
    ModulePage,
    PiecePage,
)
from cms.models.topics import PageTopic, Topic, TopicAlias

__all__ = [
    "ArticlePage",
    "ClinicImage",
    "ClinicRendition",
    "ClinicianPage",
    "ComicPage",
    "CoursePage",
    "HomePage",
    "ImportedItem",
    "IndexPage",
    "ModulePage",
    "PageTopic",
    "PiecePage",
    "Topic",
    "TopicAlias",
]
