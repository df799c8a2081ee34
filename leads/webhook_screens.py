"""The screens of webhooks: marketing looks, administrators change, test and send again."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from leads.models import (
    DeliveryState,
    WebhookEndpoint,
    WebhookField,
    WebhookKind,
    WhyDisabled,
)
from leads.selectors.webhooks import (
    endpoints_with_state,
    held_of,
    log_of,
    people_told,
    shown_people,
)
from leads.services.access import KEEP_WEBHOOKS, SEE_LISTS, SEE_PEOPLE, SEE_WEBHOOKS, demand
from leads.services.webhook_endpoints import (
    MoveRefused,
    add_endpoint,
    change_endpoint,
    disable_endpoint,
    enable_endpoint,
    redeliver,
    rotate_secret,
)
from leads.services.webhook_sending import Outcome, try_endpoint
from leads.webhook_forms import EndpointForm

SHOWN = 50


def show_webhooks(request: HttpRequest) -> HttpResponse:
    """Every endpoint, with how it fares."""
    demand(request.user, SEE_WEBHOOKS)
    context = {
        "endpoints": list(endpoints_with_state()),
        "may_change": request.user.has_perm(KEEP_WEBHOOKS),
        **_frame(_("Webhooks")),
    }
    return TemplateResponse(request, "leads/webhooks.html", context)


@never_cache
def add_webhook(request: HttpRequest) -> HttpResponse:
    """Add an endpoint; the answer to the POST shows its secret, this once."""
    demand(request.user, KEEP_WEBHOOKS)
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        endpoint, secret = add_endpoint(**form.values, by=request.user)
        return _secret(request, endpoint, secret)
    context = {"form": form, **_frame(_("Add a webhook"), _crumb())}
    return TemplateResponse(
        request, "leads/webhook_form.html", context, status=422 if form.is_bound else 200
    )


def show_webhook(request: HttpRequest, public_id: str) -> HttpResponse:
    """One endpoint: what it is told, how it fares, and the log."""
    demand(request.user, SEE_WEBHOOKS)
    endpoint = _endpoint(public_id)
    state = request.GET.get("state", "")
    page = Paginator(log_of(endpoint, state=state), SHOWN).get_page(request.GET.get("p"))
    may_see = request.user.has_perms((SEE_LISTS, SEE_PEOPLE))
    context = {
        "endpoint": endpoint,
        "kinds": [WebhookKind(kind).label for kind in endpoint.kinds],
        "fields": [WebhookField(name).label for name in endpoint.fields],
        "people_told": people_told(endpoint),
        "held": held_of(endpoint),
        "page": page,
        "state": state,
        "states": DeliveryState.choices,
        "may_change": request.user.has_perm(KEEP_WEBHOOKS),
        "shown_people": shown_people(page.object_list) if may_see else set(),
        **_frame(endpoint.description, _crumb()),
    }
    return TemplateResponse(request, "leads/webhook.html", context)


def change_webhook(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change where an endpoint is and what it is told."""
    demand(request.user, KEEP_WEBHOOKS)
    endpoint = _endpoint(public_id)
    form = EndpointForm(request.POST) if request.method == "POST" else EndpointForm.of(endpoint)
    if form.is_bound and form.is_valid():
        try:
            change_endpoint(endpoint=endpoint, **form.values, by=request.user)
        except MoveRefused as refusal:
            form.add_error("url", str(refusal))
        else:
            messages.success(request, _("Saved. What waits goes by the new settings, too."))
            return redirect("webhook", public_id)
    title = _("Change %(webhook)s") % {"webhook": endpoint.description}
    context = {"form": form, "endpoint": endpoint, **_frame(title, _crumb(), _crumb(endpoint))}
    return TemplateResponse(
        request, "leads/webhook_form.html", context, status=422 if form.is_bound else 200
    )


@require_POST
def test_webhook(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a test now and say the status alone."""
    demand(request.user, KEEP_WEBHOOKS)
    endpoint = _endpoint(public_id)
    outcome = try_endpoint(endpoint=endpoint, by=request.user)
    if outcome.is_taken:
        messages.success(request, _("The test was taken: status %d.") % (outcome.status or 0))
    else:
        messages.error(request, _failure_in_words(outcome))
    return redirect("webhook", public_id)


@require_POST
@never_cache
def renew_secret(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make a new secret and show it, this once."""
    demand(request.user, KEEP_WEBHOOKS)
    endpoint = _endpoint(public_id)
    return _secret(request, endpoint, rotate_secret(endpoint=endpoint, by=request.user))


@require_POST
def switch_webhook(request: HttpRequest, public_id: str) -> HttpResponse:
    """Switch an endpoint off or on; what is owed to it goes out once it is on."""
    demand(request.user, KEEP_WEBHOOKS)
    endpoint = _endpoint(public_id)
    if endpoint.disabled_at is None:
        disable_endpoint(endpoint=endpoint, why=WhyDisabled.STAFF, by=request.user)
        messages.success(
            request, _("Switched off. It is still told who is erased, and nothing else.")
        )
    else:
        sent = enable_endpoint(endpoint=endpoint, by=request.user)
        said = ngettext(
            "Switched on. %(count)d notice of leaving or erasure goes out now.",
            "Switched on. %(count)d notices of leaving or erasure go out now.",
            sent,
        )
        messages.success(request, said % {"count": sent} if sent else _("Switched on."))
    return redirect("webhook", public_id)


@require_POST
def redeliver_webhook(request: HttpRequest, public_id: str, webhook_id: str) -> HttpResponse:
    """Send one delivery again, by what may be sent now."""
    demand(request.user, KEEP_WEBHOOKS)
    delivery = _endpoint(public_id).deliveries.filter(webhook_id=webhook_id).first()
    if delivery is None:
        raise Http404
    if redeliver(delivery=delivery, by=request.user):
        messages.success(
            request, _("It goes out again within a minute, if consent still allows it.")
        )
    else:
        messages.warning(request, _("It still waits to be sent, so nothing was changed."))
    return redirect("webhook", public_id)


def _failure_in_words(outcome: Outcome) -> str:
    if outcome.status is not None:
        return _("The test was not taken: status %d.") % outcome.status
    return _("The test did not arrive: %s.") % outcome.problem_in_words


def _secret(request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    title = _("Secret of %(webhook)s") % {"webhook": endpoint.description}
    context = {
        "endpoint": endpoint,
        "secret": secret,
        **_frame(title, _crumb(), _crumb(endpoint)),
    }
    return TemplateResponse(request, "leads/webhook_secret.html", context)


def _endpoint(public_id: str) -> WebhookEndpoint:
    found = WebhookEndpoint.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _crumb(endpoint: WebhookEndpoint | None = None) -> dict:
    if endpoint is None:
        return {"url": reverse("webhooks"), "label": _("Webhooks")}
    return {"url": reverse("webhook", args=[endpoint.public_id]), "label": endpoint.description}


def _frame(title: str, *above: dict) -> dict:
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    return {
        "header_title": title,
        "header_icon": "link-external",
        "breadcrumbs_items": [home, *above, {"url": "", "label": title}],
    }
