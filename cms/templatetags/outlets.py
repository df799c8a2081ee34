"""Tags of the screens by which texts come in and pieces go out."""

from django import template
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from cms.admin.bringing_in import takes_texts as page_takes_texts

register = template.Library()


@register.simple_tag
def takes_texts(page: Page) -> bool:
    """Whether a text may be brought in under a page."""
    return page_takes_texts(page)


@register.filter
def opened(html: str) -> SafeString:
    """HTML of our own templates with every fold open, for paper."""
    return mark_safe(html.replace("<details", "<details open"))
