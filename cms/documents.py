"""Hands out the documents of live pages, always as a download and never as a page; it writes nothing.

Who may not read the pages that offer a document may not have it, and a private collection keeps its
own rule on top (a login, a group or a password), by Wagtail's hooks.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from wagtail.documents import get_document_model
from wagtail.documents.views.serve import serve

from cms.access import may_open
from cms.media import sandboxed
from cms.usage import live_pages_with


def document(request: HttpRequest, document_id: int, document_filename: str) -> HttpResponse:
    """The document as a download; 404 where no page that the reader may open offers it.

    Staff have every document.
    """
    found = get_object_or_404(get_document_model(), pk=document_id)
    if not request.user.has_perm("wagtailadmin.access_admin"):
        pages = live_pages_with(found)
        if not any(may_open(page, request) for page in pages):
            raise Http404
    response = serve(request, document_id, document_filename)
    if response.status_code == 200 and response.has_header("Content-Disposition"):
        del response["Content-Security-Policy"]  # ours is stricter
        response["Cache-Control"] = "private, max-age=0, must-revalidate"
        sandboxed(response)
    return response
