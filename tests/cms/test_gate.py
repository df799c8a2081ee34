"""The rule that a piece about health is live only with an approval of its words, at every door."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from cms.gate import PublicationRefused
from cms.models import ArticlePage, Review, Verdict
from cms.services.adopting import adopt_shown_reviews
from people.roles import Role
from tests.factories import content
from tests.factories.people import make_staff
from tests.factories.reviews import approve

pytestmark = pytest.mark.django_db


def draft(**fields) -> ArticlePage:
    return content.article(**{"live": False, **fields})


def is_live(page: Page) -> bool:
    return Page.objects.get(pk=page.pk).live


def title_of(page: Page) -> str:
    return Page.objects.get(pk=page.pk).title


@pytest.fixture
def editor(client):
    client.force_login(make_staff(Role.EDITOR))
    return client


# What the rule says


def test_publishing_without_approval_is_refused():
    page = draft()
    with pytest.raises(PublicationRefused, match="nobody has approved"):
        page.save_revision().publish()
    assert not is_live(page)


def test_approved_words_are_published_with_who_answers_for_them():
    page, colleague = draft(), content.clinician("Dr Mehta")
    approve(page, clinician=colleague, next_review_at=timezone.localdate() + timedelta(days=9))
    page.save_revision().publish()
    page.refresh_from_db()
    assert page.live
    assert (page.reviewer, page.reviewer_name, page.reviewer_licence) == (
        colleague,
        "Dr Mehta",
        "Board 123",
    )
    assert page.review_kind == "colleague"
    assert page.reviewed_at == timezone.localdate()
    assert page.next_review_at == timezone.localdate() + timedelta(days=9)


def test_words_changed_after_the_approval_are_refused_and_the_approved_ones_stay():
    page = content.article(title="Approved")
    page.title = "Changed"
    revision = page.save_revision()
    with pytest.raises(PublicationRefused):
        revision.publish()
    assert title_of(page) == "Approved"


def test_approval_that_is_not_in_force_yet_does_not_count():
    page = draft()
    approve(page, effective_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(PublicationRefused):
        page.save_revision().publish()


def test_words_sent_back_after_an_approval_are_not_approved():
    page = draft()
    approve(page)
    approve(page, verdict=Verdict.SENT_BACK)
    with pytest.raises(PublicationRefused):
        page.save_revision().publish()
    approve(page)
    page.save_revision().publish()
    assert is_live(page)


def test_approval_of_another_page_with_the_same_words_does_not_count():
    approve(draft(title="Same", slug="one"))
    with pytest.raises(PublicationRefused):
        draft(title="Same", slug="two").save_revision().publish()


def test_piece_that_is_not_about_health_and_an_imported_one_need_none():
    draft(about_health=False).save_revision().publish()
    imported = draft(reviewed_here=False)
    imported.save_revision().publish()
    assert is_live(imported)
    assert ArticlePage.objects.get(pk=imported.pk).reviewed_here is False


def test_imported_piece_is_reviewed_here_once_its_words_are_approved():
    imported = draft(reviewed_here=False)
    approve(imported)
    imported.save_revision().publish()
    assert ArticlePage.objects.get(pk=imported.pk).reviewed_here is True


def test_piece_that_claims_a_reviewer_shows_none_without_a_review():
    page = draft(about_health=False)
    page.reviewer_name, page.reviewed_at = "Dr Nobody", timezone.localdate()
    page.save_revision().publish()
    page.refresh_from_db()
    assert (page.reviewer_name, page.reviewed_at) == ("", None)


def test_checks_hold_an_approved_piece_back():
    page = draft(references=[])
    approve(page)
    with pytest.raises(PublicationRefused, match="at least one reference"):
        page.save_revision().publish()


def test_review_is_never_changed():
    review = approve(draft())
    review.note = "Other"
    with pytest.raises(TypeError):
        review.save()


# Doors in code


def test_saving_a_live_row_is_refused():
    page = draft()
    page.live = True
    with pytest.raises(PublicationRefused):
        page.save()
    with pytest.raises(PublicationRefused):
        page.save(update_fields=["live"])
    assert not is_live(page)


def test_saving_other_words_on_a_live_row_is_refused():
    page = content.article(title="Approved")
    page.standfirst = "More"
    with pytest.raises(PublicationRefused):
        page.save()


def test_adding_a_live_page_is_refused():
    page = draft()
    with pytest.raises(PublicationRefused):
        page.get_parent().add_child(instance=ArticlePage(title="New"))


def test_making_a_live_piece_one_about_health_is_refused():
    page = content.article(about_health=False)
    page.about_health = True
    with pytest.raises(PublicationRefused):
        page.save()


def test_live_row_may_be_saved_with_its_words_unchanged():
    page = content.article()
    page.slug = "another-address"
    page.save()
    assert Page.objects.get(pk=page.pk).slug == "another-address"


def test_copy_with_its_state_is_refused_and_a_draft_copy_is_not():
    page = content.article()
    with pytest.raises(PublicationRefused):
        page.copy(update_attrs={"slug": "copy"}, keep_live=True)
    assert page.copy(update_attrs={"slug": "copy"}, keep_live=False).live is False


def test_copy_of_an_imported_page_needs_a_review():
    page = content.article(reviewed_here=False)
    copy = page.copy(update_attrs={"slug": "copy"}, keep_live=False)
    with pytest.raises(PublicationRefused):
        copy.get_latest_revision().publish()


def test_alias_follows_its_approved_original():
    page = content.article()
    alias = page.create_alias(update_slug="alias")
    assert is_live(alias)
    page.title = "Second"
    approve(page)
    page.save_revision().publish()
    assert title_of(alias) == "Second"


def test_old_revision_is_not_published_anew_without_its_own_approval():
    page = draft(title="First")
    first = page.save_revision()
    page.title = "Second"
    approve(page)
    page.save_revision().publish()
    with pytest.raises(PublicationRefused):
        first.publish()
    assert title_of(page) == "Second"


def test_revision_cannot_say_that_the_page_was_imported():
    page = draft()
    revision = page.save_revision()
    revision.content["reviewed_here"] = False
    revision.save()
    with pytest.raises(PublicationRefused):
        revision.publish()


# The schedule


def scheduled(page: ArticlePage, *, in_hours: float):
    page.go_live_at = timezone.now() + timedelta(hours=in_hours)
    revision = page.save_revision()
    revision.publish()
    return revision


def test_words_without_approval_are_not_scheduled():
    page = draft()
    with pytest.raises(PublicationRefused):
        scheduled(page, in_hours=1)
    assert page.scheduled_revision is None


def test_live_piece_takes_no_unapproved_words_by_schedule():
    page = content.article()
    page.title = "Later"
    with pytest.raises(PublicationRefused):
        scheduled(page, in_hours=1)


def test_self_reviewed_words_may_be_scheduled_for_when_they_count():
    page = draft()
    approve(page, effective_at=timezone.now() + timedelta(hours=24))
    with pytest.raises(PublicationRefused):
        scheduled(page, in_hours=23)
    assert scheduled(page, in_hours=25).approved_go_live_at


def test_schedule_asks_again_goes_on_and_keeps_what_it_held_back(capsys):
    good, bad = draft(title="Good"), draft(title="Bad")
    for page in (bad, good):
        approve(page)
        revision = scheduled(page, in_hours=1)
        past = timezone.now() - timedelta(minutes=1)
        revision.content["go_live_at"] = past.isoformat()
        type(revision).objects.filter(pk=revision.pk).update(
            approved_go_live_at=past, content=revision.content
        )
    approve(bad, verdict=Verdict.SENT_BACK)
    call_command("publish_scheduled")
    assert is_live(good) and not is_live(bad)
    assert f"page {bad.pk} waits:" in capsys.readouterr().err
    approve(bad)
    call_command("publish_scheduled")
    assert is_live(bad)


# The admin


def form_of(client, page: ArticlePage) -> dict:
    """What the editor would post for a page as it stands."""
    form = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).context["form"]
    data = {}

    def take(prefix_form):
        for bound in prefix_form:
            value = bound.value()
            if value not in (None, False) and not hasattr(value, "stream_block"):
                data[bound.html_name] = value

    take(form)
    for formset in form.formsets.values():
        prefix = formset.prefix
        data |= {f"{prefix}-{key}": 0 for key in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")}
        data[f"{prefix}-MAX_NUM_FORMS"] = 1000
    for name in ("key_facts", "body", "references", "corrections"):
        blocks = list(getattr(page, name).raw_data)
        data[f"{name}-count"] = len(blocks)
        for number, block in enumerate(blocks):
            data |= {
                f"{name}-{number}-type": block["type"],
                f"{name}-{number}-order": number,
                f"{name}-{number}-deleted": "",
                f"{name}-{number}-id": block["id"],
            }
            if isinstance(block["value"], dict):
                data |= {f"{name}-{number}-value-{k}": v for k, v in block["value"].items()}
            else:
                data[f"{name}-{number}-value"] = block["value"]
    return data


def test_editor_publishes_nothing_that_is_not_approved(editor):
    page = draft(body=[("key_fact", "Bones grow.")])
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    response = editor.post(address, {**form_of(editor, page), "action-publish": "1"})
    assert "nobody has approved these words" in response.content.decode()
    assert not is_live(page)
    approve(ArticlePage.objects.get(pk=page.pk))
    response = editor.post(address, {**form_of(editor, page), "action-publish": "1"})
    assert response.status_code == 302
    assert is_live(page)


def test_saving_a_draft_asks_no_checks(editor):
    page = draft(body=[("key_fact", "Bones grow.")], references=[])
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert editor.post(address, form_of(editor, page)).status_code == 302


def test_missing_references_are_said_at_their_field(editor):
    page = draft(body=[("key_fact", "Bones grow.")], references=[])
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    response = editor.post(address, {**form_of(editor, page), "action-publish": "1"})
    assert "at least one reference" in str(response.context["form"].errors["references"])


def test_only_editors_may_say_that_a_piece_is_not_about_health(client):
    clinician = make_staff(Role.CLINICIAN)
    page = draft(owner=clinician, body=[("key_fact", "Bones grow.")])
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    for user, still_about_health in ((clinician, True), (make_staff(Role.EDITOR), False)):
        client.force_login(user)
        data = form_of(client, page)
        data.pop("about_health", None)
        assert client.post(address, data).status_code == 302
        page.refresh_from_db()
        assert page.get_latest_revision_as_object().about_health is still_about_health


def test_bulk_publishing_leaves_out_what_is_not_approved_and_names_it(editor):
    good, bad = draft(title="Good"), draft(title="Bad")
    approve(good)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    response = editor.post(f"{address}?id={good.pk}&id={bad.pk}&next=/admin/", follow=True)
    assert is_live(good) and not is_live(bad)
    said = [str(message) for message in response.context["messages"]]
    assert any("Left out" in message and "Bad" in message for message in said)


def test_bulk_publishing_with_what_is_below_leaves_out_too(editor):
    good, bad = draft(title="Good"), draft(title="Bad")
    approve(good)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    shelf = good.get_parent()
    editor.post(f"{address}?id={shelf.pk}&next=/admin/", {"include_descendants": "on"})
    assert is_live(good) and not is_live(bad)


def test_copy_in_the_admin_says_why_it_was_not_published(editor):
    page = content.article()
    data = {
        "new_title": "Copy",
        "new_slug": "copy",
        "new_parent_page": page.get_parent().pk,
        "publish_copies": "on",
    }
    response = editor.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), data, follow=True)
    assert response.status_code == 200
    assert any("nobody has approved" in str(message) for message in response.context["messages"])
    assert not Page.objects.filter(slug="copy").exists()


# What was there before the rule


def test_piece_that_showed_a_reviewer_before_the_rule_has_a_review_afterwards():
    colleague = content.clinician("Dr Mehta")
    page = draft()
    ArticlePage.objects.filter(pk=page.pk).update(
        live=True, reviewer=colleague, reviewed_at=timezone.localdate()
    )
    assert adopt_shown_reviews() == 1
    assert adopt_shown_reviews() == 0
    assert Review.objects.get(page_id=page.pk).reviewer_name == "Dr Mehta"
    page = ArticlePage.objects.get(pk=page.pk)
    page.save()
    assert page.reviewer == colleague
