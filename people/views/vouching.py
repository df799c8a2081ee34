"""The admin's screens on which staff let somebody in: by a link, or by the code on a phone."""

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from outbox.services import record_audit
from people.models import Person, SignInLink
from people.qr import drawn
from people.services.scans import BadScan, confirm_scan, figures_of, scan_of_token
from people.services.sign_in import NotByCode
from people.services.sign_in_links import KEPT, LIFE, make_sign_in_link, revoke_sign_in_link
from people.services.vouching import ContactTaken, TooManyWaysIn, demand_voucher
from people.vouching_forms import LinkForm, WhoForm, found_people

FIND_PEOPLE = "people.view_person"
LINKS_SHOWN = 20


@require_http_methods(["GET", "POST"])
def show_links(request: HttpRequest) -> HttpResponse:
    """Find or name somebody, and make a link for them, which is shown once."""
    demand_voucher(request.user)
    form = LinkForm(
        request.POST or None,
        initial={"person": request.GET.get("person", ""), "language": _language(request)},
    )
    status = 200
    if request.method == "POST":
        if _is_valid(request, form):
            try:
                link, token = make_sign_in_link(
                    by=request.user, language=form.cleaned_data["language"], **form.who
                )
                return _shown_once(request, link, token)
            except (NotByCode, ContactTaken, TooManyWaysIn) as refusal:
                form.add_error(None, _refused(request, refusal))
        status = 422
    context = {
        "header_title": _("Let somebody in"),
        "header_icon": "key",
        "breadcrumbs_items": _crumbs(_("Let somebody in")),
        "form": form,
        "minutes": LIFE.seconds // 60,
        "links": SignInLink.objects.filter(
            vouched_by=request.user, created_at__gt=timezone.now() - KEPT
        )
        .select_related("person")
        .order_by("-created_at")[:LINKS_SHOWN],
        "now": timezone.now(),
        **_finding(request, form),
    }
    return TemplateResponse(request, "people/admin/sign_in_links.html", context, status=status)


def _shown_once(request: HttpRequest, link: SignInLink, token: str) -> HttpResponse:
    with translation.override(link.language):
        path = reverse("sign_in_link")
    address = f"{settings.BASE_URL}{path}?{urlencode({'link': token})}"
    context = {
        "header_title": _("The link is ready"),
        "header_icon": "key",
        "breadcrumbs_items": _crumbs(
            _("The link is ready"), (reverse("sign_in_links"), _("Let somebody in"))
        ),
        "address": address,
        "drawing": drawn(address, title=_("QR code of the link")),
        "link": link,
        "name": link.person.display_name if link.person else link.name,
        "minutes": LIFE.seconds // 60,
    }
    response = TemplateResponse(request, "people/admin/sign_in_link.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke_link(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """End one of one's own links."""
    if revoke_sign_in_link(public_id=str(link_id), by=request.user):
        messages.success(request, _("The link works no more."))
    return redirect("sign_in_links")


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def scan(request: HttpRequest) -> HttpResponse:
    """Opened by a phone's camera: compare the figures, say who it is, press."""
    demand_voucher(request.user)
    code = request.POST.get("code", "") or request.GET.get("code", "")
    context = {
        "header_title": _("Let in who stands before you"),
        "header_icon": "mobile-alt",
        "breadcrumbs_items": _crumbs(_("Scan"), (reverse("sign_in_links"), _("Let somebody in"))),
        "code": code,
    }
    template = "people/admin/scan.html"
    if not code:
        return TemplateResponse(request, template, context)
    form = WhoForm(request.POST or None, initial={"person": request.GET.get("person", "")})
    status = 200
    try:
        scan_of_token(code)
        if request.method == "POST":
            if _is_valid(request, form):
                try:
                    confirm_scan(token=code, by=request.user, **form.who)
                    messages.success(request, _("Done. Their phone goes on by itself."))
                    return redirect("scan")
                except (NotByCode, ContactTaken, TooManyWaysIn) as refusal:
                    form.add_error(None, _refused(request, refusal))
            status = 422
    except BadScan:
        context["gone"] = True
        return TemplateResponse(request, template, context, status=404)
    context |= {"form": form, "figures": figures_of(code), **_finding(request, form)}
    response = TemplateResponse(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _finding(request: HttpRequest, form: WhoForm) -> dict:
    """What was searched and found, and who is chosen; each search is noted."""
    if not request.user.has_perm(FIND_PEOPLE):
        return {"may_find": False}
    text = request.GET.get("q", "")
    found = found_people(text) if text else []
    chosen = form["person"].value() or ""
    person = (
        Person.objects.filter(external_id=chosen, merged_into=None)
        .prefetch_related("contact_points")
        .first()
        if chosen
        else None
    )
    if text:
        record_audit(
            actor=f"user:{request.user.pk}", action="people.searched", detail={"shown": len(found)}
        )
    return {"may_find": True, "q": text, "found": found, "chosen": person}


def _is_valid(request: HttpRequest, form: WhoForm) -> bool:
    """Who may not look people up names only somebody new."""
    if not form.is_valid():
        return False
    if form.named is not None and not request.user.has_perm(FIND_PEOPLE):
        form.add_error(None, _("You may let in people who are new here."))
        return False
    return True


def _refused(request: HttpRequest, refusal: Exception) -> str:
    if isinstance(refusal, NotByCode):
        return _("This is a login of staff, or one that was switched off. Staff use a password.")
    if isinstance(refusal, TooManyWaysIn):
        return _("You let in very many people within an hour. Wait a little.")
    if isinstance(refusal, ContactTaken) and request.user.has_perm(FIND_PEOPLE):
        return _("This contact is confirmed already, for %(name)s. Search for them above.") % {
            "name": refusal.holder.display_name or refusal.holder.external_id
        }
    return _("This contact is confirmed already, for somebody else.")


def _language(request: HttpRequest) -> str:
    """The chosen person's language, else that of the screen."""
    person = Person.objects.filter(external_id=request.GET.get("person", "")).first()
    language = (person.language if person else "") or translation.get_language() or "en"
    return "zh-hans" if language.startswith("zh") else "en"


def _crumbs(here: str, *above: tuple[str, str]) -> list[dict[str, str]]:
    home = (reverse("wagtailadmin_home"), _("Home"))
    return [
        *({"url": url, "label": label} for url, label in (home, *above)),
        {"url": "", "label": here},
    ]
