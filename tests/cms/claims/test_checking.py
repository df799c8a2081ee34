"""Where a piece's claims are found, what stops it, and how a reviewer's reason lets one stand."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.claims.checking import claims_in
from cms.claims.starting_list import phrase_fields
from cms.models import ClaimOverride, ClaimPhrase
from cms.services.claims import OverrideRefused, override_claim
from cms.submission import problems_of
from outbox.models import AuditEntry
from people.models import User
from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories import content

pytestmark = pytest.mark.django_db

REASON = "It tells what the study itself calls a guarantee."


@pytest.fixture(autouse=True)
def phrases():
    """The list a site begins with; a test that flushes the database takes the migration's away."""
    ClaimPhrase.objects.all().delete()
    ClaimPhrase.objects.bulk_create(ClaimPhrase(**fields) for fields in phrase_fields())


def staff(role: Role, name: str) -> User:
    ensure_roles()
    user = User.objects.create_user(name, password="x", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def reviewer():
    return staff(Role.REVIEWER, "reviewer")


def words(piece) -> list[str]:
    return [hit.found.words for hit in claims_in(piece)]


def test_every_place_a_reader_sees_is_looked_at():
    table = {
        "columns": [{"type": "text", "heading": "Guaranteed column"}],
        "rows": [{"values": ["guaranteed cell"]}],
        "caption": "guaranteed caption",
    }
    piece = content.article(
        title="Guaranteed title",
        standfirst="A guaranteed standfirst.",
        search_description="A guaranteed description.",
        body=[
            ("heading", "Guaranteed heading"),
            ("paragraph", "<p>One.</p><ul><li>guaran<b>teed</b> item</li></ul>"),
            ("steps", {"items": ["guaranteed step"]}),
            ("faq", {"items": [{"question": "Guaranteed?", "answer": "<p>guaranteed answer</p>"}]}),
            ("quotation", {"text": "guaranteed praise", "attribution": "A patient"}),
            ("table", table),
        ],
        references=[("A guaranteed study", "https://example.org")],
    )
    sentences = {hit.found.sentence for hit in claims_in(piece)}
    assert sentences == {
        "Guaranteed title", "A guaranteed standfirst.", "A guaranteed description.",
        "Guaranteed heading", "guaranteed item", "guaranteed step", "Guaranteed?",
        "guaranteed answer", "guaranteed praise", "guaranteed caption", "Guaranteed column",
        "guaranteed cell",
    }  # fmt: skip


def test_hit_in_a_comic_names_its_panel():
    bubble = {"speaker": "小满", "text": "这里能根治吗？", "x": 4, "y": 3, "side": "left"}
    piece = content.comic("zh-hans", panels=2, bubbles=[bubble])
    (hit,) = claims_in(piece)
    assert (hit.passage.field, hit.passage.place) == ("panels_in_order", "p0")
    assert hit.sentence_parts == ("这里能", "根治", "吗?")


def test_blocking_ones_stop_the_piece_and_advisory_ones_do_not():
    piece = content.article(title="Instant relief", standfirst="Risk-free and quick.")
    found = {
        problem.message.split("”")[0]: problem
        for problem in problems_of(piece)
        if problem.code == "claim"
    }
    assert {words: problem.blocking for words, problem in found.items()} == {
        "“Instant": False, "“Risk-free": True,
    }  # fmt: skip
    assert found["“Risk-free"].field == "standfirst"


def test_some_phrases_count_in_promotion_alone():
    piece = content.article(title="The leading clinic of the town cures acne")
    assert words(piece) == ["leading clinic"]
    piece.kind = "promotion"
    assert words(piece) == ["leading clinic", "cures"]


def test_imported_page_is_pointed_at_and_not_stopped():
    piece = content.article(title="Risk-free", reviewed_here=False)
    problems = [problem for problem in problems_of(piece) if problem.code == "claim"]
    assert [problem.blocking for problem in problems] == [False]


def test_phrase_out_of_force_is_not_looked_for():
    ClaimPhrase.objects.filter(phrase="risk-free").update(active=False)
    assert words(content.article(title="Risk-free")) == []


def test_reviewers_reason_lets_one_sentence_stand_as_long_as_it_stands(reviewer):
    piece = content.article(
        title="Crowns", standfirst="Results are guaranteed. A second one is guaranteed."
    )
    first, second = claims_in(piece)
    override = override_claim(piece=piece, key=first.key, reason=REASON, reviewer=reviewer)
    assert (override.reviewer_name, override.sentence) == ("reviewer", "Results are guaranteed.")
    assert [hit.override for hit in claims_in(piece)] == [override, None]
    piece.standfirst = "New words before. RESULTS are guaranteed."
    assert [hit.blocks for hit in claims_in(piece)] == [False]
    piece.standfirst = "Results are nearly guaranteed."
    assert [hit.blocks for hit in claims_in(piece)] == [True]
    assert second.override is None
    assert AuditEntry.objects.filter(action="claim.override").count() == 1


def test_second_reason_for_the_same_hit_changes_nothing(reviewer):
    piece = content.article(title="Risk-free")
    (hit,) = claims_in(piece)
    one = override_claim(piece=piece, key=hit.key, reason=REASON, reviewer=reviewer)
    assert (
        override_claim(piece=piece, key=hit.key, reason=REASON + " Yes.", reviewer=reviewer) == one
    )


def test_override_is_written_once(reviewer):
    piece = content.article(title="Risk-free")
    (hit,) = claims_in(piece)
    override = override_claim(piece=piece, key=hit.key, reason=REASON, reviewer=reviewer)
    override.reason = "Another."
    with pytest.raises(TypeError):
        override.save()
    piece.delete()
    assert ClaimOverride.objects.get().page_title == "Risk-free"


def test_author_owner_and_others_may_not_let_it_stand(reviewer):
    written = content.article(title="Risk-free", author=content.clinician(user=reviewer))
    owned = content.article(title="Risk-free", owner=reviewer)
    for piece, user in (
        (written, reviewer),
        (owned, reviewer),
        (content.article(title="Risk-free"), staff(Role.EDITOR, "editor")),
        (content.article(title="Risk-free"), staff(Role.CLINICIAN, "clinician")),
    ):
        (hit,) = claims_in(piece)
        with pytest.raises(OverrideRefused):
            override_claim(piece=piece, key=hit.key, reason=REASON, reviewer=user)
    assert not ClaimOverride.objects.exists()


def test_reason_must_say_something_and_the_sentence_still_stand(reviewer):
    piece = content.article(title="Risk-free")
    (hit,) = claims_in(piece)
    with pytest.raises(OverrideRefused):
        override_claim(piece=piece, key=hit.key, reason="  ok   ", reviewer=reviewer)
    piece.title = "Quite risk-free"
    with pytest.raises(OverrideRefused):
        override_claim(piece=piece, key=hit.key, reason=REASON, reviewer=reviewer)


def test_queries_do_not_grow_with_the_hits():
    counts = []
    for number in (1, 3):
        piece = content.article(body=[("key_fact", f"Risk-free {n}.") for n in range(number)])
        with CaptureQueriesContext(connection) as queries:
            assert len(claims_in(piece)) == number
        counts.append(len(queries))
    assert counts == [2, 2]


def test_reviewer_writes_the_reason_on_a_screen_and_the_author_reads_it(client, reviewer):
    author = staff(Role.CLINICIAN, "author")
    piece = content.article(title="Risk-free <b>work</b>", owner=author)
    address = reverse("claims_of_piece", args=[piece.pk])
    client.force_login(author)
    html = client.get(address).content.decode()
    assert "<mark>Risk-free</mark> &lt;b&gt;work" in html and "<textarea" not in html
    (hit,) = claims_in(piece)
    assert (
        "Only a medical reviewer"
        in client.post(address, {"key": hit.key, "reason": REASON}).content.decode()
    )
    client.force_login(reviewer)
    refused = client.post(address, {"key": hit.key, "reason": "ok"})
    assert "Write in a sentence" in refused.content.decode()
    assert client.post(address, {"key": hit.key, "reason": REASON}).status_code == 302
    client.force_login(author)
    assert REASON in client.get(address).content.decode()


def test_screen_is_for_those_who_may_edit_or_decide(client):
    piece = content.article(title="Risk-free")
    address = reverse("claims_of_piece", args=[piece.pk])
    fragment = reverse("claims_fragment", args=[piece.pk])
    client.force_login(staff(Role.CONSULTANT, "consultant"))
    assert client.get(address).status_code == client.get(fragment).status_code == 302
    client.force_login(staff(Role.EDITOR, "editor"))
    assert client.get(address).status_code == client.get(fragment).status_code == 200
    assert client.get(reverse("claims_of_piece", args=[999_999])).status_code == 404


def test_editor_shows_hits_of_the_latest_draft(client):
    piece = content.article(title="Plain")
    client.force_login(staff(Role.EDITOR, "editor"))
    edit = reverse("wagtailadmin_pages:edit", args=[piece.pk])
    assert "Nothing here promises" in client.get(edit).content.decode()
    piece.title = "Risk-free"
    piece.save_revision()
    html = client.get(edit).content.decode()
    assert "<mark>Risk-free</mark>" in html
    assert (
        "<mark>Risk-free</mark>"
        in client.get(reverse("claims_fragment", args=[piece.pk])).content.decode()
    )


def test_editor_keeps_the_list_and_no_bad_phrase_gets_in(client):
    client.force_login(staff(Role.EDITOR, "editor"))
    address = reverse("claim_phrases:add")
    fields = {
        "phrase": "*best",
        "kind": "other",
        "severity": "advisory",
        "active": "on",
        "applies_to": "both",
        "why": "x",
    }
    assert "It may not begin with *." in client.post(address, fields).content.decode()
    assert client.post(address, {**fields, "phrase": "so gut wie neu"}).status_code == 302
    assert words(content.article(title="So gut wie neu")) == ["So gut wie neu"]
