"""What Wagtail's admin is told of this package; the screens are in cms/admin/."""

from django.templatetags.static import static
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from wagtail import hooks

from cms.admin import (  # noqa: F401  importing registers their hooks
    review_hooks,
    sharing_hooks,
    text_hooks,
    topic_hooks,
)
from cms.admin.claims import ClaimPhraseViewSet, claims_addresses
from cms.admin.panels import panel_drawing
from cms.admin.patient_consents import PatientConsentViewSet
from cms.admin.topics import TopicViewSet


@hooks.register("register_admin_viewset")
def register_topics() -> TopicViewSet:
    """Put the vocabulary into the admin's menu."""
    return TopicViewSet()


@hooks.register("register_admin_viewset")
def register_claim_phrases() -> ClaimPhraseViewSet:
    """Put the governed phrases among the settings."""
    return ClaimPhraseViewSet()


@hooks.register("register_admin_urls")
def claim_addresses() -> list:
    """The claims in a piece."""
    return claims_addresses()


@hooks.register("insert_editor_js")
def editor_script() -> SafeString:
    """What the package's own panels of the editor do, and buttons that wait for a save under way."""
    return format_html_join(
        "",
        '<script type="module" src="{}"></script>',
        [(static(f"js/{name}.js"),) for name in ("admin-editor", "admin-one-save")],
    )


@hooks.register("insert_global_admin_css")
def editor_style() -> SafeString:
    """How the package's own panels and screens look."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-editor.css"))


@hooks.register("register_admin_viewset")
def register_patient_consents() -> PatientConsentViewSet:
    """Put patients' consents into the admin's menu."""
    return PatientConsentViewSet()


@hooks.register("insert_global_admin_css")
def add_content_styles() -> SafeString:
    """How our own screens about content look."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-content.css"))


@hooks.register("register_admin_urls")
def panel_addresses() -> list:
    """The drawings of a comic, as its editor shows them."""
    return [path("panel-drawing/<int:pk>/", panel_drawing, name="panel_drawing")]
