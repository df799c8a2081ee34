"""Pictures are judged by their bytes before anything decodes them, and lose what the camera wrote."""

import io
import struct

import pytest
from PIL import Image, ImageCms

from cms.uploads.pictures import MOST_FRAMES, cleaned_picture, walked_through
from cms.uploads.refusal import Refused
from tests.factories.uploads import (
    PLACE,
    coded,
    gif_of_frames,
    photograph,
    png_chunk,
    png_of_size,
)

SCRIPT = b"<script>alert(1)</script>"


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_honest_picture_passes_with_the_same_pixels(kind):
    content = coded(kind)
    cleaned = cleaned_picture(content)
    assert list(opened(cleaned).get_flattened_data()) == list(opened(content).get_flattened_data())
    assert cleaned_picture(cleaned) == cleaned
    assert walked_through(content).kind == kind.lower()
    assert walked_through(content).pixels == 40 * 30


def test_photograph_loses_place_owner_and_comment_and_keeps_its_pixels():
    content = photograph()
    assert PLACE in content
    cleaned = cleaned_picture(content)
    assert PLACE not in cleaned
    assert not opened(cleaned).getexif()
    assert list(opened(cleaned).get_flattened_data()) == list(opened(content).get_flattened_data())


def test_photograph_held_sideways_is_turned_upright_and_keeps_its_colours():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = opened(cleaned_picture(photograph(orientation=6, profile=profile)))
    assert image.size == (30, 40)
    assert not image.getexif()
    assert image.info["icc_profile"] == profile
    red, blue = image.getpixel((15, 2)), image.getpixel((15, 37))
    assert red[0] > 200 > 60 > red[2]
    assert blue[2] > 200 > 60 > blue[0]


def test_notes_of_png_webp_and_gif_are_dropped():
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    png = coded("PNG", exif=exif)
    png = png[:33] + png_chunk(b"tEXt", b"Comment\0" + PLACE) + png[33:]
    for content in (
        png,
        coded("WEBP", exif=exif, xmp=PLACE),
        coded("GIF", comment=PLACE),
    ):
        assert PLACE in content
        cleaned = cleaned_picture(content)
        assert PLACE not in cleaned
        assert not opened(cleaned).getexif()
        assert opened(cleaned).size == (40, 30)


def test_animation_stays_an_animation():
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], loop=0)
    cleaned = cleaned_picture(out.getvalue())
    assert opened(cleaned).n_frames == 3
    assert opened(cleaned).info["loop"] == 0


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(png_of_size(60_000, 60_000), id="png of 60000 x 60000"),
        pytest.param(png_of_size(0, 40), id="png without size"),
        pytest.param(gif_of_frames(10_000), id="gif of 10000 frames"),
        pytest.param(photograph() + b"<html>" + SCRIPT, id="jpeg and page"),
        pytest.param(coded("PNG") + SCRIPT, id="png and script"),
        pytest.param(coded("GIF") + b"PK\x03\x04archive", id="gif and archive"),
        pytest.param(coded("JPEG", comment=b"<?php system(1) ?>"), id="jpeg with program"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="svg"),
        pytest.param(b"\n <?xml version='1.0'?><svg/>", id="svg with a head"),
        pytest.param(b"GIF89a/*" + SCRIPT, id="script that begins as a gif"),
        pytest.param(b"%PDF-1.7", id="pdf"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_dishonest_picture_is_refused_without_decoding(content, monkeypatch):
    monkeypatch.setattr(Image, "open", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(Refused):
        cleaned_picture(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_picture_cut_anywhere_is_refused(kind):
    content = coded(kind)
    for length in range(4, len(content) - 1, 7):
        with pytest.raises(Refused):
            cleaned_picture(content[:length])


def test_frames_are_limited_by_what_they_unfold_to():
    assert walked_through(gif_of_frames(MOST_FRAMES)).frames == MOST_FRAMES
    large = bytearray(gif_of_frames(40))
    large[6:10] = struct.pack("<HH", 5000, 5000)
    with pytest.raises(Refused, match="too large"):
        walked_through(bytes(large))


def test_second_picture_of_a_telephone_is_dropped():
    first = photograph()
    cleaned = cleaned_picture(first + photograph())
    assert cleaned == cleaned_picture(first)
