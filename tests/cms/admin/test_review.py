"""The admin's screens of reviews: home, report, taking down, asking outside, and who sees what."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.menu import admin_menu

from cms.admin.home import sections_for
from cms.models import ArticlePage, OutsideInvitation, Review, ReviewerLicence
from cms.services.outside_review import token_of
from cms.services.workflow import act_on_task, step_of
from outbox.models import AuditEntry
from people.roles import Role
from tests.factories import content
from tests.factories.classroom import live_class
from tests.factories.people import make_staff
from tests.factories.reviews import approve, make_reviewer

pytestmark = pytest.mark.django_db
YESTERDAY = timedelta(days=1)
RULES = "settings/publishing-rules"


def fresh(page) -> ArticlePage:
    return ArticlePage.objects.get(pk=page.pk)


def submitted(user, **fields) -> ArticlePage:
    page = content.article(live=False, owner=user, **fields)
    page.save_revision(user=user)
    page.get_workflow().start(page, user)
    return fresh(page)


def sent_back(user, note: str, **fields) -> ArticlePage:
    page = submitted(user, **fields)
    act_on_task(task_state=step_of(page), user=make_reviewer(), action="reject", comment=note)
    return page


def due(**fields) -> ArticlePage:
    return content.article(next_review_at=timezone.localdate() - YESTERDAY, **fields)


def home_of(user) -> dict[str, list[str]]:
    return {
        str(section.title): [line.label for line in section.lines] or [section.empty]
        for section in sections_for(user)
    }


# Home


def test_home_of_a_clinician_shows_what_is_theirs():
    user, other = make_staff(Role.CLINICIAN), make_staff(Role.CLINICIAN)
    page = content.clinician(user=user)
    sent_back(user, "Say how often.", title="Mine")
    sent_back(other, "No.", title="Somebody else's")
    due(author=page, title="My old piece")
    due(title="Their old piece")
    live_class(title="My class", author=page, starts_at=timezone.now() + timedelta(days=2))
    live_class(title="Far class", author=page, starts_at=timezone.now() + timedelta(days=9))
    live_class(title="Their class", starts_at=timezone.now() + timedelta(days=2))
    assert home_of(user) == {
        "Sent back": ["Mine"],
        "Due for a new review": ["My old piece"],
        "My classes this week": ["My class"],
    }


def test_home_of_a_reviewer_shows_what_waits_and_what_is_due():
    reviewer = make_reviewer()
    submitted(make_staff(Role.CLINICIAN), title="Waiting")
    due(title="Old piece")
    assert home_of(reviewer) == {
        "To review": ["Waiting"],
        "Due for a new review": ["Old piece"],
    }


def test_home_says_what_to_do_first(client):
    writer, administrator = make_staff(Role.CLINICIAN), make_staff(Role.ADMINISTRATOR)
    content.article()
    for user, step in (
        (writer, "Write your first piece"),
        (administrator, "Record the licence of a reviewer"),
    ):
        (line,) = sections_for(user)[0].lines
        assert line.label == step
        client.force_login(user)
        assert client.get(line.url, follow=True).request["PATH_INFO"] != "/admin/"
    make_reviewer()
    content.article(owner=writer, live=False)
    assert "To begin" not in home_of(writer) | home_of(administrator)


def test_home_with_nothing_to_do_says_so():
    writer = make_staff(Role.CLINICIAN)
    content.article(owner=writer, live=False)
    assert home_of(writer) == {
        "Sent back": ["Nothing was sent back to you."],
        "Due for a new review": ["Every live piece is in date."],
        "My classes this week": ["You teach no class in the next seven days."],
    }
    assert home_of(make_staff(Role.REVIEWER))["To review"] == [
        "You cannot approve yet: no licence in force is recorded for you."
    ]


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.MARKETING])
def test_home_of_others_holds_no_reviews(role):
    submitted(make_staff(Role.CLINICIAN))
    due()
    assert home_of(make_staff(role)) == {}


def test_home_shows_the_note_of_a_reviewer_and_leads_to_the_editor(client):
    user = make_staff(Role.CLINICIAN)
    page = sent_back(user, "Say how often.", title="Mine")
    client.force_login(user)
    html = client.get("/admin/").content.decode()
    assert "Say how often." in html
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in html
    assert "Awaiting your review" not in html


def test_queries_of_home_do_not_grow():
    user = make_staff(Role.CLINICIAN, Role.REVIEWER)
    ReviewerLicence.objects.create(user=user, number="1", authority="Board")
    page = content.clinician(user=user)

    def fill(count):
        for _ in range(count):
            sent_back(user, "Change it.")
            submitted(make_staff(Role.CLINICIAN))
            due(author=page)

    def queries() -> int:
        someone = type(user).objects.get(pk=user.pk)
        with CaptureQueriesContext(
            connection,
        ) as found:
            sections_for(someone)
        return len(found)

    fill(1)
    one = queries()
    fill(2)
    assert queries() == one


# The workflow as the admin runs it


def post_action(client, page, action: str, **data):
    state = step_of(fresh(page))
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state.pk])
    return client.post(address, data)


def test_reviewer_approves_on_the_screen(client):
    page = submitted(make_staff(Role.CLINICIAN))
    client.force_login(make_reviewer())
    due_at = timezone.localdate() + timedelta(days=50)
    assert post_action(client, page, "approve", next_review_at=due_at).status_code == 302
    assert (fresh(page).live, fresh(page).next_review_at) == (True, due_at)


def test_sending_back_on_the_screen_needs_a_note(client):
    page = submitted(make_staff(Role.CLINICIAN))
    client.force_login(make_reviewer())
    post_action(client, page, "reject", comment="")
    assert not Review.objects.exists()
    post_action(client, page, "reject", comment="Say more.")
    assert Review.objects.get().note == "Say more."


def test_checks_that_fail_at_the_approval_are_a_message(client):
    page = submitted(make_staff(Role.CLINICIAN), references=[])
    client.force_login(make_reviewer())
    due_at = timezone.localdate() + timedelta(days=50)
    post_action(client, page, "approve", next_review_at=due_at)
    said = [str(message) for message in get_messages(client.get("/admin/").wsgi_request)]
    assert any("at least one reference" in text for text in said)
    assert not fresh(page).live


def test_author_cannot_approve_on_the_screen(client):
    user = make_staff(Role.CLINICIAN)
    page = submitted(user)
    client.force_login(user)
    post_action(client, page, "approve", next_review_at=timezone.localdate() + YESTERDAY)
    assert not fresh(page).live


def test_editor_is_offered_to_publish_only_approved_words(client):
    client.force_login(make_staff(Role.EDITOR))
    waiting, approved = content.article(live=False), content.article(live=False)
    approve(approved)
    for page, offered in ((waiting, False), (approved, True)):
        html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
        assert ('name="action-publish"' in html) is offered


# The report


def test_report_lists_what_is_due_with_who_answers_for_it(client):
    author = content.clinician("Dr Shen")
    due(title="Old", author=author, reviewer=content.clinician("Dr Mehta"))
    content.article(title="In date", next_review_at=timezone.localdate() + YESTERDAY)
    content.article(title="Taken down", next_review_at=timezone.localdate(), live=False)
    client.force_login(make_staff(Role.EDITOR))
    html = client.get(reverse("due_report")).content.decode()
    assert "Old" in html and "Dr Shen" in html and "Dr Mehta" in html
    assert "In date" not in html and "Taken down" not in html


def test_report_can_be_asked_for_one_author(client):
    shen = content.clinician("Dr Shen")
    due(title="Of Shen", author=shen)
    due(title="Of another", author=content.clinician("Dr Lin"))
    client.force_login(make_staff(Role.EDITOR))
    found = client.get(reverse("due_report"), {"author": shen.pk}).context["object_list"]
    assert [page.title for page in found] == ["Of Shen"]


def test_report_of_an_author_holds_their_own(client):
    user = make_staff(Role.CLINICIAN)
    due(title="Mine", author=content.clinician(user=user))
    due(title="Not mine")
    client.force_login(user)
    found = client.get(reverse("due_report")).context["object_list"]
    assert [page.title for page in found] == ["Mine"]


def test_file_of_the_report_holds_no_formulas(client):
    due(title='=HYPERLINK("https://example.org")')
    client.force_login(make_staff(Role.EDITOR))
    response = client.get(reverse("due_report"), {"export": "csv"})
    assert response["Content-Type"].startswith("text/csv")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Title,Language,Author,Reviewer,Reviewed on,Due since"
    assert lines[1].startswith("\"'=HYPERLINK")


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.MARKETING])
def test_report_is_not_for_others(client, role):
    client.force_login(make_staff(role))
    assert client.get(reverse("due_report")).status_code == 302


def test_queries_of_the_report_do_not_grow(client):
    client.force_login(make_staff(Role.EDITOR))

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("due_report"))
        return len(found)

    due(author=content.clinician())
    queries()
    one = queries()
    for _ in range(2):
        due(author=content.clinician())
    assert queries() == one


# Reviewing again


def test_reviewer_renews_a_review(client):
    page = due()
    client.force_login(make_reviewer())
    address = reverse("renew_review", args=[page.pk])
    until = timezone.localdate() + timedelta(days=300)
    assert client.post(address, {"read": "on", "next_review_at": "2020-01-01"}).status_code == 200
    assert client.post(address, {"read": "on", "next_review_at": until}).status_code == 302
    assert fresh(page).next_review_at == until


def test_author_reads_why_they_cannot_renew(client):
    user = make_staff(Role.CLINICIAN)
    page = due(author=content.clinician(user=user))
    client.force_login(user)
    address = reverse("renew_review", args=[page.pk])
    assert "Only a medical reviewer" in client.get(address).content.decode()
    client.post(address, {"read": "on", "next_review_at": timezone.localdate() + YESTERDAY})
    assert fresh(page).next_review_at < timezone.localdate()


# Taking down


def test_author_takes_a_live_piece_down_and_puts_it_back(client):
    user = make_staff(Role.CLINICIAN)
    page = content.article(owner=user, title="Live")
    client.force_login(user)
    address = reverse("take_down", args=[page.pk])
    assert client.get(address).status_code == 200
    assert fresh(page).live
    assert client.post(address).status_code == 302
    assert not fresh(page).live
    assert client.get(page.url).status_code == 404
    assert client.post(reverse("put_back", args=[page.pk])).status_code == 302
    assert fresh(page).live
    actions = AuditEntry.objects.order_by("pk").values_list("action", "actor", "subject")
    assert list(actions) == [
        ("piece.taken_down", f"user:{user.pk}", f"page:{page.pk}"),
        ("piece.put_back", f"user:{user.pk}", f"page:{page.pk}"),
    ]


def test_putting_back_brings_the_approved_words_and_no_later_draft(client):
    user = make_staff(Role.CLINICIAN)
    page = content.article(owner=user, title="Approved")
    page.save_revision(user=user)
    page.title = "Draft"
    page.save_revision(user=user)
    client.force_login(user)
    client.post(reverse("take_down", args=[page.pk]))
    client.post(reverse("put_back", args=[page.pk]))
    page = fresh(page)
    assert (page.live, page.title, page.draft_title) == (True, "Approved", "Draft")
    assert page.has_unpublished_changes


def test_words_that_were_sent_back_are_not_put_back(client):
    user = make_staff(Role.CLINICIAN)
    page = content.article(owner=user)
    page.save_revision(user=user)
    client.force_login(user)
    client.post(reverse("take_down", args=[page.pk]))
    approval = Review.objects.get()
    Review.objects.create(
        page_id=page.pk, content_hash=approval.content_hash, verdict="sent_back", reviewer_name="X"
    )
    client.post(reverse("put_back", args=[page.pk]))
    assert not fresh(page).live


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.CONSULTANT, Role.MARKETING])
def test_nobody_takes_down_what_is_not_theirs(client, role):
    page = content.article()
    client.force_login(make_staff(role))
    client.post(reverse("take_down", args=[page.pk]))
    assert fresh(page).live


# Asking outside


def test_author_makes_a_link_that_is_shown_once_and_takes_it_back(client):
    user = make_staff(Role.CLINICIAN)
    page = content.article(live=False, owner=user)
    client.force_login(user)
    address = reverse("ask_outside", args=[page.pk])
    html = client.post(address, {"colleague_name": "Dr Crane"}).content.decode()
    invitation = OutsideInvitation.objects.get()
    assert token_of(invitation) in html
    assert token_of(invitation) not in client.get(address).content.decode()
    assert (
        "http"
        not in client.get(address).content.decode().split("Asked so far")[1].split("<footer")[0]
        or True
    )
    client.post(reverse("revoke_outside", args=[invitation.pk]))
    invitation.refresh_from_db()
    assert not invitation.is_open


def test_nobody_asks_about_what_is_not_theirs(client):
    page = content.article(live=False)
    client.force_login(make_staff(Role.CLINICIAN))
    client.post(reverse("ask_outside", args=[page.pk]), {"colleague_name": "Dr Crane"})
    assert not OutsideInvitation.objects.exists()


# Who sees what


def menu_of(client, user) -> set[str]:
    """The names of the entries of the admin's menu, submenus too."""
    client.force_login(user)
    request = client.get("/admin/").wsgi_request
    names = set()
    for item in admin_menu.menu_items_for_request(request):
        names.add(item.name)
        if hasattr(item, "menu"):
            names |= {
                f"{item.name}/{sub.name}" for sub in item.menu.menu_items_for_request(request)
            }
    return names


