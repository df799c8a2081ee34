"""Which kinds of contact a page asks for: what the clinic allows and what is reached, in the order of its language."""

import pytest
from django.core import checks

from outbox.texts import WRITTEN
from people.clinic_checks import check_sign_in
from people.contact_kinds import (
    NotOffered,
    Offer,
    TakesNoText,
    offer_in,
    reachable_contact,
    read_contact,
    region_of,
)
from people.contacts import BadContact, example_of_mobile, normalise_contact
from people.models import Clinic, ContactKind
from tests.factories.people import ContactPointFactory, make_person

EMAIL, PHONE = ContactKind.EMAIL, ContactKind.PHONE
FILES = "django.core.mail.backends.filebased.EmailBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
GATEWAY = "outbox.texts.gateway.HttpGateway"
BOTH_IN_CHINA = Offer(kinds=(PHONE, EMAIL), region="CN")


@pytest.fixture
def house(settings):
    """A clinic in production that reaches mailboxes and phones."""
    settings.DEBUG, settings.BASE_URL = False, "https://clinic.example"
    settings.EMAIL_BACKEND, settings.SMS_ADAPTER = SMTP, GATEWAY
    return settings


@pytest.mark.parametrize(
    ("language", "kinds"),
    [("zh-hans", (PHONE, EMAIL)), ("zh", (PHONE, EMAIL)), ("en", (EMAIL, PHONE)),
     ("de", (EMAIL, PHONE))],
)  # fmt: skip
def test_the_phone_comes_first_in_chinese_and_mail_elsewhere(house, language, kinds):
    assert offer_in(language, clinic=Clinic()).kinds == kinds


@pytest.mark.parametrize(
    ("allowed", "mail", "texts", "kinds"),
    [
        ({}, SMTP, GATEWAY, (EMAIL, PHONE)),
        ({"offers_phone": False}, SMTP, GATEWAY, (EMAIL,)),
        ({"offers_email": False}, SMTP, GATEWAY, (PHONE,)),
        ({}, SMTP, "", (EMAIL,)),
        ({}, SMTP, WRITTEN, (EMAIL,)),
        ({}, FILES, GATEWAY, (PHONE,)),
        ({}, "django.core.mail.backends.console.EmailBackend", GATEWAY, (PHONE,)),
        ({"offers_email": False}, SMTP, "", ()),
        ({}, FILES, "", ()),
    ],
)
def test_a_kind_is_offered_only_while_it_is_allowed_and_reached(house, allowed, mail, texts, kinds):
    house.EMAIL_BACKEND, house.SMS_ADAPTER = mail, texts
    assert offer_in("en", clinic=Clinic(**allowed)).kinds == kinds


@pytest.mark.parametrize(
    ("debug", "base_url", "kinds"),
    [(True, "http://127.0.0.1:8000", (EMAIL, PHONE)), (True, "https://clinic.example", ()),
     (False, "http://127.0.0.1:8000", ())],
)  # fmt: skip
def test_what_is_written_to_files_counts_where_only_a_developer_looks(
    settings, debug, base_url, kinds
):
    settings.DEBUG, settings.BASE_URL = debug, base_url
    settings.EMAIL_BACKEND, settings.SMS_ADAPTER = FILES, WRITTEN
    assert offer_in("en", clinic=Clinic()).kinds == kinds


