"""Patients' consents in Wagtail's admin: what lapses soon, the signed paper, withdraw and undo."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Prefetch, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import CreateView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtailmedia.edit_handlers import MediaChooserPanel

from cms.media import sandboxed
from cms.models import ConsentedImage, PatientConsent
from cms.services.patient_consents import reinstate_patient_consent, withdraw_patient_consent
from outbox.services.audit import record_audit

SOON = timedelta(days=60)


def state_of(consent: PatientConsent) -> tuple[str, str]:
    """The consent's state as a word for style and words for staff."""
    today = timezone.localdate()
    if consent.withdrawn_at:
        return "ended", _("withdrawn")
    if consent.expires_on and consent.expires_on < today:
        return "ended", _("expired")
    if consent.expires_on and consent.expires_on <= today + SOON:
        days = (consent.expires_on - today).days
        return "soon", _("lapses in %(days)d days") % {"days": days}
    return "", _("in force") if consent.signed_on <= today else _("not yet in force")


def scopes_of(consent: PatientConsent) -> str:
    """Where the patient agreed to be shown, in words."""
    named = (
        (consent.for_website, _("website")),
        (consent.for_print, _("print")),
        (consent.for_social, _("social media")),
    )
    return ", ".join(word for agreed, word in named if agreed)


class PicturesColumn(Column):
    """Small pictures of what the paper covers."""

    cell_template_name = "cms/admin/consent_pictures.html"


class DayColumn(Column):
    """A day as a date: Wagtail's own column counts from now, and takes days to come for now."""

    def get_value(self, instance: Any) -> str:
        day = super().get_value(instance)
        return date_format(day, "DATE_FORMAT") if day else ""


class StateColumn(Column):
    """The state, and beside it the one thing to do: withdraw, or take that back."""

    cell_template_name = "cms/admin/consent_state.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        request = parent_context["request"]
        tone, words = state_of(instance)
        return {
            **super().get_cell_context_data(instance, parent_context),
            "tone": tone,
            "words": words,
            "may_change": request.user.has_perm("cms.change_patientconsent"),
            "csrf_token": get_token(request),
        }


class ConsentIndexView(IndexView):
    """What lapses soon stands first; what has ended, last."""

    def get_base_queryset(self) -> QuerySet:
        rows = ConsentedImage.objects.select_related("image").prefetch_related("image__renditions")
        consents = super().get_base_queryset()
        return consents.prefetch_related(Prefetch("consented_images", queryset=rows))

    def order_queryset(self, queryset: QuerySet) -> QuerySet:
        if self.request.GET.get("ordering"):
            return super().order_queryset(queryset)
        return queryset.order_by(
            F("withdrawn_at").asc(nulls_first=True), F("expires_on").asc(nulls_last=True), "-pk"
        )


class ConsentCreateView(CreateView):
    """Remembers who recorded the paper."""

    def save_instance(self) -> PatientConsent:
        self.form.instance.recorded_by = self.request.user
        return super().save_instance()


def consent_document(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed paper as a download, for who recorded it and who looks after consents; audited."""
    consent = get_object_or_404(PatientConsent, pk=pk)
    is_own = consent.recorded_by_id == request.user.pk
    if not (is_own or request.user.has_perm("cms.change_patientconsent")):
        raise PermissionDenied
    try:
        file = consent.document.open("rb")
    except OSError:
        raise Http404 from None
    record_audit(
        actor=f"user:{request.user.pk}",
        action="patient_consent.read",
        subject=f"patient_consent:{pk}",
    )
    response = FileResponse(file, as_attachment=True, filename=f"consent-{pk}.{_ending(consent)}")
    response["Cache-Control"] = "private, no-store"
    return sandboxed(response)


def _ending(consent: PatientConsent) -> str:
    return consent.document.name.rpartition(".")[2]


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End the consent now, or take that back."""
    consent = get_object_or_404(PatientConsent, pk=pk)
    if not request.user.has_perm("cms.change_patientconsent"):
        raise PermissionDenied
    actor = f"user:{request.user.pk}"
    if "undo" in request.POST:
        reinstate_patient_consent(consent=consent, actor=actor)
        messages.success(request, _("The consent stands again as it was."))
    else:
        withdraw_patient_consent(consent=consent, actor=actor)
        messages.success(
            request, _("Withdrawn. Its pictures are no longer shown. This can be undone here.")
        )
    return redirect("patient_consents:index")


class PatientConsentViewSet(ModelViewSet):
    """Patients' consents, for those who publish pictures of patients."""

    model = PatientConsent
    name = url_prefix = "patient-consents"
    url_namespace = "patient_consents"
    icon = "user"
    menu_label = gettext_lazy("Patient consents")
    menu_order = 310
    add_to_admin_menu = True
    index_view_class = ConsentIndexView
    add_view_class = ConsentCreateView
    list_filter = ["for_website", "for_print", "for_social"]
    list_display = [
        TitleColumn(
            "pk",
            label=gettext_lazy("Consent"),
            accessor=lambda consent: str(consent),
            get_url=lambda consent: reverse("patient_consents:edit", args=[consent.pk]),
        ),
        PicturesColumn("pictures", label=gettext_lazy("Pictures"), accessor="consented_images"),
        Column("scopes", label=gettext_lazy("For"), accessor=scopes_of),
        DayColumn("signed_on", label=gettext_lazy("Signed on"), sort_key="signed_on"),
        DayColumn("expires_on", label=gettext_lazy("Last day"), sort_key="expires_on"),
        StateColumn("state", label=gettext_lazy("State")),
        TitleColumn(
            "document",
            label=gettext_lazy("Signed paper"),
            accessor=lambda consent: _("Download"),
            get_url=lambda consent: reverse("patient_consents:document", args=[consent.pk]),
        ),
    ]
    panels = [
        FieldPanel("document"),
        FieldRowPanel([FieldPanel("signed_on"), FieldPanel("expires_on")]),
        FieldRowPanel(
            [FieldPanel("for_website"), FieldPanel("for_print"), FieldPanel("for_social")]
        ),
        InlinePanel(
            "consented_images",
            heading=gettext_lazy("Pictures that show this patient"),
            label=gettext_lazy("Picture"),
            panels=[FieldPanel("image")],
        ),
        InlinePanel(
            "consented_media",
            heading=gettext_lazy("Films and recordings of this patient"),
            label=gettext_lazy("Film or recording"),
            panels=[MediaChooserPanel("media")],
        ),
    ]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("document/<int:pk>/", consent_document, name="document"),
            path("withdraw/<int:pk>/", withdraw, name="withdraw"),
        ]
