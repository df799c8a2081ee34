"""Screens beside Wagtail's workflow: what is due, asking outside, taking down, licences."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.models import Page

from cms.admin.review_forms import NextReviewField
from cms.models import OutsideInvitation, PiecePage, ReviewerLicence
from cms.reviewers import why_not_approve
from cms.services import outside_review, taking_down
from cms.services.reviewing import renew_review


def piece_or_404(page_id: int) -> PiecePage:
    """The row of a piece; a page of another kind is not found here."""
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, PiecePage) or page.alias_of_id:
        raise Http404
    return page


def screen(title: str, icon: str, piece: PiecePage | None = None) -> dict[str, Any]:
    """What Wagtail's own header of a screen asks for."""
    steps = [{"url": reverse("wagtailadmin_home"), "label": _("Home")}]
    if piece is not None:
        label = piece.get_admin_display_title()
        steps.append({"url": reverse("wagtailadmin_pages:edit", args=[piece.pk]), "label": label})
    return {
        "header_title": title,
        "header_icon": icon,
        "page_subtitle": piece.get_admin_display_title() if piece else "",
        "breadcrumbs_items": [*steps, {"url": "", "label": title}],
    }


# Approving live words anew


class RenewForm(forms.Form):
    """Until when unchanged words hold."""

    next_review_at = NextReviewField()
    read = forms.BooleanField(
        label=gettext_lazy("I have read the live piece again, and it is still right")
    )


def renew(request: HttpRequest, page_id: int) -> HttpResponse:
    """Approve the unchanged words of a live piece for another time."""
    piece = piece_or_404(page_id)
    if not piece.live:
        raise Http404
    refusal = why_not_approve(user=request.user, page=piece)
    form = RenewForm(request.POST or None)
    if request.method == "POST" and refusal is None and form.is_valid():
        try:
            renew_review(
                piece=piece, user=request.user, next_review_at=form.cleaned_data["next_review_at"]
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("Reviewed anew. Readers see today's date."))
            return redirect("wagtailadmin_home")
    context = {"piece": piece, "form": form, "refusal": refusal}
    header = screen(_("Review again"), "clipboard-list", piece)
    return TemplateResponse(request, "cms/admin/renew_review.html", {**context, **header})


# Asking a colleague outside


class InviteForm(forms.Form):
    """Whom to ask."""

    colleague_name = forms.CharField(label=gettext_lazy("Name of the colleague"), max_length=120)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        help_text=gettext_lazy(
            "We send the link there. Leave it empty to copy the link and send it yourself."
        ),
    )


def ask_outside(request: HttpRequest, page_id: int) -> HttpResponse:
    """Make a link for a colleague outside; it is shown this once. Earlier links can be taken back."""
    piece = piece_or_404(page_id)
    if not outside_review.may_invite(user=request.user, piece=piece):
        raise PermissionDenied
    form, link = InviteForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            invitation = outside_review.invite_outside_reviewer(
                piece=piece, user=request.user, **form.cleaned_data
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            link = outside_review.link_of(invitation)
            form = InviteForm()
    invitations = piece.outside_invitations.select_related("review").order_by("-created_at")
    context = {"piece": piece, "form": form, "link": link, "invitations": invitations}
    header = screen(_("Ask a colleague outside"), "mail", piece)
    return TemplateResponse(request, "cms/admin/ask_outside.html", {**context, **header})


@require_POST
def revoke(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Take a link back."""
    invitation = get_object_or_404(OutsideInvitation, pk=invitation_id)
    outside_review.revoke_invitation(invitation=invitation, user=request.user)
    messages.success(request, _("The link is closed."))
    return redirect("ask_outside", invitation.page_id)


# Taking down


def take_down(request: HttpRequest, page_id: int) -> HttpResponse:
    """Ask once, take a live piece down, and offer the way back."""
    piece = piece_or_404(page_id)
    if not taking_down.may_take_down(user=request.user, piece=piece):
        raise PermissionDenied
    if request.method == "POST":
        taking_down.take_down(piece=piece, user=request.user)
        button = messages.button(reverse("put_back", args=[piece.pk]), _("Put it back"))
        messages.success(
            request,
            _("“%(title)s” is no longer on the site.") % {"title": piece.title},
            buttons=[button],
        )
        return redirect("wagtailadmin_pages:edit", piece.pk)
    context = {
        "piece": piece,
        "question": _("Take “%(title)s” off the site now?") % {"title": piece.title},
        "what_happens": _("Readers find it no longer. Its words stay, and you can put it back."),
        "action": _("Take it down"),
    }
    header = screen(_("Take down"), "download", piece)
    return TemplateResponse(request, "cms/admin/confirm.html", {**context, **header})


def put_back(request: HttpRequest, page_id: int) -> HttpResponse:
    """Ask once, and publish the words that were taken down."""
    piece = piece_or_404(page_id)
    if not taking_down.may_take_down(user=request.user, piece=piece):
        raise PermissionDenied
    if request.method == "POST":
        if taking_down.put_back(piece=piece, user=request.user):
            said = _("“%(title)s” is on the site again.") % {"title": piece.title}
            messages.success(request, said)
        else:
            messages.error(
                request, _("These words may not be shown any more. Submit them for review.")
            )
        return redirect("wagtailadmin_pages:edit", piece.pk)
    context = {
        "piece": piece,
        "question": _("Put “%(title)s” back on the site?") % {"title": piece.title},
        "what_happens": _("Readers see the words they saw before. Later drafts stay drafts."),
        "action": _("Put it back"),
    }
    header = screen(_("Put back"), "upload", piece)
    return TemplateResponse(request, "cms/admin/confirm.html", {**context, **header})


# Licences


class RecordedMixin:
    """Notes who recorded a licence."""

    def save_instance(self):
        """Save with the hand that did it."""
        self.form.instance.recorded_by = self.request.user
        return super().save_instance()


class AddLicenceView(RecordedMixin, CreateView):
    """Records a licence."""


class EditLicenceView(RecordedMixin, EditView):
    """Changes a recorded licence; reviews keep what they were signed with."""


class LicenceViewSet(ModelViewSet):
    """Who may review: for administrators alone, whose permissions decide."""

    model = ReviewerLicence
    name = url_prefix = "reviewer-licences"
    url_namespace = "reviewer_licences"
    icon = "key"
    menu_label = gettext_lazy("Reviewers' licences")
    menu_order = 820
    add_to_settings_menu = True
    add_view_class = AddLicenceView
    edit_view_class = EditLicenceView
    panels = [
        FieldPanel("user"),
        FieldPanel("number"),
        FieldPanel("authority"),
        FieldPanel("register_url"),
        FieldPanel("valid_until"),
    ]
    list_display = ["user", "authority", "number", "valid_until"]
    search_fields = ["user__username", "user__last_name", "number"]
    inspect_view_enabled = False
    copy_view_enabled = False
