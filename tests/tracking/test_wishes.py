"""What people say about their interests: it concerns the topic that stands, whatever name they saw."""

import pytest

from cms.models import Topic
from tests.factories.tracking import consenting_person
from tracking.models import Declaration, Interest, InterestTag, Veto
from tracking.services.profiles import profile_for
from tracking.services.rebuild import check_interests
from tracking.services.wishes import declare_interest, veto_interest

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile():
    return profile_for(person=consenting_person("Chen"))


@pytest.fixture
def stands():
    return Topic.objects.create(name="Wisdom teeth", slug="wisdom-teeth")


@pytest.fixture
def merged(stands):
    return Topic.objects.create(name="Third molars", slug="third-molars", merged_into=stands)


def test_a_declaration_under_a_merged_name_is_about_the_topic_that_stands(profile, stands, merged):
    declare_interest(profile=profile, topic=merged)
    assert Declaration.objects.get().topic == stands
    assert Interest.objects.get().topic == stands
    assert InterestTag.objects.get().topic == stands
    assert check_interests().differences == []


def test_a_veto_under_a_merged_name_silences_the_topic_that_stands(profile, stands, merged):
    declare_interest(profile=profile, topic=stands)
    veto_interest(profile=profile, topic=merged, reason="deleted")
    assert Veto.objects.get().topic == stands
    assert not (Interest.objects.exists() or InterestTag.objects.exists())
    assert check_interests().differences == []
