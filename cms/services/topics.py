"""Makes, names and merges topics; never moves a page's topics, so that a merge can be undone."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Length

from cms.models import Topic, TopicAlias
from cms.signals import topics_merged
from cms.slugs import ascii_slug, is_latin, numbered_slug
from outbox.services import record_audit

NAME_LENGTH = 200


class MergeRefused(Exception):
    """The merge asked for makes no sense; the message says why."""


def tidy_name(name: str) -> str:
    """Return a name with its white space made single and its characters composed."""
    return " ".join(unicodedata.normalize("NFC", name).split())


class TopicBook:
    """All topics by name, kept in memory while many names are looked up or created.

    The rule: names in Latin letters with equal slugs are one topic, the later names become
    aliases; a name of another script is a topic of its own, with `-2` where its slug is taken.
    """

    def __init__(self) -> None:
        self._slugs: set[str] = set()
        self._latin: dict[str, int] = {}
        self._other: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._aliases: dict[int, set[str]] = defaultdict(set)
        # Of names in Latin letters that share a slug, the one that holds it comes first.
        for pk, name, slug in Topic.objects.order_by(Length("slug"), "pk").values_list(
            "pk", "name", "slug"
        ):
            self._learn(pk=pk, name=name, slug=slug)
        for topic_id, name in TopicAlias.objects.values_list("topic_id", "name"):
            self._aliases[topic_id].add(name)

    def find(self, name: str) -> int | None:
        """Return the id of the topic a name stands for by the rule, None where there is none."""
        name = tidy_name(name)
        if name in self._names:
            return self._names[name]
        if is_latin(name):
            return self._latin.get(ascii_slug(name, fallback=""))
        return self._other.get(_folded(name))

    def ensure(self, names: Iterable[str]) -> dict[str, int]:
        """Return name to topic id; what is missing is created at once and waits for an editor."""
        found: dict[str, int] = {}
        for name in names:
            tidy = tidy_name(name)
            pk = self.find(tidy)
            if pk is None:
                pk = self._create(tidy)
            elif tidy not in self._names:
                self.add_aliases(aliases={pk: [tidy]})
            found[name] = pk
        return found

    def add_aliases(self, *, aliases: Mapping[int, Iterable[str]], language: str = "") -> None:
        """Give topics, by id, the other names they do not have yet."""
        rows = []
        for topic_id, names in aliases.items():
            known = self._aliases[topic_id]
            new = {tidy_name(name)[:NAME_LENGTH] for name in names} - known - {""}
            new = {name for name in new if self._names.get(name) != topic_id}
            known |= new
            rows += [TopicAlias(topic_id=topic_id, name=n, language=language) for n in sorted(new)]
        TopicAlias.objects.bulk_create(rows, ignore_conflicts=True)

    def _create(self, name: str) -> int:
        base = ascii_slug(name, fallback="topic")
        number = 1
        while (slug := numbered_slug(base, number)) in self._slugs:
            number += 1
        topic = Topic.objects.create(name=name, slug=slug, waits_for_editor=True)
        self._learn(pk=topic.pk, name=name, slug=slug)
        return topic.pk

    def _learn(self, *, pk: int, name: str, slug: str) -> None:
        self._slugs.add(slug)
        self._names[name] = pk
        base = ascii_slug(name, fallback="")
        if not is_latin(name):
            self._other.setdefault(_folded(name), pk)
        elif base:
            self._latin.setdefault(base, pk)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def ensure_topic(*, name: str) -> Topic:
    """Return the topic of a name by the rule of `TopicBook`, created where it is missing."""
    with transaction.atomic():
        return Topic.objects.get(pk=TopicBook().ensure([name])[name])


def merge_topics(*, topic: Topic, into: Topic, actor: str) -> Topic:
    """Let `into` stand for `topic` from now on; pages keep the topic they were given.

    Raises MergeRefused for a topic merged already, into itself, or in a circle.
    """
    with transaction.atomic():
        topic = Topic.objects.select_for_update().get(pk=topic.pk)
        target = Topic.objects.get(pk=into.pk).resolved
        if topic.merged_into_id:
            raise MergeRefused(f"{topic.name} is merged already; undo that merge first.")
        if target.pk == topic.pk:
            raise MergeRefused("A topic cannot be merged into itself.")
        topic.merged_into = target
        topic.save(update_fields=["merged_into"])
        _tell(topic=topic, target=target, action="topic.merge", actor=actor)
    return topic


def undo_merge(*, topic: Topic, actor: str) -> Topic:
    """Let a merged topic stand for itself again; doing it twice changes nothing."""
    with transaction.atomic():
        topic = Topic.objects.select_for_update().get(pk=topic.pk)
        target = topic.merged_into
        if target is None:
            return topic
        topic.merged_into = None
        topic.save(update_fields=["merged_into"])
        _tell(topic=topic, target=target, action="topic.undo_merge", actor=actor)
    return topic


def approve_topic(*, topic: Topic, actor: str) -> Topic:
    """Take a term that waits for an editor into the vocabulary; a second call changes nothing."""
    with transaction.atomic():
        topic = Topic.objects.select_for_update().get(pk=topic.pk)
        if topic.waits_for_editor:
            topic.waits_for_editor = False
            topic.save(update_fields=["waits_for_editor"])
            record_audit(
                actor=actor, action="topic.approve", subject=f"topic:{topic.slug}", detail={}
            )
    return topic


def merged_topics_of(topic: Topic) -> list[Topic]:
    """Return the topics this one stands for."""
    return list(topic.merged_from.order_by(F("name")))


def _tell(*, topic: Topic, target: Topic, action: str, actor: str) -> None:
    record_audit(
        actor=actor,
        action=action,
        subject=f"topic:{topic.slug}",
        detail={"into": target.slug},
    )
    topics_merged.send(sender=Topic, topic_ids=[topic.pk, target.pk])
