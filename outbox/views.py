"""The development page of mails that would be sent; it answers 404 wherever strangers could look."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outbox.development import is_private_development
from outbox.mail import FILES
from outbox.would_be_sent import written_mails


@never_cache
@require_safe
def show_would_be_sent(request: HttpRequest) -> HttpResponse:
    """List mails written to files, newest first."""
    if not is_private_development():
        raise Http404
    return render(
        request,
        "outbox/would_be_sent.html",
        {"mails": written_mails(), "sends_mail": FILES != settings.EMAIL_BACKEND},
    )
