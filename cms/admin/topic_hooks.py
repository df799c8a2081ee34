"""What Wagtail's admin is told of topics beside their list; the screens are in the modules beside it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from cms.admin.topic_chooser import TopicChooserViewSet, topic_chooser
from cms.admin.topic_views import topic_addresses, waiting_panel_for


@hooks.register("register_admin_viewset")
def register_topic_chooser() -> TopicChooserViewSet:
    """Let forms choose a topic by any of its names."""
    return topic_chooser


@hooks.register("register_admin_urls")
def more_topic_addresses() -> list:
    """Suggestions, where a topic is used, and the terms that wait."""
    return topic_addresses()


@hooks.register("construct_homepage_panels")
def add_waiting_terms(request, panels) -> None:
    """Show how many terms wait to those who decide about them."""
    if panel := waiting_panel_for(request):
        panels.append(panel)


class WaitingTermsMenuItem(MenuItem):
    """For those who decide about terms."""

    def is_shown(self, request) -> bool:
        return request.user.has_perm("cms.change_topic")


@hooks.register("register_reports_menu_item")
def waiting_terms_report() -> MenuItem:
    """The terms that wait, among the reports."""
    return WaitingTermsMenuItem(
        gettext_lazy("Terms that wait"), reverse("topics_waiting"), icon_name="tag", order=700
    )
