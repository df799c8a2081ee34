"""Who reads: the person behind a session, for the site's own pages; and the way to one."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page

from people.models import Person
from people.selectors import person_of_user


def reader_of(request: HttpRequest) -> Person | None:
    """The person who is signed in, merges followed; None for anonymous readers and for staff."""
    return person_of_user(request.user.pk)


def turned_away(request: HttpRequest, page: Page) -> HttpResponse:
    """The answer to an act by nobody we know: sign in and come back to the page, or a word to staff.

    Signing in does not repeat the act; the button waits on the page.
    """
    address = page.get_url(request)
    if not request.user.is_authenticated:
        return redirect(f"{reverse('sign_in')}?{urlencode({'next': address})}")
    messages.info(request, _("This login is for work. Sign in as a reader to keep what you do."))
    return redirect(address)
