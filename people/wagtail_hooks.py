"""The admin's screens for the clinic and its branches, and those for letting somebody in."""

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from people.models import Branch, Clinic
from people.services.vouching import may_vouch
from people.staff_scopes import scopes_for
from people.views import staff_tokens, vouching


class ClinicViewSet(ModelViewSet):
    """The one clinic; it is neither added nor deleted here."""

    model = Clinic
    icon = "home"
    menu_label = _("Clinic")
    list_display = ["name", "name_zh", "time_zone"]
    form_fields = [
        "name",
        "name_zh",
        "time_zone",
        "offers_email",
        "offers_phone",
        "phone_region",
        "code_texts_a_day",
    ]
    inspect_view_enabled = False
    copy_view_enabled = False


class BranchViewSet(ModelViewSet):
    """The places of the clinic."""

    model = Branch
    icon = "site"
    menu_label = _("Branches")
    list_display = ["name", "name_zh", "telephone"]
    panels = [
        FieldPanel("slug"),
        FieldPanel("name"),
        FieldPanel("name_zh"),
        FieldPanel("address"),
        FieldPanel("address_zh"),
        FieldPanel("telephone"),
        FieldPanel("hours"),
        FieldPanel("hours_zh"),
        FieldPanel("map_url"),
        FieldPanel("practice_licence"),
        FieldPanel("register_url"),
        FieldPanel("filing_number"),
        FieldPanel("complaint_contact"),
        FieldPanel("complaint_contact_zh"),
    ]
    copy_view_enabled = False


class ClinicGroup(ModelViewSetGroup):
    """One menu entry for both; Wagtail hides it from whoever has no permission on either."""

    menu_label = _("Clinic")
    menu_icon = "home"
    menu_order = 800
    items = (ClinicViewSet("clinic"), BranchViewSet("branches"))


@hooks.register("register_admin_viewset")
def register_clinic_screens() -> ClinicGroup:
    """Add the screens to the admin."""
    return ClinicGroup()


@hooks.register("register_admin_urls")
def vouching_addresses() -> list:
    """The screens on which staff let somebody in."""
    return [
        path("sign-in-links/", vouching.show_links, name="sign_in_links"),
        path("sign-in-links/<uuid:link_id>/end/", vouching.revoke_link, name="sign_in_link_revoke"),
        path("scan/", vouching.scan, name="scan"),
    ]


class VouchingMenuItem(MenuItem):
    """Shown to those who may say who somebody is."""

    def is_shown(self, request) -> bool:
        """Whether the one who asks may."""
        return may_vouch(request.user)


@hooks.register("register_admin_menu_item")
def vouching_menu_item() -> MenuItem:
    """ "Let somebody in" in the main menu."""
    return VouchingMenuItem(
        _("Let somebody in"), reverse("sign_in_links"), name="vouching", icon_name="key", order=247
    )


@hooks.register("insert_global_admin_css")
def style_vouching_screens() -> str:
    """Load the style of these screens."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-vouching.css"))


@hooks.register("register_admin_urls")
def token_addresses() -> list:
    """API tokens: one's own, everybody's, and ending one."""
    return [
        path("tokens/", staff_tokens.show_tokens, name="staff_tokens"),
        path("tokens/all/", staff_tokens.show_all_tokens, name="all_staff_tokens"),
        path("tokens/<int:token_id>/end/", staff_tokens.end_token, name="end_staff_token"),
    ]


class TokensMenuItem(MenuItem):
    """Shown to those whose tokens could be of use."""

    def is_shown(self, request) -> bool:
        """Whether a token of the one who asks could do anything."""
        return bool(scopes_for(request.user))


@hooks.register("register_settings_menu_item")
def tokens_menu_item() -> MenuItem:
    """ "API tokens" among the settings."""
    return TokensMenuItem(
        _("API tokens"), reverse("staff_tokens"), name="tokens", icon_name="key", order=920
    )
