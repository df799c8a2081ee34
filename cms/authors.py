"""Which clinician's page stands for a writer, and for another page, in a language; reads only."""

from wagtail.models import Locale

from cms.models import ClinicianPage
from people.models import User


def clinician_page_of(user: User, locale_id: int) -> ClinicianPage | None:
    """The live page of the clinician whose login it is, None where there is none in the language."""
    return ClinicianPage.objects.live().filter(user=user, locale=locale_id).first()


def same_clinician(page: ClinicianPage, locale: Locale) -> ClinicianPage | None:
    """The live page of the same clinician in another language, None where there is none."""
    return page.get_translations(inclusive=True).live().filter(locale=locale).first()
