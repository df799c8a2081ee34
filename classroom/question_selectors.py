"""Which questions somebody may see, and which answers readers see; reads only."""

from django.db.models import Q, QuerySet
from wagtail.models import Page

from classroom.models import Answer, LiveClass, Question
from cms.models import ArticlePage, ClinicianPage, ComicPage, CoursePage, ModulePage
from people.models import User
from people.roles import Role

SHOWN_BESIDE_A_PIECE = 12


def roles_of(user: User) -> set[str]:
    """The names of the roles the user has."""
    return set(user.groups.values_list("name", flat=True))


def may_answer(user: User) -> bool:
    """Whether questions are the user's work at all."""
    if not user.is_authenticated or not user.is_active:
        return False
    work = {Role.CLINICIAN.value, Role.CONSULTANT.value, Role.ADMINISTRATOR.value}
    return user.is_superuser or bool(roles_of(user) & work)


def questions_for(user: User) -> QuerySet[Question]:
    """The questions the user may read: a clinician's own and those about their pieces and classes."""
    questions = Question.objects.select_related("person", "page", "owner")
    if not may_answer(user):
        return questions.none()
    if user.is_superuser or roles_of(user) & {Role.CONSULTANT.value, Role.ADMINISTRATOR.value}:
        return questions
    return questions.filter(Q(owner=user) | Q(page__in=_pages_of(user)))


def _pages_of(user: User) -> QuerySet[Page]:
    clinician = ClinicianPage.objects.filter(user=user)
    mine = Q(pk__in=LiveClass.objects.filter(clinicians__in=clinician).values("pk"))
    for model in (ArticlePage, ComicPage, CoursePage, ModulePage, LiveClass):
        mine |= Q(pk__in=model.objects.filter(author__in=clinician).values("pk"))
    return Page.objects.filter(mine).values("pk")


def public_answers(page: Page) -> list[Answer]:
    """What readers see beside a piece, the newest first; one query."""
    answers = Answer.objects.filter(
        question__page_id=page.pk, is_public=True, taken_back_at=None, question__may_publish=True
    )
    return list(answers.order_by("-at")[:SHOWN_BESIDE_A_PIECE])
