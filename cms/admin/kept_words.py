"""Tells the editor's script whose session this is and how far a page has been saved.

The script keeps in the browser what could not be saved; nothing of it passes through here.
"""

import json

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from wagtail.models import Page


@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """The login's number, a fresh token for forms, and the newest revision of `page`.

    The revision is null where there is none, or where the login may not edit the page.
    """
    answer: dict = {"user": request.user.pk, "csrf": get_token(request), "revision": None}
    wanted = request.GET.get("page", "")
    page = None
    if wanted.isdecimal() and len(wanted) < 19:
        page = Page.objects.filter(pk=wanted).select_related("latest_revision").first()
    if page and page.latest_revision and page.permissions_for_user(request.user).can_edit():
        revision = page.latest_revision
        answer["revision"] = {
            "id": str(revision.pk),
            "created_at": revision.created_at.isoformat(),
        }
    return JsonResponse(answer)


def script_tags() -> SafeString:
    """The script with its words in the admin's language, for every page of the admin."""
    return format_html(
        '<script type="application/json" id="kept-words-texts">{}</script>'
        '<script type="module" src="{}"></script>',
        # Inside a script element only this character could end it.
        mark_safe(json.dumps(texts()).replace("<", "\\u003c")),
        static("js/admin-kept-words.js"),
    )


def texts() -> dict[str, str]:
    """What the script says, and the address it asks."""
    return {
        "session": reverse("kept_words_session"),
        "login": reverse("wagtailadmin_login"),
        "offline": _(
            "There is no connection. Your words are kept in this browser and are sent as soon as it is back."
        ),
        "server": _(
            "The server could not save this. Your words are kept in this browser, and we keep trying."
        ),
        "signedOut": _(
            "You were signed out. Your words are kept in this browser. Sign in in a new tab, then go on here."
        ),
        "signIn": _("Sign in in a new tab"),
        "somebodyElse": _(
            "Somebody else signed in in this browser. Your words stay kept until you sign in again."
        ),
        "conflict": _(
            "This page was saved elsewhere after you opened it: by somebody else, or by you in another tab. Nothing was overwritten. Your words are kept in this browser."
        ),
        "saveMine": _("Save mine as the newest version"),
        "seeNewest": _("Look at the newest version"),
        "unsaved": _("Words that you wrote here on {when} were not saved."),
        "putBack": _("Put them back"),
        "throwAway": _("Throw them away"),
        "showWords": _("Show them"),
        "refused": _(
            "They could not be put back as they stand. Here they are, so that you can copy them."
        ),
        "full": _(
            "This browser has no room to keep your words. Do not close this page before they are saved."
        ),
        "back": _("Saved. Nothing was lost."),
    }
