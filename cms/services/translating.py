"""What a translation that was just begun takes over in its own language."""

from wagtail.models import Page

from cms.authors import same_clinician
from cms.models import PiecePage


def take_over_author(*, translation: Page) -> bool:
    """Let the author's page in the translation's language stand on it; True where that changes it.

    Where the author has none there, the page in the other language stays. Saves a revision; a second
    call changes nothing.
    """
    # Read anew: packages above write into the draft as well.
    words = Page.objects.get(pk=translation.pk).specific.get_latest_revision_as_object()
    if not isinstance(words, PiecePage) or words.author is None:
        return False
    author = same_clinician(words.author, words.locale)
    if author is None or author.pk == words.author_id:
        return False
    words.author = author
    type(words).objects.filter(pk=words.pk).update(author=author)
    words.save_revision(clean=False)
    return True
