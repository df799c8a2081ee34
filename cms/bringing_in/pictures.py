"""Makes images of the pictures that came with a text, through the same checks as any upload."""

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.images import get_image_model
from wagtail.models import Collection
from wagtail.permissions import policy_registry

from cms.bringing_in.brought import Picture
from cms.models import ClinicImage
from cms.uploads.fields import PictureFormField
from people.models import User

ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
}
SIGNS = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF8", "gif"), (b"RIFF", "webp"))


def _policy() -> Any:
    return policy_registry.get_by_type(get_image_model())


class PictureRefused(ValueError):
    """Not a picture that may be uploaded here; the message says why."""


def collection_for(user: User) -> Collection | None:
    """The first collection that the user may add images to, None where there is none."""
    allowed = _policy().collections_user_has_permission_for(user, "add")
    return allowed.order_by("path").first()


def image_of(picture: Picture, *, title: str, user: User, collection: Collection) -> ClinicImage:
    """Return the image of a picture: one that the user may choose already, or a new one.

    Its text alternative is what the text gave, or stays empty. PictureRefused where the checks of
    an upload refuse it. Writes a row and a file.
    """
    ending = next((end for sign, end in SIGNS if picture.content.startswith(sign)), "")
    if not ending:
        raise PictureRefused(picture.content_type or "?")
    name = f"brought-{hashlib.sha256(picture.content).hexdigest()[:16]}.{ending}"
    model = get_image_model()
    field = PictureFormField()
    upload = SimpleUploadedFile(name, picture.content, content_type=picture.content_type)
    try:
        checked = field.clean(upload)
    except ValidationError as error:
        raise PictureRefused(" ".join(error.messages)) from error
    same = hashlib.sha1(picture.content, usedforsecurity=False).hexdigest()
    choosable = _policy().instances_user_has_permission_for(user, "choose")
    known = choosable.filter(file_hash=same).order_by("pk").first()
    if known is not None:
        return known
    image = model(
        title=title[:255],
        description=picture.alt[:255],
        collection=collection,
        uploaded_by_user=user,
    )
    checked.seek(0)
    image.file = checked
    image._set_image_file_metadata()
    # The hash of what was brought, so that the same picture is known again, whatever the checks
    # take out of the file.
    image.file_hash = same
    image.save()
    return image
