"""The admin's screen of certificates: found by number or name, read, revoked; none is written here."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.base import ViewSet

from classroom.models import Certificate
from classroom.services.certificates import revoke_certificate

MAY_REVOKE = "classroom.change_certificate"


class RevokeForm(forms.Form):
    """Why it is revoked; the holder sees it, the page that confirms certificates does not."""

    reason = forms.CharField(label=_("Why it is revoked"), max_length=300)


class CertificatesView(IndexView):
    """Every certificate, the newest first."""

    model = Certificate
    page_title = _("Certificates")
    header_icon = "doc-full"
    default_ordering = "-issued_at"
    any_permission_required = ["view", "change"]
    search_fields = ["serial", "holder_name", "course_title"]
    is_searchable = True
    columns = [
        TitleColumn(
            "holder_name",
            label=_("Name on it"),
            get_url=lambda row: reverse("certificates:certificate", args=[row.pk]),
        ),
        Column("course_title", label=_("Course"), sort_key="course_title"),
        Column("serial", label=_("Number")),
        DateColumn("issued_at", label=_("Issued"), sort_key="issued_at"),
        DateColumn("revoked_at", label=_("Revoked"), sort_key="revoked_at"),
    ]


def show_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """One certificate; the posted form revokes it."""
    if not request.user.has_perm(MAY_REVOKE):
        raise PermissionDenied
    certificate = get_object_or_404(Certificate, pk=pk)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        revoke_certificate(
            certificate=certificate,
            reason=form.cleaned_data["reason"],
            actor=f"user:{request.user.pk}",
        )
        messages.success(request, _("The certificate no longer holds."))
        return redirect("certificates:index")
    context = {"certificate": certificate, "form": form, "page_title": _("Certificate")}
    return render(request, "classroom/admin/certificate.html", context)


class CertificateViewSet(ViewSet):
    """The addresses of both."""

    name = "certificates"
    url_prefix = "certificates"
    icon = "doc-full"
    menu_label = _("Certificates")
    menu_order = 720
    add_to_admin_menu = True

    def get_urlpatterns(self):
        """The list, and one certificate."""
        return [
            path("", CertificatesView.as_view(index_url_name="certificates:index"), name="index"),
            path("<int:pk>/", show_certificate, name="certificate"),
        ]

    def get_menu_item(self, order=None):
        """A menu item for who may revoke."""
        item = super().get_menu_item(order)
        item.is_shown = lambda request: request.user.has_perm(MAY_REVOKE)
        return item
