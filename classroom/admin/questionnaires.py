"""Questionnaires in Wagtail's admin: the list, the editor, and what the guests of a class answered."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, TitleColumn
from wagtail.admin.viewsets.model import ModelViewSet

from classroom.admin.frame import frame, open_class
from classroom.models import Questionnaire
from classroom.questionnaire_results import FEWEST, round_result
from classroom.questionnaires import questionnaire_of
from classroom.services.questionnaires import choose_default
from classroom.services.staff_access import note_look


class QuestionnaireForm(WagtailAdminModelForm):
    """A name, the questions, and whether classes that name none use it."""

    clinics_own = forms.BooleanField(
        label=_("The clinic's own"),
        required=False,
        help_text=_("Classes that name no other use it. There is one at most."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clinics_own"].initial = self.instance.default_since is not None

    def save(self, commit: bool = True) -> Questionnaire:
        """Save the questions; classes that were asked already keep the words they were asked in."""
        questionnaire = super().save(commit)
        if commit:
            choose_default(questionnaire=questionnaire, chosen=self.cleaned_data["clinics_own"])
        return questionnaire


class QuestionnaireViewSet(ModelViewSet):
    """The clinic's questionnaires, for editors and administrators."""

    model = Questionnaire
    name = url_prefix = "questionnaires"
    url_namespace = "questionnaires"
    icon = "form"
    menu_label = _("Questionnaires")
    menu_order = 246
    add_to_admin_menu = True
    inspect_view_enabled = False
    copy_view_enabled = False
    ordering = "name"
    list_display = [
        TitleColumn(
            "name",
            label=_("Name"),
            sort_key="name",
            get_url=lambda one: reverse("questionnaires:edit", args=[one.pk]),
        ),
        BooleanColumn("default_since", label=_("The clinic's own")),
    ]
    edit_handler = ObjectList(
        [FieldPanel("name"), FieldPanel("clinics_own"), FieldPanel("questions")],
        base_form_class=QuestionnaireForm,
    )


def show_answers(request: HttpRequest, class_id: int) -> HttpResponse:
    """What the guests of a class answered: counts, words with names where they agreed."""
    live_class = open_class(request, class_id)
    result = round_result(live_class, get_language() or "en")
    names = (
        [name for one in result.questions for name, _text in one.texts if name] if result else []
    )
    note_look(user=request.user, live_class=live_class, part="answers", shown=len(set(names)))
    context = {
        "result": result,
        "questionnaire": questionnaire_of(live_class),
        "fewest": FEWEST,
        "may_edit": request.user.has_perm("classroom.change_questionnaire"),
        **frame(live_class, tab="answers"),
    }
    return TemplateResponse(request, "classroom/admin/answers.html", context)
