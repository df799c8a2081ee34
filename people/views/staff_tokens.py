"""The admin's screens of API tokens: one's own, and for administrators everybody's."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from people.models import StaffToken, User
from people.services.staff_tokens import DAYS_AT_MOST, create_staff_token, revoke_staff_token
from people.staff_scopes import in_words, scopes_for

SEE_ALL = "people.view_stafftoken"
END_ALL = "people.delete_stafftoken"
SHOWN = 200


class TokenForm(forms.Form):
    """What a token is for, what it may be used for, and how long it lives."""

    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may be used for"), widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days it lives"),
        min_value=1,
        max_value=DAYS_AT_MOST,
        initial=90,
        help_text=gettext_lazy("1 to 365. It ends sooner if your role changes."),
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope.value, scope.label) for scope in scopes_for(user)]


@never_cache
def show_tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens, and a form for a new one, which the answer to the POST shows this once."""
    if not scopes_for(request.user):
        raise PermissionDenied
    form = TokenForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        token = create_staff_token(user=request.user, **form.cleaned_data)
        context = {"token": token, **_frame(_("A new token"), _crumb())}
        return TemplateResponse(request, "people/admin/staff_token.html", context)
    mine = StaffToken.objects.filter(user=request.user)
    context = {
        "form": form,
        "tokens": _rows(mine),
        "may_see_all": request.user.has_perm(SEE_ALL),
        **_frame(_("API tokens")),
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "people/admin/staff_tokens.html", context, status=status)


@require_safe
def show_all_tokens(request: HttpRequest) -> HttpResponse:
    """Everybody's tokens, for administrators."""
    if not request.user.has_perm(SEE_ALL):
        raise PermissionDenied
    tokens = _rows(StaffToken.objects.select_related("user"))
    context = {"tokens": tokens, "of_all": True, **_frame(_("Everybody's API tokens"), _crumb())}
    return TemplateResponse(request, "people/admin/staff_tokens.html", context)


@require_POST
def end_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End one's own token, or as an administrator any; another's does not exist for the others."""
    reachable = StaffToken.objects.all()
    if not request.user.has_perm(END_ALL):
        reachable = reachable.filter(user=request.user)
    held = reachable.filter(pk=token_id).first()
    if held is None:
        raise Http404
    revoke_staff_token(held=held, by=request.user)
    messages.success(request, _("The token has ended: nothing can be done with it any more."))
    return redirect("staff_tokens" if held.user_id == request.user.pk else "all_staff_tokens")


def _rows(tokens) -> list[dict]:
    """Tokens with their scopes in words, those that are good first, then the newest."""
    now = timezone.now()
    found = [
        {
            "token": one,
            "scopes": None if one.scopes is None else in_words(one.scopes),
            "is_good": one.revoked_at is None and one.expires_at > now,
        }
        for one in tokens.order_by("-created_at", "-pk")[:SHOWN]
    ]
    return sorted(found, key=lambda row: not row["is_good"])


def _crumb() -> dict:
    return {"url": reverse("staff_tokens"), "label": _("API tokens")}


def _frame(title: str, *above: dict) -> dict:
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    return {
        "header_title": title,
        "header_icon": "key",
        "breadcrumbs_items": [home, *above, {"url": "", "label": title}],
    }
