"""The editor's panel of claims; page models use it, so it imports none of them at start."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel


class ClaimsPanel(Panel):
    """Lists the claims in the draft, and again after each save; hidden where there are none."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**{"heading": _("Claims"), **kwargs})

    @property
    def clean_name(self) -> str:
        return super().clean_name or "claims"

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms/admin/claims_panel.html"

        def is_shown(self) -> bool:
            return bool(self.instance.pk)

        def get_context_data(self, parent_context=None) -> dict:
            from cms.admin.claims import claims_context

            return {**super().get_context_data(parent_context), **claims_context(self.instance)}
