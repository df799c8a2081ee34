"""The admin's screens for the clinic and its branches, for administrators alone."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from people.models import Branch, Clinic


class ClinicViewSet(ModelViewSet):
    """The one clinic; it is neither added nor deleted here."""

    model = Clinic
    icon = "home"
    menu_label = _("Clinic")
    list_display = ["name", "name_zh", "time_zone"]
    form_fields = ["name", "name_zh", "time_zone"]
    inspect_view_enabled = False
    copy_view_enabled = False


class BranchViewSet(ModelViewSet):
    """The places of the clinic."""

    model = Branch
    icon = "site"
    menu_label = _("Branches")
    list_display = ["name", "name_zh", "telephone"]
    form_fields = [
        "slug",
        "name",
        "name_zh",
        "address",
        "address_zh",
        "telephone",
        "hours",
        "hours_zh",
        "practice_licence",
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
