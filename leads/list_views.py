"""Making, changing and deleting a list in the admin; what moves many people waits for a second yes."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from wagtail.admin.views.generic import CreateView, DeleteView, EditView

from leads.list_form import LeadListForm
from leads.models import LeadList
from leads.selectors.list_effects import lists_asking_for


def members_url(lead_list: LeadList) -> str:
    """The page of a list's members."""
    return reverse("lead-lists:members", args=[lead_list.pk])


class SavedListMixin:
    """Asks first where many would come or go; leads to the members after saving.

    They say how far the list is built.
    """

    def form_valid(self, form: LeadListForm) -> HttpResponse:
        """Save, unless it moves many and the yes to just these figures is missing.

        With `cancel` nothing is saved, and what was typed stands in the form again.
        """
        if "cancel" in self.request.POST:  # type: ignore[attr-defined]
            return self._shown(form)
        effect = form.effect
        if effect is not None and effect.waits and not form.is_confirmed:
            return self._shown(form, effect=effect)
        return super().form_valid(form)  # type: ignore[misc]

    def _shown(self, form: LeadListForm, **context: Any) -> HttpResponse:
        self.form = form
        return self.render_to_response(self.get_context_data(form=form, **context))  # type: ignore[attr-defined]

    def get_success_url(self) -> str:
        """The members."""
        return members_url(self.object)  # type: ignore[attr-defined]


class AddListView(SavedListMixin, CreateView):
    """Makes a list; a receiver marks it, and the next refresh builds it."""


class EditListView(SavedListMixin, EditView):
    """Changes a list; a receiver marks it, and the next refresh builds it."""


class DeleteListView(DeleteView):
    """Deletes a list, after saying how many people are on it and which lists ask for it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The members' number, and the lists that can no longer be kept up."""
        lead_list: LeadList = self.object
        return super().get_context_data(**kwargs) | {
            "members": lead_list.memberships.count(),
            "asking": lists_asking_for(lead_list),
        }
