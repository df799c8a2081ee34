"""Whose titles a login reads in the admin: each list and each address that names a page, by role."""

from urllib.parse import urlencode

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from wagtail.models import Page

from cms.models import ArticlePage
from cms.page_rows import known_to, rows_for
from cms.topic_uses import uses_of
from people.roles import Role
from tests.factories import content
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db

OWN, OTHERS, LIVE = "Gums of my own", "Gums of somebody else", "Gums for everybody"
SECRET = "Gums under another name"
SEES_ALL = [Role.REVIEWER, Role.EDITOR, Role.ADMINISTRATOR]
SEES_LESS = [Role.CLINICIAN, Role.CONSULTANT, Role.MARKETING]


class Scene:
    """A login of a role with a draft of its own, beside drafts and a live piece of another's."""

    def __init__(self, role: Role) -> None:
        self.user = make_staff(role)
        other = make_staff(Role.CLINICIAN)
        self.own = content.article(title=OWN, live=False, owner=self.user)
        self.others = content.article(title=OTHERS, live=False, owner=other)
        self.live = content.article(title=LIVE, owner=other)
        self.renamed = content.article(title="Gums", owner=other)
        self.renamed.title = SECRET
        self.renamed.save_revision(user=other)
        self.course = content.course(title="Gums in a course", live=False, owner=other)
        self.shelf = self.own.get_parent()

    @property
    def lists(self) -> dict[str, str]:
        """Every address of the admin at which pages are listed."""
        article = ["cms", "articlepage"]
        query = urlencode({"q": "gums"})
        return {
            "explorer": reverse("wagtailadmin_explore", args=[self.shelf.pk]),
            "explorer, searched": reverse("wagtailadmin_explore", args=[self.shelf.pk])
            + f"?{query}",
            "explorer, whole tree": reverse("wagtailadmin_explore", args=[self.shelf.pk])
            + f"?{query}&search_all=1",
            "explorer, results": reverse("wagtailadmin_explore_results", args=[self.shelf.pk]),
            "search": reverse("wagtailadmin_pages:search") + f"?{query}",
            "search, results": reverse("wagtailadmin_pages:search_results") + f"?{query}",
            "pages of a type": reverse("wagtailadmin_pages:type_use", args=article),
            "api": reverse("wagtailadmin_api:pages:listing"),
            "api, menu": reverse("wagtailadmin_api:pages:listing")
            + f"?for_explorer=1&child_of={self.shelf.pk}",
            "history": reverse("wagtailadmin_reports:site_history"),
            "ageing": reverse("wagtailadmin_reports:aging_pages"),
            "types": reverse("wagtailadmin_reports:page_types_usage"),
            "workflows": reverse("wagtailadmin_reports:workflow"),
            "tasks": reverse("wagtailadmin_reports:workflow_tasks"),
            "locked": reverse("wagtailadmin_reports:locked_pages"),
            "home": reverse("wagtailadmin_home"),
        }

    @property
    def choosers(self) -> dict[str, str]:
        """Every address at which a page is chosen to be linked to."""
        return {
            "browsed": reverse("wagtailadmin_choose_page_child", args=[self.shelf.pk]),
            "searched": reverse("wagtailadmin_choose_page_search") + "?q=gums",
        }

    @property
    def addresses_of_the_others(self) -> dict[str, str]:
        """Addresses that would show the title of another's draft to whoever knows its number."""
        pk = self.others.pk
        return {
            "explorer": reverse("wagtailadmin_explore", args=[pk]),
            "chooser": reverse("wagtailadmin_choose_page_child", args=[pk]),
            "chosen": reverse("wagtailadmin_choose_page_chosen_multiple") + f"?id={pk}",
            "api": reverse("wagtailadmin_api:pages:detail", args=[pk]),
            "edit": reverse("wagtailadmin_pages:edit", args=[pk]),
            "history": reverse("wagtailadmin_pages:history", args=[pk]),
            "usage": reverse("wagtailadmin_pages:usage", args=[pk]),
            "copy": reverse("wagtailadmin_pages:copy", args=[pk]),
            "move": reverse("wagtailadmin_pages:move_confirm", args=[pk, self.shelf.pk]),
            "cancel": reverse("wagtailadmin_pages:confirm_workflow_cancellation", args=[pk]),
            "new module": reverse(
                "wagtailadmin_pages:add", args=["cms", "modulepage", self.course.pk]
            ),
        }


def words_at(client, address: str) -> str:
    response = client.get(address, headers={"x-requested-with": "XMLHttpRequest"})
    return response.content.decode() if response.status_code == 200 else ""


