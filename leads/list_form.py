"""The form in which a list and its rules are edited: the builder is one field of it."""

import json
from functools import cached_property
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import Script
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from leads.builder_data import shown_rules, told_rules
from leads.builder_words import builder_words
from leads.list_rules import rules_in_data, rules_of
from leads.models import LeadList
from leads.selectors.evaluation import moment_now
from leads.selectors.list_effects import ListEffect, effect_of
from leads.services.list_rules import save_rules


class RulesBuilder(forms.Widget):
    """Groups of conditions as sentences with gaps, and the count beside them."""

    template_name = "leads/builder/widget.html"
    lead_list: LeadList | None = None

    class Media:
        js = [Script("js/admin-list-builder.js", type="module")]

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> str:
        """By the project's own templates; forms look for theirs elsewhere."""
        return render_to_string(template_name, context)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """The rules as data, and the words of the builder."""
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "words": builder_words(self.lead_list),
            "list_id": self.lead_list.pk if self.lead_list else "",
            "today": timezone.localdate().isoformat(),
        }
        return context


class LeadListForm(WagtailAdminModelForm):
    """Name, address and description of a list, and who belongs on it."""

    rules = forms.CharField(label=_("Who belongs on it"), widget=RulesBuilder, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["rules"].widget.lead_list = self.instance
            self.initial["rules"] = json.dumps(shown_rules(rules_of(self.instance)))

    def clean_rules(self) -> str:
        """Refuse rules that cannot be kept up, with the place of each fault; what was sent stays."""
        text = self.cleaned_data["rules"]
        self.told = told_rules(text, of=self.instance)
        if problems := self.told.problems:
            raise ValidationError([problem.words for problem in problems])
        return text

    @cached_property
    def effect(self) -> ListEffect | None:
        """Whom saving would bring and take; None where the rules stay as they are. Once valid."""
        saved = self.instance if self.instance.pk else None
        rules = self.told.rules
        if saved and rules_in_data(rules_of(saved)) == rules_in_data(rules):
            return None
        return effect_of(rules, moment_now(), lead_list=saved)

    @property
    def confirmation(self) -> str:
        """What a yes to these rules and figures says."""
        rules = json.dumps(rules_in_data(self.told.rules), sort_keys=True)
        moved = self.effect.moved if self.effect else 0
        return f"{moved}:{sha256(rules.encode()).hexdigest()}"

    @property
    def is_confirmed(self) -> bool:
        """Whether a yes was sent to these rules, and to at least as many people."""
        figure, _colon, rules = self.data.get("confirm", "").partition(":")
        moved, _colon, meant = self.confirmation.partition(":")
        return rules == meant and figure.isdecimal() and int(figure) >= int(moved)

    def save(self, commit: bool = True) -> LeadList:
        """Save the list, then its rules as a new version where they changed."""
        lead_list = super().save(commit=commit)
        save_rules(lead_list=lead_list, rules=self.told.rules, by=self.for_user)
        return lead_list