@pytest.mark.parametrize(
    ("clinic", "region"),
    [
        ({"time_zone": "Asia/Shanghai"}, "CN"),
        ({"time_zone": "Europe/Zurich"}, "CH"),
        ({"time_zone": "Asia/Shanghai", "phone_region": "HK"}, "HK"),
        ({"time_zone": "UTC", "languages": ["zh-hans"]}, "CN"),
        ({"time_zone": "UTC", "languages": ["en", "zh-hans"]}, None),
        ({"time_zone": "UTC"}, None),
    ],
)
def test_a_bare_number_is_at_home_where_the_clinic_is(clinic, region):
    assert region_of(Clinic(**clinic)) == region


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("138 0013 8000", (PHONE, "+8613800138000")),
        ("+86-138-0013-8000", (PHONE, "+8613800138000")),
        ("0086 13800138000", (PHONE, "+8613800138000")),
        ("１３８００１３８０００", (PHONE, "+8613800138000")),
        ("+41 78 123 45 67", (PHONE, "+41781234567")),
        (" Name@Example.org ", (EMAIL, "name@example.org")),
        ("name＠example.org", (EMAIL, "name@example.org")),
    ],
)
@pytest.mark.parametrize("asked", [EMAIL, PHONE])
def test_what_is_typed_counts_whatever_was_asked_for(typed, read, asked):
    assert read_contact(typed, asked=asked, offer=BOTH_IN_CHINA) == read


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("12345", BadContact),
        ("138 0013 80001234", BadContact),
        ("nobody", BadContact),
        ("a@b@c", BadContact),
        ("+", BadContact),
        ("\u202e+8613800138000' OR 1=1 --", BadContact),
        ("<script>alert(1)</script>@example.org", BadContact),
        ("name@example.org\nBcc: all@example.org", BadContact),
        ("021 5555 0100", TakesNoText),
        ("400 123 4567", TakesNoText),
    ],
)
def test_what_nobody_could_be_reached_at_is_refused(typed, problem):
    with pytest.raises(problem):
        read_contact(typed, asked=PHONE, offer=BOTH_IN_CHINA)


def test_a_number_without_a_country_is_none_where_nothing_tells_the_country():
    nowhere = Offer(kinds=(PHONE,), region=None)
    with pytest.raises(BadContact):
        read_contact("138 0013 8000", asked=PHONE, offer=nowhere)
    assert read_contact("+8613800138000", asked=PHONE, offer=nowhere)[1] == "+8613800138000"


@pytest.mark.parametrize(
    ("typed", "kinds"), [("name@example.org", (PHONE,)), ("+8613800138000", (EMAIL,))]
)
def test_a_kind_that_is_not_offered_is_refused(typed, kinds):
    with pytest.raises(NotOffered):
        read_contact(typed, asked=kinds[0], offer=Offer(kinds=kinds, region=None))


@pytest.mark.parametrize("region", ["CN", "CH", "US", None])
def test_the_example_is_a_number_that_would_be_taken(region):
    example = example_of_mobile(region)
    assert normalise_contact(kind=PHONE, value=example, region=region)


def test_a_clinics_country_is_two_letters_that_exist():
    clinic = Clinic(name="Willow", phone_region="cn", languages=["en"])
    clinic.full_clean()
    assert clinic.phone_region == "CN"
    with pytest.raises(Exception, match="such as CN"):
        Clinic(name="Willow", phone_region="XX", languages=["en"]).full_clean()


@pytest.mark.django_db
def test_a_person_is_reached_at_what_is_verified_and_reachable_mail_first(house):
    person = make_person()
    ContactPointFactory(person=person, verified_at=None)
    assert reachable_contact(person) is None
    phone = ContactPointFactory(person=person, kind=PHONE, value="+8613800138000")
    assert reachable_contact(person) == phone
    address = ContactPointFactory(person=person)
    assert reachable_contact(person) == address
    house.EMAIL_BACKEND = FILES
    assert reachable_contact(person) == phone


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("allowed", "mail", "texts", "ids"),
    [
        ({}, SMTP, GATEWAY, []),
        ({"offers_phone": False}, SMTP, "", []),
        ({}, SMTP, "", ["people.W001"]),
        ({}, FILES, "", ["people.W001", "people.W001", "people.W002"]),
        ({"offers_email": False, "offers_phone": False}, SMTP, GATEWAY, ["people.W002"]),
    ],
)
def test_checks_warn_of_what_is_offered_and_not_reached(house, allowed, mail, texts, ids):
    house.EMAIL_BACKEND, house.SMS_ADAPTER = mail, texts
    Clinic.objects.create(pk=1, **allowed)
    found = [
        one
        for one in checks.run_checks(tags=[checks.Tags.database], databases=["default"])
        if one.id.startswith("people.")
    ]
    assert [one.id for one in found] == ids
    assert all(one.hint for one in found)
    finding = check_sign_in()
    assert (finding.well, bool(finding.cure)) == (not ids, bool(ids))


@pytest.mark.django_db
def test_checks_leave_the_database_alone_unless_it_is_named(django_assert_num_queries, house):
    with django_assert_num_queries(0):
        checks.run_checks()
