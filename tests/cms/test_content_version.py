"""The version moves with everything that is shown, in the same transaction, and with nothing else."""

import threading

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections, transaction
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction, Site

from cms.content_version import content_version
from cms.models import ContentVersion, PageTopic, TopicAlias
from cms.services.content_version import bump_content_version
from cms.services.topics import merge_topics, undo_merge
from cms.signals import pages_published
from people.models import Branch, Clinic
from tests.factories import content
from tests.factories.reviews import change

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return content.article(topics=[content.topic("Gums")])


def saved(thing, **fields):
    for name, value in fields.items():
        setattr(thing, name, value)
    thing.save()


CHANGES = {
    "publish": lambda page: page.save_revision().publish(),
    "unpublish": lambda page: page.unpublish(),
    "delete": lambda page: page.delete(),
    "title": lambda page: change(page, title="Other"),
    "move": lambda page: page.move(page.get_parent().get_parent(), pos="last-child"),
    "reorder": lambda page: page.move(page.get_parent(), pos="first-child"),
    "name of a clinician": lambda page: content.clinician("Dr Crane"),
    "label of a topic": lambda page: saved(page.page_topics.first().tag, name_zh="牙龈"),
    "alias": lambda page: TopicAlias.objects.create(topic=page.page_topics.first().tag, name="gum"),
    "topic of a page": lambda page: PageTopic.objects.create(
        content_object=page, tag=content.topic("Teeth")
    ),
    "topic of a page taken away": lambda page: page.page_topics.first().delete(),
    "picture": lambda page: content.picture(),
    "branch": lambda page: Branch.objects.create(slug="north", name="North"),
    "clinic": lambda page: Clinic.objects.update_or_create(pk=1, defaults={"name": "Heron"}),
    "site": lambda page: saved(Site.objects.get(), site_name="Other"),
    "privacy": lambda page: PageViewRestriction.objects.create(page=page, restriction_type="login"),
    "redirect": lambda page: Redirect.objects.create(old_path="/old", redirect_page=page),
    "bulk import": lambda page: pages_published.send(sender=Page, page_ids=[page.pk]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_version_moves_with(what, article):
    before = content_version()
    CHANGES[what](article)
    assert content_version() != before


def test_version_moves_with_a_merge_and_its_undoing(article):
    topic, other = content.topic("Gingiva"), article.page_topics.first().tag
    versions = [content_version()]
    merge_topics(topic=topic, into=other, actor="test")
    versions.append(content_version())
    undo_merge(topic=topic, actor="test")
    versions.append(content_version())
    assert len(set(versions)) == 3


def test_version_moves_with_focal_point_and_deletion_of_a_picture():
    picture = content.picture()
    versions = [content_version()]
    saved(picture, focal_point_x=10, focal_point_y=10, focal_point_width=4, focal_point_height=4)
    versions.append(content_version())
    picture.delete()
    versions.append(content_version())
    assert len(set(versions)) == 3


def test_version_stays_while_somebody_writes_a_draft(article):
    before = content_version()
    article.title = "A draft"
    article.save_revision()
    assert content_version() == before


def test_version_stays_when_nothing_shown_changes(article):
    before = content_version()
    ContentType.objects.first().save()
    assert content_version() == before


def test_version_of_a_rolled_back_change_never_held(article):
    before = content_version()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        change(article, title="Other")
        inside = content_version()
        raise ZeroDivisionError
    assert inside != before
    assert content_version() == before


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_version_is_seen_outside_at_the_commit_and_not_before():
    bump_content_version()
    before = content_version()
    seen = []

    def look():
        seen.append(content_version())
        connections.close_all()

    with transaction.atomic():
        bump_content_version()
        watcher = threading.Thread(target=look)
        watcher.start()
        watcher.join()
    after = content_version()
    assert seen == [before]
    assert after != before


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_publishers_do_not_wait_for_each_other_and_no_version_is_lost():
    bump_content_version()
    versions = [content_version()]
    bumped, release = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            bump_content_version()
            bumped.set()
            release.wait(20)
        connections.close_all()

    first = threading.Thread(target=slow)
    first.start()
    assert bumped.wait(20)
    with transaction.atomic():
        connection.cursor().execute("SET LOCAL lock_timeout = '1s'")
        bump_content_version()
    versions.append(content_version())
    release.set()
    first.join()
    versions.append(content_version())
    assert len(set(versions)) == 3
    assert ContentVersion.objects.count() == 2
