"""What Wagtail's admin is told of this package; the screens are in classroom/admin/."""

from collections.abc import Iterator

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button, ListingButton
from wagtail.models import Page

from classroom.admin import (
    attendance,
    classes,
    day,
    door,
    ledger,
    names,
    questionnaires,
    questions,
    replay,
    reports,
    result,
    room,
    tellings,
)
from classroom.models import LiveClass
from classroom.question_selectors import may_answer
from classroom.services.staff_access import may_see_classes
from people.models import User


@hooks.register("register_admin_urls")
def classes_addresses() -> list:
    """The list of classes and the screens of one."""
    one = "classes/<int:class_id>/"
    person = one + "people/<slug:external_id>/"
    return [
        path("classes/", classes.list_classes, name="classes"),
        path("tellings/", tellings.list_tellings, name="tellings"),
        path(one, classes.show_coming, name="class_coming"),
        path(one + "day/", day.show_day, name="class_day"),
        path(one + "room/", room.show_room, name="class_room"),
        path(one + "replay/", replay.show_replay, name="class_replay"),
        path(one + "tellings/", tellings.show_class_tellings, name="class_tellings"),
        path(one + "door/", door.show_door, name="class_door"),
        path(one + "attendance/", attendance.show_attendance, name="class_attendance"),
        path(one + "result/", result.show_result, name="class_result"),
        path(one + "answers/", questionnaires.show_answers, name="class_answers"),
        path(one + "names/", names.show_names, name="class_names"),
        path(one + "names/<int:attendee_id>/", names.decide_name, name="class_decide_name"),
        path(one + "names/undo/<uuid:act>/", names.undo_name, name="class_undo_name"),
        path(one + "reports/", reports.show_reports, name="class_reports"),
        path(
            one + "reports/uploads/<int:upload_id>/",
            reports.show_upload,
            name="class_report_upload",
        ),
        path(
            one + "reports/uploads/<int:upload_id>/columns/",
            reports.map_columns,
            name="class_report_columns",
        ),
        path(one + "reports/<int:import_id>/", reports.show_import, name="class_report_import"),
        path(person, ledger.show_ledger, name="class_ledger"),
        path(person + "take-back/", ledger.take_back, name="class_take_back"),
    ]


class ClassesMenuItem(MenuItem):
    """Shown to those who have classes to look after."""

    def is_shown(self, request) -> bool:
        """Whether the one who asks has a role with classes."""
        return may_see_classes(request.user)


@hooks.register("register_admin_menu_item")
def classes_menu_item() -> MenuItem:
    """ "Classes" in the main menu."""
    return ClassesMenuItem(
        _("Classes"), reverse("classes"), name="classes", icon_name="date", order=240
    )


@hooks.register("register_page_header_buttons")
def class_header_button(page: Page, user: User, view_name: str, next_url=None) -> Iterator[Button]:
    """From a class's page to its people."""
    if isinstance(page.specific_deferred, LiveClass) and may_see_classes(user):
        yield Button(
            _("People and attendance"),
            reverse("class_coming", args=[page.pk]),
            icon_name="group",
            priority=12,
        )


@hooks.register("register_page_listing_buttons")
def class_listing_button(page: Page, user: User, next_url=None) -> Iterator[ListingButton]:
    """The same from the list of pages."""
    if isinstance(page.specific_deferred, LiveClass) and may_see_classes(user):
        yield ListingButton(
            _("People and attendance"), reverse("class_coming", args=[page.pk]), priority=25
        )


@hooks.register("register_admin_urls")
def questions_addresses() -> list:
    """The queue of questions and the page of one."""
    return [
        path("questions/", questions.list_questions, name="questions"),
        path("questions/<int:question_id>/", questions.show_question, name="question"),
    ]


class QuestionsMenuItem(MenuItem):
    """Shown to those whose work questions are."""

    def is_shown(self, request) -> bool:
        """Whether the one who asks answers questions."""
        return may_answer(request.user)


@hooks.register("register_admin_menu_item")
def questions_menu_item() -> MenuItem:
    """ "Questions" in the main menu."""
    return QuestionsMenuItem(
        _("Questions"), reverse("questions"), name="questions", icon_name="help", order=245
    )


@hooks.register("register_admin_viewset")
def register_questionnaires() -> questionnaires.QuestionnaireViewSet:
    """Put the clinic's questionnaires into the admin's menu."""
    return questionnaires.QuestionnaireViewSet()


@hooks.register("insert_global_admin_css")
def style_classes_screens() -> str:
    """Load the style of tabs, lines and curves."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-classes.css"))


@hooks.register("insert_global_admin_css")
def style_tellings_screens() -> str:
    """Load the style of what is told by hand."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-tellings.css"))


@hooks.register("insert_global_admin_css")
def style_questions_screens() -> str:
    """Load the style of the queue of questions."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-questions.css"))