@pytest.fixture
def scene(request, client):
    scene = Scene(request.param)
    client.force_login(scene.user)
    return scene


@pytest.mark.parametrize("scene", SEES_LESS, indirect=True)
def test_no_list_names_drafts_of_others(scene, client):
    for name, address in {**scene.lists, **scene.choosers}.items():
        words = words_at(client, address)
        assert OTHERS not in words and SECRET not in words, name


@pytest.mark.parametrize("scene", SEES_ALL, indirect=True)
def test_lists_name_everybodys_drafts_to_who_looks_after_all(scene, client):
    for name in ("explorer", "explorer, whole tree", "search", "pages of a type", "api", "types"):
        words = words_at(client, scene.lists[name])
        assert SECRET in words, name
    for name, address in scene.choosers.items():
        assert OTHERS in words_at(client, address), name


@pytest.mark.parametrize("scene", [Role.CLINICIAN], indirect=True)
def test_authors_find_their_own_in_every_list(scene, client):
    found = [name for name, address in scene.lists.items() if OWN in words_at(client, address)]
    assert found == [
        "explorer",
        "explorer, searched",
        "explorer, whole tree",
        "explorer, results",
        "search",
        "search, results",
        "pages of a type",
        "api",
        "api, menu",
    ]


@pytest.mark.parametrize("scene", SEES_LESS, indirect=True)
def test_what_is_live_can_be_linked_to(scene, client):
    for name, address in scene.choosers.items():
        words = words_at(client, address)
        assert LIVE in words, name
        assert (OWN in words) is (scene.user.groups.get().name == Role.CLINICIAN), name


@pytest.mark.parametrize("scene", SEES_LESS, indirect=True)
def test_addresses_of_anothers_draft_are_not_there(scene, client):
    for name, address in scene.addresses_of_the_others.items():
        assert client.get(address).status_code == 404, name


@pytest.mark.parametrize("scene", [Role.CLINICIAN], indirect=True)
def test_reports_of_everybodys_work_are_not_there_for_authors(scene, client):
    for name in ("history", "ageing", "types", "workflows", "tasks", "locked"):
        assert client.get(scene.lists[name]).status_code == 404, name


@pytest.mark.parametrize("action", ["delete", "move", "publish", "unpublish"])
@pytest.mark.parametrize("ids", ["one", "all"])
@pytest.mark.parametrize("scene", [Role.CLINICIAN], indirect=True)
def test_bulk_actions_name_no_drafts_of_others(scene, client, action, ids):
    chosen = scene.others.pk if ids == "one" else "all"
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    response = client.get(f"{address}?id={chosen}&id={scene.own.pk}&childOf={scene.shelf.pk}")
    assert response.status_code == 200
    words = response.content.decode()
    assert OTHERS not in words and SECRET not in words
    assert OWN in words


@pytest.mark.parametrize("scene", SEES_LESS, indirect=True)
def test_where_a_topic_is_used_names_no_drafts_of_others(scene):
    topic = content.topic("Gums")
    content.article(title="Tagged draft", live=False, owner=make_staff(), topics=[topic])
    mine = content.article(title="Tagged and mine", live=False, owner=scene.user, topics=[topic])
    content.article(title="Tagged and live", topics=[topic])
    uses = {use.page.title: use.may_edit for use in uses_of(topic, user=scene.user)}
    clinician = scene.user.groups.get().name == Role.CLINICIAN
    assert uses == {"Tagged and live": False} | ({mine.title: True} if clinician else {})


def test_rows_of_an_author_are_shelves_and_what_they_wrote():
    scene = Scene(Role.CLINICIAN)
    named = content.article(
        title="By name", live=False, author=content.clinician("Dr Heron", user=scene.user)
    )
    pieces = ContentType.objects.get_for_model(ArticlePage)
    rows = rows_for(scene.user, Page.objects.all())
    assert {page.pk for page in rows.filter(content_type=pieces)} == {scene.own.pk, named.pk}
    assert scene.shelf.pk in {page.pk for page in rows}
    assert scene.live in known_to(scene.user, ArticlePage.objects.all())
    assert scene.renamed not in known_to(scene.user, ArticlePage.objects.all())


def test_an_author_who_reviews_as_well_sees_all():
    scene = Scene(Role.CLINICIAN)
    reviewer = make_staff(Role.CLINICIAN, Role.REVIEWER)
    assert scene.others in rows_for(reviewer, ArticlePage.objects.all())
