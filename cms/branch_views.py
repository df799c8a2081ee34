"""The pages of the clinic's branches, in the language of the moment; they read and never write."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from wagtail.models import Locale

from cms.branches import branch_context, branches_in_order, facts_of
from people.models import Branch


@require_safe
def branches(request: HttpRequest) -> HttpResponse:
    """Every place of the clinic."""
    places = [facts_of(branch) for branch in branches_in_order()]
    return render(request, "cms/branches.html", {"places": places})


@require_safe
def branch(request: HttpRequest, slug: str) -> HttpResponse:
    """One place: how to get there, who works there, under which licence; 404 for another word."""
    found = get_object_or_404(Branch, slug=slug)
    locale = Locale.objects.filter(language_code=get_language()).first()
    context = branch_context(found, locale_id=locale.pk if locale else None)
    return render(request, "cms/branch.html", context)
