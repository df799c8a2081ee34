"""How pages show people, pictures and topics in the read API."""

from rest_framework.fields import Field
from wagtail.images.models import SourceImageIOError

WIDTHS = (480, 960, 1600)


class PictureField(Field):
    """An image as its text alternative, credit and WebP renditions by width; null where none."""

    def to_representation(self, image) -> dict | None:
        try:
            renditions = {
                str(width): image.get_rendition(f"width-{width}|format-webp").full_url
                for width in WIDTHS
            }
        except SourceImageIOError:
            renditions = {}
        return {
            "id": image.pk,
            "alt": image.description,
            "credit": image.credit,
            "renditions": renditions,
        }


class PersonField(Field):
    """A clinician as the page that presents them."""

    def to_representation(self, page) -> dict:
        return {"id": page.pk, "name": page.title, "url": page.full_url}


class TopicsField(Field):
    """The topics of a page, merges resolved: slug, name and weight, heaviest first."""

    def to_representation(self, page) -> list[dict]:
        weights: dict = {}
        for item in page.page_topics.select_related("tag", "tag__merged_into"):
            topic = item.tag.resolved
            weights[topic] = max(weights.get(topic, 0.0), item.weight)
        ordered = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0].slug))
        return [
            {"slug": topic.slug, "name": topic.name, "name_zh": topic.name_zh, "weight": weight}
            for topic, weight in ordered
        ]
