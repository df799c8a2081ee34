"""The admin speaks the browser's language to whoever chose none, from the sign-in on."""

import pytest
from django.urls import reverse
from wagtail.users.models import UserProfile

from people.roles import Role
from tests.factories.leads import staff

pytestmark = pytest.mark.django_db
CHINESE = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}


@pytest.fixture
def editor(client):
    user = staff(Role.EDITOR)
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("accepted", "language"), [("zh-CN", "zh-hans"), ("en-GB", "en"), ("fr", "en"), ("", "en")]
)
def test_the_sign_in_of_staff_speaks_the_browsers_language(client, accepted, language):
    answer = client.get(reverse("wagtailadmin_login"), headers={"accept-language": accepted})
    assert answer["Content-Language"] == language
    assert ("密码" in answer.content.decode()) is (language == "zh-hans")


def test_who_chose_no_language_is_spoken_to_in_the_browsers(client, editor):
    home = reverse("wagtailadmin_home")
    assert 'lang="zh-hans"' in client.get(home, headers=CHINESE).content.decode()
    assert 'lang="en"' in client.get(home, headers={"accept-language": "en"}).content.decode()


def test_what_was_chosen_for_the_login_or_the_site_comes_before_the_browser(client, editor):
    home = reverse("wagtailadmin_home")
    client.cookies["language"] = "en"
    assert 'lang="en"' in client.get(home, headers=CHINESE).content.decode()
    profile = UserProfile.get_for_user(editor)
    profile.preferred_language = "zh-hans"
    profile.save()
    assert 'lang="zh-hans"' in client.get(home).content.decode()


def test_addresses_of_the_site_keep_their_own_language(client):
    answer = client.get("/sign-in/", headers=CHINESE)
    assert answer["Content-Language"] == "en"
