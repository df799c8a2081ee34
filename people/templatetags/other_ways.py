"""Puts the ways in that need no code of ours onto the sign-in page."""

from django import template

from people.sign_in_adapters import sign_in_adapter

register = template.Library()


@register.inclusion_tag("people/outside_way.html", takes_context=True)
def outside_way(context) -> dict:
    """Offer the login kept elsewhere, where one is set up and this browser can use it."""
    request = context["request"]
    adapter = sign_in_adapter()
    agent = request.headers.get("User-Agent", "")
    return {
        "offered": adapter is not None and adapter.works_in(agent),
        "next": _next(request),
    }


@register.inclusion_tag("people/other_ways.html", takes_context=True)
def other_ways(context) -> dict:
    """Offer the code for the reception, and say that the clinic can send a link."""
    request = context["request"]
    return {"csrf_token": context.get("csrf_token"), "next": _next(request)}


def _next(request) -> str:
    return request.POST.get("next") or request.GET.get("next", "")
