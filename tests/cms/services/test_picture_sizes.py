"""Sizes of images are made once, stored with one statement, and never of what is withheld."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.models import ClinicImage, ClinicRendition
from cms.services.picture_sizes import drawn_sizes, make_sizes, specs_of, store_sizes
from tests.factories import content
from tests.factories.patients import agreed_picture, patient_picture
from tests.factories.uploads import coded

pytestmark = pytest.mark.django_db


def widths(picture: ClinicImage) -> list[int]:
    rows = ClinicRendition.objects.filter(image=picture).order_by("width")
    return list(rows.values_list("width", flat=True))


def files_drawn() -> set[str]:
    storage = ClinicRendition._meta.get_field("file").storage
    return set(storage.listdir("images")[1]) if storage.exists("images") else set()


def inserts(queries: CaptureQueriesContext) -> int:
    return sum("INSERT" in query["sql"] and "rendition" in query["sql"] for query in queries)


def test_sizes_of_an_image_are_stored_with_one_statement_and_once():
    large, small = content.picture(width=1200), content.picture(width=300)
    ids = [large.pk, small.pk]
    with CaptureQueriesContext(connection) as queries:
        assert make_sizes(image_ids=ids) == 4
    assert inserts(queries) == 2
    assert (widths(large), widths(small)) == ([480, 960, 1200], [300])
    before = files_drawn()
    with CaptureQueriesContext(connection) as queries:
        assert make_sizes(image_ids=ids) == 0
    assert inserts(queries) == 0
    assert files_drawn() == before


def test_only_what_is_missing_is_made():
    picture = content.picture(width=1200)
    kept = picture.get_rendition("width-480|format-webp")
    assert make_sizes(image_ids=[picture.pk]) == 2
    assert ClinicRendition.objects.get(image=picture, width=480) == kept


def test_withheld_gone_and_unreadable_images_are_passed_over():
    withheld, agreed, lost = patient_picture(), agreed_picture(), content.picture()
    lost.file.storage.delete(lost.file.name)
    make_sizes(image_ids=[withheld.pk, agreed.pk, lost.pk, 10**6])
    assert (widths(withheld), widths(agreed), widths(lost)) == ([], [480, 960, 1200], [])


def test_sizes_drawn_of_an_image_that_was_replaced_are_thrown_away():
    picture = content.picture(width=300)
    before = files_drawn()
    drawn = drawn_sizes(picture, specs_of(picture.width))
    other = ClinicImage.objects.get(pk=picture.pk)
    other.file.save("other.png", ContentFile(coded(size=(200, 100))))
    assert store_sizes(drawn) == []
    assert widths(picture) == []
    assert files_drawn() == before


def test_of_two_who_draw_the_same_size_one_stands_and_leaves_no_file_behind():
    picture = content.picture(width=300)
    twice = [drawn_sizes(picture, specs_of(picture.width)) for _ in range(2)]
    before = files_drawn()
    [first] = store_sizes(twice[0])
    assert store_sizes(twice[1]) == [first]
    assert len(files_drawn() - before) == 1
