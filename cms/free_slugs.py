"""Finds the address that a new page gets under another one; reads only."""

from wagtail.models import Page

from cms.slugs import ascii_slug, numbered_slug


def free_slug(*, place: Page, title: str) -> str:
    """Return a slug made of the title, in ASCII whatever its script, that no child of `place` has."""
    base = ascii_slug(title, fallback="draft", length=120)
    taken = set(
        Page.objects.child_of(place).filter(slug__startswith=base).values_list("slug", flat=True)
    )
    number = 1
    while numbered_slug(base, number) in taken:
        number += 1
    return numbered_slug(base, number)
