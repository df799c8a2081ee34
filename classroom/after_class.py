"""What comes after a class: the next one, pieces on its topics, its replay, a question; reads only."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from classroom.models import LiveClass, QuestionnaireRound, Registration
from classroom.questionnaires import is_asked, is_closed, questionnaire_of
from classroom.selectors import announced_classes, class_itself
from classroom.services.questionnaire_tokens import issue_questionnaire_token
from cms import presentation
from cms.models import PageTopic, Topic


def next_class(live_class: LiveClass) -> LiveClass | None:
    """The next class of the series, else the next about one of its topics, in its language."""
    coming = (
        announced_classes()
        .filter(locale_id=live_class.locale_id, cancelled_at=None, starts_at__gte=timezone.now())
        .exclude(translation_key=live_class.translation_key)
        .select_related("author", "cover")
        .order_by("starts_at", "pk")
    )
    if live_class.series_id is not None:
        found = coming.filter(series_id=live_class.series_id).first()
        if found is not None:
            return found
    return coming.filter(pk__in=_about_the_same(live_class)).first()


def _about_the_same(live_class: LiveClass) -> QuerySet:
    topics = PageTopic.objects.filter(content_object=live_class).values("tag")
    return PageTopic.objects.filter(tag__in=topics).values("content_object")


def replay_until(live_class: LiveClass) -> datetime | None:
    """Until when the recording may be watched; None where there is none (any more)."""
    itself = class_itself(live_class)
    ends_at = itself.ends_at
    if ends_at is None or itself.cancelled_at or not itself.replay_days or not itself.replay_url:
        return None
    until = ends_at + timedelta(days=itself.replay_days)
    return until if ends_at < timezone.now() < until else None


def what_comes_next(live_class: LiveClass) -> dict[str, Any]:
    """`next_class`, `related` pieces, and the address to ask a question about the class."""
    found = next_class(live_class)
    topics = list(Topic.objects.filter(page_items__content_object=live_class, merged_into=None))
    related: list[Page] = presentation.related_pieces(live_class, topics)
    return {
        "next_class": presentation.dressed([found])[0] if found else None,
        "related": related,
        "ask_url": f"{reverse('ask_question')}?about={live_class.pk}",
    }


def questionnaire_url(registration: Registration) -> str:
    """The address of the questions for the guest of a place, empty where there are none (any more)."""
    if not is_asked(registration):
        return ""
    round = QuestionnaireRound.objects.filter(live_class=registration.live_class_id).first()
    asks = questionnaire_of(registration.live_class) is not None
    if is_closed(round) if round else not asks:
        return ""
    token = issue_questionnaire_token(registration)
    return f"{reverse('class_questionnaire')}?{urlencode({'place': token})}"
