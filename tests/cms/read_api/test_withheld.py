"""Nothing that is not for everybody, by no way in."""

import json

import pytest
from wagtail.models import Page, PageViewRestriction

from cms.models import CoursePrerequisite
from tests.factories import content
from tests.factories.rich_pages import module_of, rich_article, translated

pytestmark = pytest.mark.django_db

ALL = {"fields": "*", "limit": 50}


def test_drafts_and_restricted_pages_appear_nowhere(read, client):
    page, secret, draft = rich_article(), content.article(title="Secret"), content.article()
    Page.objects.filter(pk=draft.pk).update(live=False, title="Draft")
    linking = content.article(
        body=[("paragraph", f'<p><a linktype="page" id="{secret.pk}">x</a></p>')]
    )
    twin = translated(secret, "秘密")
    PageViewRestriction.objects.create(page=secret, restriction_type="login")
    everything = json.dumps(read(**ALL), ensure_ascii=False) + json.dumps(
        read(type="cms.ArticlePage", **ALL)
    )
    assert "Secret" not in everything and "Draft" not in everything
    assert page.title in everything
    for gone in (secret, draft):
        assert client.get(f"/api/v2/pages/{gone.pk}/").status_code == 404
        assert client.get("/api/v2/pages/find/", {"id": gone.pk}).status_code == 404
    assert read(f"{linking.pk}/")["body"][0]["value"] == "<p><a>x</a></p>"
    assert read(f"{twin.pk}/")["meta"]["translations"] == []


def test_restricted_shelf_hides_all_under_it_from_the_signed_in_too(read, client, admin_user):
    page = content.article(title="Under")
    PageViewRestriction.objects.create(page=page.get_parent(), restriction_type="login")
    client.force_login(admin_user)
    assert client.get(f"/api/v2/pages/{page.pk}/").status_code == 404
    assert "Under" not in json.dumps(read(**ALL))


def test_course_for_staff_is_nobodys_link_twin_parent_or_prerequisite(read):
    hidden = content.course(title="Hidden", access="staff")
    module = module_of(hidden, title="Hidden too")
    shown = content.course(title="Open")
    shown.prerequisites.add(CoursePrerequisite(page=hidden, required=True))
    before = content.course(title="Before")
    shown.prerequisites.add(CoursePrerequisite(page=before))
    shown.save()
    linking = content.article(
        body=[("paragraph", f'<p><a linktype="page" id="{module.pk}">x</a></p>')]
    )
    seen = read(f"{shown.pk}/")
    assert [(item["title"], item["required"]) for item in seen["prerequisites"]] == [
        ("Before", False)
    ]
    assert read(f"{linking.pk}/")["body"][0]["value"] == "<p><a>x</a></p>"
    everything = json.dumps(read(**ALL)) + json.dumps(read(type="cms.CoursePage", **ALL))
    assert "Hidden" not in everything and "Before" in everything
