"""The page on which a colleague outside the clinic reads a piece and decides; only its POST writes."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cms.models import OutsideInvitation, Verdict
from cms.services.outside_review import InvitationOver, decide_outside, open_invitation


class OutsideReviewForm(forms.Form):
    """Who decides, and what; sending back needs a note, approving a declaration."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    licence = forms.CharField(label=_("Number of your licence"), max_length=80)
    authority = forms.CharField(
        label=_("Who issued it"), max_length=110, help_text=_("The authority or chamber.")
    )
    read = forms.BooleanField(label=_("I have read it, and I wrote no part of it."), required=False)
    note = forms.CharField(
        label=_("A note for the author"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    verdict = forms.ChoiceField(choices=Verdict.choices, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Ask for what the decision needs."""
        cleaned = super().clean() or {}
        verdict = cleaned.get("verdict")
        if verdict == Verdict.APPROVED and not cleaned.get("read"):
            self.add_error("read", _("Tick this to approve."))
        if verdict == Verdict.SENT_BACK and not cleaned.get("note"):
            self.add_error("note", _("Say what should change."))
        return cleaned


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def outside_review(request: HttpRequest, token: str) -> HttpResponse:
    """Show the exact revision with the form, or why there is nothing to decide any more."""
    try:
        invitation = open_invitation(token=token)
        form = OutsideReviewForm(request.POST or None, initial={"name": invitation.colleague_name})
        if request.method == "POST" and form.is_valid():
            answer = {name: form.cleaned_data[name] for name in form.fields if name != "read"}
            decide_outside(token=token, **answer)
            return _unseen(redirect(request.path))
    except OutsideInvitation.DoesNotExist:
        context = {"reason": _("There is no such link. Look whether all of it was copied.")}
        return _unseen(render(request, "cms/outside_review_over.html", context, status=404))
    except InvitationOver as over:
        context = {"reason": str(over)}
        return _unseen(render(request, "cms/outside_review_over.html", context, status=410))
    piece = invitation.revision.as_object()
    request.is_preview = True  # read as a draft: nothing is tracked, nothing is indexed
    context = {
        **piece.get_context(request),
        "outside_form": form,
        "outside_invitation": invitation,
    }
    return _unseen(render(request, piece.get_template(request), context))


def _unseen(response: HttpResponse) -> HttpResponse:
    """Keep the address, which is a secret, from search engines and from sites that are linked."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    # With no-referrer a browser names no origin with the form either, and it would be refused.
    response["Referrer-Policy"] = "same-origin"
    return response
