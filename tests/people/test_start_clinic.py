"""start_clinic: from the demo to a real clinic, with bad answers asked again and nothing lost."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from outbox.texts import WRITTEN
from people import clinic_checks, registry
from people.management.commands import start_clinic as command
from people.models import Clinic, ConsentEvent, Person, User
from people.roles import Role
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db
PASSWORD = "willow-and-river-77"


@pytest.fixture(autouse=True)
def no_checks(monkeypatch):
    """The machine is checked in tests of its own."""
    monkeypatch.setattr(command, "check_clinic", list)


@pytest.fixture
def options(tmp_path):
    """A full set of good options."""
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    return {
        "name": "Willow Dental",
        "name_zh": "柳树口腔",
        "languages": "zh, en",
        "time_zone": "asia/shanghai",
        "admin_email": "Head@Willow.example",
        "admin_password_file": str(file),
        "no_input": True,
        "stderr": StringIO(),
    }


def make_demo() -> None:
    Clinic.objects.create(pk=1, name="Demo", is_demo=True)
    make_person(source="demo", profiling=True)
    make_staff(Role.MARKETING, is_demo=True)


def test_start_clinic_puts_the_clinic_in_the_demos_place(options, client):
    make_demo()
    kept = make_person(source="site", profiling=True)
    removed = []
    registry.demo_removers.insert(0, lambda: removed.append("upper") or 3)
    try:
        call_command("start_clinic", **options)
    finally:
        registry.demo_removers.pop(0)
    clinic = Clinic.objects.get()
    assert (clinic.name, clinic.name_zh, clinic.is_demo) == ("Willow Dental", "柳树口腔", False)
    assert (clinic.languages, clinic.time_zone) == (["en", "zh-hans"], "Asia/Shanghai")
    assert list(Person.objects.all()) == [kept]
    assert not ConsentEvent.objects.exclude(subject=f"person:{kept.external_id}").exists()
    assert not User.objects.filter(is_demo=True).exists()
    assert removed == ["upper"]
    administrator = User.objects.get(username="head@willow.example")
    assert administrator.is_superuser
    assert administrator.groups.get().name == Role.ADMINISTRATOR
    assert client.login(username="head@willow.example", password=PASSWORD)


def test_start_clinic_goes_on_where_an_interrupted_run_was(options):
    make_demo()

    def interrupt():
        raise KeyboardInterrupt

    registry.demo_removers.append(interrupt)
    try:
        with pytest.raises(CommandError, match="again"):
            call_command("start_clinic", **options)
    finally:
        registry.demo_removers.pop()
    assert Clinic.objects.get().is_demo is True
    call_command("start_clinic", **options)
    assert Clinic.objects.get().is_demo is False


@pytest.mark.parametrize(
    ("languages", "adapter", "kinds", "offered"),
    [
        ("en", "", None, (True, False)),
        ("en", WRITTEN, None, (True, False)),
        ("en", "outbox.texts.gateway.HttpGateway", None, (True, True)),
        ("zh, en", "", None, (True, True)),
        ("zh, en", "", "e-mail", (True, False)),
        ("en", "", "phone", (False, True)),
        ("en", "", "both", (True, True)),
    ],
)
def test_start_clinic_sets_how_readers_sign_in(
    options, settings, languages, adapter, kinds, offered
):
    settings.SMS_ADAPTER = adapter
    call_command("start_clinic", **{**options, "languages": languages}, contact_kinds=kinds)
    clinic = Clinic.objects.get()
    assert (clinic.offers_email, clinic.offers_phone) == offered


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("name", "  ", "1 to 120"),
        ("languages", "en,fr", "Choose from"),
        ("time_zone", "shanghai", "Did you mean Asia/Shanghai"),
        ("admin_email", "nobody", "not an e-mail"),
        ("admin_email", None, "no value"),
        ("contact_kinds", "fax", "Write email, phone"),
        ("admin_password_file", "/nowhere", "cannot be read"),
    ],
)
def test_start_clinic_without_questions_refuses_bad_values_and_changes_nothing(
    options, option, value, says
):
    make_demo()
    with pytest.raises(CommandError, match=says):
        call_command("start_clinic", **{**options, option: value})
    assert Clinic.objects.get().is_demo is True
    assert not User.objects.filter(is_superuser=True).exists()


def test_start_clinic_asks_again_after_a_bad_answer(options, monkeypatch):
    answers = iter(
        ["", "Willow", "", "klingon", "en", "Mars", "Europe/Berlin", "x", "a@b.example"]
        + ["fax", ""]
    )
    passwords = iter(["short", PASSWORD, "another-thing-88", PASSWORD, PASSWORD])
    monkeypatch.setattr("builtins.input", lambda question: next(answers))
    monkeypatch.setattr(command, "getpass", lambda question: next(passwords))
    call_command("start_clinic", stderr=options["stderr"])
    clinic = Clinic.objects.get()
    assert (clinic.name, clinic.name_zh, clinic.time_zone) == ("Willow", "", "Europe/Berlin")
    said = options["stderr"].getvalue()
    for part in (
        "1 to 120",
        "Choose from",
        "no time zone",
        "not an e-mail",
        "email,phone",
        "short",
        "differ",
    ):
        assert part in said


def test_start_clinic_interrupted_while_asking_changes_nothing(options, monkeypatch):
    make_demo()

    def interrupt(question):
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupt)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("start_clinic", name="Willow")
    assert Clinic.objects.get().name == "Demo"


def test_start_clinic_dry_run_writes_nothing(options):
    call_command("start_clinic", dry_run=True, **options)
    assert not Clinic.objects.exists()
    assert not User.objects.filter(is_superuser=True).exists()


def test_start_clinic_takes_no_login_that_exists(options):
    make_staff(username="head@willow.example")
    Clinic.objects.create(pk=1)
    with pytest.raises(CommandError, match="already"):
        call_command("start_clinic", **options)


def test_checks_name_a_cure_for_each_failure(settings, monkeypatch):
    settings.DEBUG, settings.BASE_URL = True, "http://127.0.0.1:8000"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    monkeypatch.setattr(clinic_checks, "FREE_AT_LEAST", 10**18)
    monkeypatch.setattr(clinic_checks, "CLOCK_OFF_AT_MOST_S", -1)
    findings = {finding.subject: finding for finding in clinic_checks.check_clinic()}
    for subject in ("mail", "HTTPS", "disk", "clock"):
        assert findings[subject].well is False
        assert findings[subject].cure
    assert findings["broker"].well, findings["broker"]


def test_a_database_that_may_forget_a_commit_is_found():
    finding = clinic_checks.check_database()
    # Tests run SQLite without waiting for the disk; PostgreSQL as in production.
    assert finding.well is (connection.vendor == "postgresql")
    assert bool(finding.cure) is not finding.well


def test_checks_are_content_with_a_real_clinic(settings):
    settings.DEBUG, settings.BASE_URL = False, "https://clinic.example.org"
    for check in (clinic_checks.check_https, clinic_checks.check_clock, clinic_checks.check_disk):
        finding = check()
        assert finding.well, finding
        assert finding.cure == ""


def test_a_mail_server_that_does_not_answer_is_found(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert clinic_checks.check_mail().well is False


def test_a_redis_that_does_not_answer_is_found(settings):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert clinic_checks.check_broker().well is False
