"""Addresses made of names."""

from hypothesis import given
from hypothesis import strategies as st

from cms.slugs import ascii_slug, is_latin, numbered_slug


def test_names_of_other_scripts_become_ascii():
    assert ascii_slug("种植牙", fallback="topic") == "zhongzhiya"
    assert ascii_slug("Ménière's disease", fallback="topic") == "menieres-disease"
    assert ascii_slug("…", fallback="topic") == "topic"


def test_latin_with_accents_is_latin_and_greek_is_not():
    assert is_latin("Ménière's disease 2")
    assert not is_latin("β-thalassemia")
    assert not is_latin("种植牙")


@given(st.text(max_size=300), st.integers(min_value=1, max_value=10**6))
def test_any_name_gives_a_slug_that_fits(name, number):
    slug = numbered_slug(ascii_slug(name, fallback="topic"), number)
    assert 0 < len(slug) <= 200
    assert slug.isascii() and not set(slug) - set("abcdefghijklmnopqrstuvwxyz0123456789-_")
