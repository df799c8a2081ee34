"""Where a picture, film or document is used, and which of them anybody may have; reads only."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from wagtail.documents import get_document_model
from wagtail.models import Page, ReferenceIndex

from cms.access import doors_for
from cms.models import PatientConsent


def live_pages_with(thing: Model) -> QuerySet[Page]:
    """The live pages that show or link to it."""
    references = ReferenceIndex.get_references_to(thing).filter(
        base_content_type=ContentType.objects.get_for_model(Page)
    )
    # The index holds ids as text, which no engine compares with numbers alike.
    ids = {int(found) for found in references.values_list("object_id", flat=True)}
    return Page.objects.live().filter(pk__in=ids)


def is_on_live_page(thing: Model) -> bool:
    """Whether a reader can meet it now."""
    return live_pages_with(thing).exists()


def documents_on_open_pages() -> set[int]:
    """The ids of the documents that a page offers which anybody may read; a fixed few queries."""
    references = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(get_document_model()),
        base_content_type=ContentType.objects.get_for_model(Page),
    ).values_list("to_object_id", "object_id")
    documents: dict[int, set[int]] = {}
    for document_id, page_id in references:
        documents.setdefault(int(page_id), set()).add(int(document_id))
    pages = doors_for(None).read(Page.objects.live().public().filter(pk__in=documents))
    return {found for pk in pages.values_list("pk", flat=True) for found in documents[pk]}


def shown_on_website(images: QuerySet) -> QuerySet:
    """The images without those that show a patient without a consent in force."""
    consents = PatientConsent.objects.in_force().filter(images=OuterRef("pk"))
    return images.filter(Q(patient_shown=False) | Exists(consents))
