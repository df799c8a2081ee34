"""The admin screen on which a Word file or pasted text becomes a draft."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.components import Component
from wagtail.log_actions import LogFormatter
from wagtail.models import Page

from cms.bringing_in.brought import Brought, CannotBringIn
from cms.bringing_in.drafts import create_draft, places_for
from cms.bringing_in.reading import read_html, read_plain
from cms.bringing_in.word import MAX_FILE_BYTES, read_word
from cms.models import CoursePage, IndexPage
from people.models import User

MAX_SHOWN_LINES = 8


class BringInForm(forms.Form):
    """A file, a paste or plain text, and where the draft shall stand."""

    place = forms.ChoiceField(label=gettext_lazy("Where it shall stand"))
    file = forms.FileField(
        label=gettext_lazy("A file"),
        required=False,
        help_text=gettext_lazy("Word (.docx), HTML, Markdown or plain text, up to 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".docx,.html,.htm,.md,.txt"}),
    )
    # What was pasted comes as a file, because a form's fields may not be as long as a picture is.
    pasted = forms.FileField(required=False)
    text = forms.CharField(
        label=gettext_lazy("Plain text or Markdown"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, places: list[Page], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {str(place.pk): place for place in places}
        self.fields["place"].choices = [(pk, label_of(place)) for pk, place in self.places.items()]

    def clean(self) -> dict:
        cleaned = super().clean()
        given = [name for name in ("file", "pasted", "text") if cleaned.get(name)]
        if len(given) != 1 and not self.errors:
            raise forms.ValidationError(
                _("Choose a file, or paste a text.")
                if not given
                else _("Give either a file or a paste, not both.")
            )
        return cleaned

    def brought(self) -> Brought:
        """Read what was given; raises CannotBringIn."""
        if text := self.cleaned_data["text"]:
            return read_plain(text)
        upload: UploadedFile = self.cleaned_data["file"] or self.cleaned_data["pasted"]
        if (upload.size or 0) > MAX_FILE_BYTES:
            raise CannotBringIn(
                _("This file is over 20 MB. Make its pictures smaller, or split it.")
            )
        content = upload.read()
        name = (upload.name or "").lower()
        if name.endswith((".html", ".htm")):
            return read_html(decoded(content), [])
        if name.endswith((".md", ".txt", ".markdown")):
            return read_plain(decoded(content))
        word = read_word(content)
        return read_html(word.html, word.pictures, left_out=word.left_out)


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or the old Chinese encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def label_of(place: Page) -> str:
    """A place as the form names it, with its language and what the text becomes there."""
    language = place.locale.get_display_name()
    if isinstance(place, CoursePage):
        return _("Module of the course %(title)s (%(language)s)") % {
            "title": place.title,
            "language": language,
        }
    return f"{place.title} ({language})"


def bring_in(request: HttpRequest) -> HttpResponse:
    """Show the form, what a text would become (`preview`), or make the draft and open it."""
    places = places_for(request.user)
    if not places:
        raise PermissionDenied
    form = BringInForm(
        request.POST or None,
        request.FILES or None,
        places=places,
        initial={"place": request.GET.get("place")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            brought = form.brought()
        except CannotBringIn as refusal:
            form.add_error(None, str(refusal))
        else:
            if "preview" in request.POST:
                return TemplateResponse(request, "cms/admin/brought.html", {"brought": brought})
            return _made(request, form, brought)
    if request.method == "POST" and "preview" in request.POST:
        return TemplateResponse(request, "cms/admin/brought.html", {"form": form}, status=422)
    context = {
        "form": form,
        "header_title": _("Bring a text in"),
        "header_icon": "upload",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": _("Bring a text in")},
        ],
    }
    return TemplateResponse(
        request, "cms/admin/bring_in.html", context, status=422 if form.errors else 200
    )


def _made(request: HttpRequest, form: BringInForm, brought: Brought) -> HttpResponse:
    upload = form.cleaned_data["file"]
    name = (upload.name or "").rsplit(".", 1)[0] if upload else ""
    place = form.places[form.cleaned_data["place"]]
    page = create_draft(brought=brought, place=place, user=request.user, name=name)
    report = {
        "brought": brought,
        "changed": shortened(brought.changed),
        "left_out": shortened(brought.left_out),
    }
    messages.success(request, render_to_string("cms/admin/brought_report.html", report))
    return redirect("wagtailadmin_pages:edit", page.pk)


def shortened(lines: list[str]) -> list[str]:
    """The first lines, each cut to a readable length, with a last one for how many more there are."""
    shown = [Truncator(line).chars(240) for line in lines[:MAX_SHOWN_LINES]]
    if more := len(lines) - len(shown):
        shown.append(_("and %(n)d more") % {"n": more})
    return shown


class BroughtIn(LogFormatter):
    """How a page's history tells where it came from."""

    label = gettext_lazy("Bring a text in")

    def format_message(self, log_entry: Any) -> str:
        taken = log_entry.data.get("taken", "")
        return _("Brought in from a file or a paste: %s") % taken

    def format_comment(self, log_entry: Any) -> str:
        data = log_entry.data
        return "\n".join([*data.get("changed", []), *data.get("left_out", [])])


class BringInPanel(Component):
    """On the admin's home: the way from a Word file to a draft."""

    name = "bring_in"
    order = 160
    template_name = "cms/admin/bring_in_panel.html"


def may_bring_in(user: User) -> bool:
    """Whether there is any place where the user may put a text."""
    return bool(places_for(user))


def takes_texts(page: Page) -> bool:
    """Whether a text may be brought in under a page: a shelf of articles, or a course."""
    specific = page.specific_deferred
    if isinstance(specific, IndexPage):
        return page.specific.shelf == IndexPage.Shelf.ARTICLES
    return isinstance(specific, CoursePage)