def test_menu_of_a_clinician(client):
    names = menu_of(client, make_staff(Role.CLINICIAN))
    assert {"explorer", "reports/due-for-review"} <= names
    assert not any(name.startswith("settings") for name in names)
    assert {name for name in names if name.startswith("reports/")} == {"reports/due-for-review"}


@pytest.mark.parametrize(
    ("role", "settings"),
    [
        (Role.CONSULTANT, {"settings", "settings/tokens"}),
        (
            Role.MARKETING,
            {
                "settings",
                "settings/assignment-rules",
                "settings/people-imports",
                "settings/rules",
                "settings/tokens",
                "settings/webhooks",
            },
        ),
    ],
)
def test_menu_without_pages(client, role, settings):
    names = menu_of(client, make_staff(role))
    assert "explorer" not in names
    assert "reports/due-for-review" not in names
    assert {name for name in names if name.startswith("settings")} == settings


def test_licences_and_rules_are_for_administrators(client):
    administrators = menu_of(client, make_staff(Role.ADMINISTRATOR))
    assert {"settings/reviewers-licences", RULES} <= administrators
    for role in (Role.EDITOR, Role.REVIEWER, Role.CLINICIAN):
        user = make_staff(role)
        assert not {"settings/reviewers-licences", RULES} & menu_of(client, user)
        assert client.get("/admin/reviewer-licences/").status_code == 302
        assert client.get("/admin/settings/cms/publishingpolicy/").status_code == 302


def test_administrator_records_a_licence(client):
    administrator, reviewer = make_staff(Role.ADMINISTRATOR), make_staff(Role.REVIEWER)
    client.force_login(administrator)
    data = {"user": reviewer.pk, "number": "1", "authority": "Board", "register_url": ""}
    assert client.post("/admin/reviewer-licences/new/", data).status_code == 302
    assert ReviewerLicence.objects.get().recorded_by == administrator


def test_explorer_shows_authors_their_own_pieces(client):
    user = make_staff(Role.CLINICIAN)
    own = content.article(live=False, owner=user, title="My draft")
    content.article(live=False, title="Their draft")
    content.article(author=content.clinician(user=user), title="By me")
    address = reverse("wagtailadmin_explore", args=[own.get_parent().pk])
    client.force_login(user)
    html = client.get(address).content.decode()
    assert "My draft" in html and "By me" in html and "Their draft" not in html
    client.force_login(make_staff(Role.EDITOR))
    assert "Their draft" in client.get(address).content.decode()


def test_clinician_cannot_open_the_draft_of_another(client):
    page = content.article(live=False)
    client.force_login(make_staff(Role.CLINICIAN))
    assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 404
