"""What a piece says of its review, of being overdue, of corrections and of being promotion."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cms.models import PublishingPolicy, ReviewKind
from tests.factories import content
from tests.factories.reviews import approve

pytestmark = pytest.mark.django_db


def html_of(client, page) -> str:
    response = client.get(page.url)
    assert response.status_code == 200
    return response.content.decode()


def test_reviewer_is_named_with_the_licence_and_the_next_review(client):
    page = content.article(
        reviewer=content.clinician("Dr Mehta", role="Dentist"),
        reviewed_at=date(2026, 3, 5),
        next_review_at=date(2099, 3, 5),
        reviewer_licence="Chamber 12",
    )
    html = html_of(client, page)
    assert "Reviewed by Dr Mehta on" in html
    assert "Dentist. Chamber 12" in html
    assert "5 March 2099" in html
    assert "Due for a new review" not in html


def test_licence_leads_to_the_public_register(client):
    page = content.article(live=False)
    approve(page, licence="Chamber 12", register_url="https://register.example.org/12")
    page.live = True
    page.save()
    html = html_of(client, page)
    assert '<a href="https://register.example.org/12" rel="noopener">Chamber 12</a>' in html


def test_self_review_is_said_in_words(client):
    html = html_of(client, content.article(review_kind=ReviewKind.SELF))
    assert "Reviewed by its author on" in html
    assert "Nobody else has checked this piece yet." in html


def test_piece_without_a_review_claims_none(client):
    assert "Reviewed by" not in html_of(client, content.article(about_health=False))


@pytest.mark.parametrize(("days_past", "told"), [(0, False), (30, False), (31, True)])
def test_readers_are_told_once_the_grace_is_over(client, days_past, told):
    page = content.article(next_review_at=timezone.localdate() - timedelta(days=days_past))
    assert ("Due for a new review" in html_of(client, page)) is told


def test_grace_is_as_the_clinic_sets_it(client):
    policy = PublishingPolicy.load()
    policy.grace_days = 0
    policy.save()
    page = content.article(next_review_at=timezone.localdate() - timedelta(days=1))
    assert "Due for a new review" in html_of(client, page)


def test_corrections_are_dated(client):
    page = content.article(
        corrections='[{"type": "correction", "value": '
        '{"corrected_on": "2026-05-04", "text": "Twice, not once."}}]'
    )
    html = html_of(client, page)
    assert "Corrected on" in html and "4 May 2026" in html and "Twice, not once." in html


def test_promotion_says_so_with_its_number_on_the_page_and_on_shelves(client):
    page = content.article(kind="promotion", approval_number="AD-77")
    for html in (html_of(client, page), client.get("/articles/").content.decode()):
        assert "Promotion" in html and "(approval AD-77)" in html
    assert "Promotion" not in html_of(client, content.article())


@pytest.mark.parametrize(
    ("country", "set_to", "shown"),
    [
        ("", None, True),
        ("CN", None, False),
        ("DE", None, True),
        ("CN", True, True),
        ("DE", False, False),
    ],
)
def test_comparisons_in_promotion_hang_on_the_country_until_somebody_decides(
    country, set_to, shown
):
    policy = PublishingPolicy(country=country, comparisons_in_promotion=set_to)
    assert policy.shows_comparisons_in_promotion is shown
