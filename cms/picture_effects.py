"""Has the sizes of pictures made by the outbox, before a reader asks for them; it draws none itself."""

from collections.abc import Collection

from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.models import Page
from wagtail.signals import page_published

from cms.models import ClinicImage, ConsentedImage
from cms.read_api.plans import pictures_shown_on
from cms.services.picture_sizes import make_sizes
from cms.signals import pages_published
from outbox.models import Effect
from outbox.registry import handles
from outbox.services import enqueue_effect, enqueue_effects

OF_IMAGE, OF_PAGES = "pictures.size_image", "pictures.size_pages"
PAGES_AN_EFFECT = 25
# What else Wagtail writes on an image, such as its hash, changes no size.
CHANGES_SIZES = frozenset({"file", "patient_shown"})


@handles(OF_IMAGE, outside=True, lease_s=600)
def size_image(effect: Effect) -> None:
    """Make the sizes of an image; doing it twice changes nothing."""
    make_sizes(image_ids=[effect.payload["image"]])


@handles(OF_PAGES, outside=True, lease_s=3600)
def size_pages(effect: Effect) -> None:
    """Make the sizes of all images that pages show; doing it twice changes nothing."""
    pages = Page.objects.live().filter(pk__in=effect.payload["pages"]).specific()
    make_sizes(image_ids=pictures_shown_on(pages))


@receiver(post_save, sender=ClinicImage)
def follow_image(instance, raw=False, update_fields=None, **kwargs) -> None:
    """An image came in, was replaced, or shows no patient any more."""
    if not raw and (update_fields is None or CHANGES_SIZES & set(update_fields)):
        _ask_for_image(instance.pk)


@receiver(post_save, sender=ConsentedImage)
def follow_consent(instance, raw=False, **kwargs) -> None:
    """A patient agreed to be shown on an image."""
    if not raw:
        _ask_for_image(instance.image_id)


@receiver(page_published)
def follow_page(instance, **kwargs) -> None:
    """A page went live, or its live content changed."""
    enqueue_effect(kind=OF_PAGES, payload={"pages": [instance.pk]}, key=_key(OF_PAGES, instance.pk))


@receiver(pages_published)
def follow_pages(page_ids: Collection[int], **kwargs) -> None:
    """Many pages went live at once."""
    ordered = list(page_ids)
    slices = [ordered[n : n + PAGES_AN_EFFECT] for n in range(0, len(ordered), PAGES_AN_EFFECT)]
    payloads = {_key(OF_PAGES, pages[0]): {"pages": pages} for pages in slices}
    enqueue_effects(kind=OF_PAGES, payloads=payloads)


def _ask_for_image(pk: int) -> None:
    enqueue_effect(kind=OF_IMAGE, payload={"image": pk}, key=_key(OF_IMAGE, pk))


def _key(kind: str, pk: int) -> str:
    # What is shown now may differ from what was shown when it was asked for before.
    return f"{kind}:{pk}:{timezone.now().isoformat()}"
