"""Asks for what a real clinic is, puts it in the demo's place, and checks the machine it runs on."""

import sys
from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from outbox.texts import WRITTEN
from people.clinic_checks import check_clinic
from people.contacts import BadContact, normalise_contact
from people.models import Clinic, ContactKind, User
from people.services.clinic import ClinicPlan, start_clinic


class Command(BaseCommand):
    """Nothing is written before every answer is in; interrupting before that changes nothing."""

    help = (
        "From the demo to a real clinic: name, languages, time zone, first administrator, checks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", help="the clinic's name")
        parser.add_argument("--name-zh", help="its Chinese name, if it has one")
        parser.add_argument("--languages", help="such as: en,zh-hans")
        parser.add_argument("--time-zone", help="such as: Asia/Shanghai")
        parser.add_argument(
            "--contact-kinds",
            help="how readers sign in: email, phone or email,phone; "
            "left out, e-mail, and the phone where texts go out or people read Chinese",
        )
        parser.add_argument("--admin-email", help="the first administrator's e-mail address")
        parser.add_argument(
            "--admin-password-file",
            metavar="FILE",
            help="a file whose first line is the administrator's password; - is standard input",
        )
        parser.add_argument(
            "--no-input", action="store_true", help="ask nothing; a missing value is an error"
        )
        parser.add_argument("--dry-run", action="store_true", help="check, and write nothing")

    def handle(self, *args, **options) -> None:
        try:
            plan = self._plan(options)
        except (KeyboardInterrupt, EOFError):
            raise CommandError("Stopped. Nothing was changed.") from None
        if options["dry_run"]:
            self.stderr.write("Dry run: nothing was written.")
        else:
            self._start(plan)
        self._check()

    def _plan(self, options: dict) -> ClinicPlan:
        self.interactive = not options["no_input"]
        name = self._ask("The clinic's name", options["name"], read_name)
        name_zh = self._ask(
            "Its Chinese name (empty if none)", options["name_zh"], read_name_zh, default=""
        )
        languages = self._ask(
            "Languages of the site (en, zh-hans)", options["languages"], read_languages
        )
        time_zone = self._ask(
            "Time zone, such as Asia/Shanghai", options["time_zone"], read_time_zone
        )
        admin_email = self._ask(
            "The first administrator's e-mail address", options["admin_email"], read_admin
        )
        usual = usual_kinds(languages)
        kinds = self._ask(
            f"How readers sign in: email, phone or both (empty: {usual})",
            options["contact_kinds"],
            lambda answer: read_kinds(answer if answer.strip() else usual),
            default=usual,
        )
        return ClinicPlan(
            name=name,
            name_zh=name_zh,
            languages=languages,
            time_zone=time_zone,
            kinds=kinds,
            admin_email=admin_email,
            admin_password=self._password(options["admin_password_file"]),
        )

    def _ask(self, question: str, given: str | None, read: Callable, default: str | None = None):
        """Return the first good answer: the option's, the default's, or what somebody types."""
        if given is None and not self.interactive:
            given = default
            if given is None:
                raise CommandError(f"{question}: no value was given.")
        while True:
            answer = given if given is not None else input(f"{question}: ")
            try:
                return read(answer)
            except ValueError as problem:
                if given is not None and not self.interactive:
                    raise CommandError(f"{question}: {problem}") from None
                self.stderr.write(str(problem))
                given = None

    def _password(self, source: str | None) -> str:
        if source is not None:
            try:
                text = sys.stdin.readline() if source == "-" else Path(source).read_text()
            except OSError as error:
                raise CommandError(f"{source} cannot be read ({error.strerror}).") from None
            return self._ask("Password", (text.splitlines() or [""])[0], read_password)
        if not self.interactive:
            raise CommandError("Password: name a file with --admin-password-file.")
        while True:
            first = getpass("Password of the administrator: ")
            try:
                read_password(first)
            except ValueError as problem:
                self.stderr.write(str(problem))
                continue
            if getpass("The same again: ") == first:
                return first
            self.stderr.write("The two differ.")

    def _start(self, plan: ClinicPlan) -> None:
        try:
            removed = start_clinic(plan=plan)
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped half way. Run start_clinic again: it goes on where it was."
            ) from None
        self.stderr.write(f"{plan.name} is set up; {removed} rows of the demo were removed.")
        self.stderr.write(f"Sign in at {settings.BASE_URL}/admin/ as {plan.admin_email}.")

    def _check(self) -> None:
        for finding in check_clinic():
            mark = "ok  " if finding.well else "FIX "
            self.stderr.write(f"{mark} {finding.subject}: {finding.seen}")
            if finding.cure:
                self.stderr.write(f"     {finding.cure}")


def read_name(answer: str) -> str:
    """Return a name; raises ValueError with what is wrong."""
    name = " ".join(answer.split())
    if not 1 <= len(name) <= 120:
        raise ValueError("Write a name of 1 to 120 characters.")
    return name


def read_name_zh(answer: str) -> str:
    """Return a name that may be empty."""
    return read_name(answer) if answer.strip() else ""


def read_languages(answer: str) -> list[str]:
    """Return language codes in the site's order."""
    known = [code for code, _ in settings.LANGUAGES]
    named = {part.strip().lower() for part in answer.replace(" ", ",").split(",") if part.strip()}
    named = {"zh-hans" if part in {"zh", "zh-cn"} else part for part in named}
    unknown = named - set(known)
    if unknown or not named:
        raise ValueError(f"Choose from {', '.join(known)}, with commas in between.")
    return [code for code in known if code in named]


def read_time_zone(answer: str) -> str:
    """Return a time zone of the tz database."""
    wanted = answer.strip().replace(" ", "_").lower()
    for zone in available_timezones():
        if zone.lower() == wanted:
            return zone
    near = sorted(zone for zone in available_timezones() if wanted and wanted in zone.lower())[:5]
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    raise ValueError(f"There is no time zone of this name.{hint}")


def usual_kinds(languages: list[str]) -> str:
    """What a clinic of these languages offers unless it says otherwise, as one types it."""
    chinese = any(language.startswith("zh") for language in languages)
    return "email,phone" if chinese or settings.SMS_ADAPTER not in {"", WRITTEN} else "email"


def read_kinds(answer: str) -> tuple[ContactKind, ...]:
    """Return the kinds of contact that are named; one may say e-mail and mail too."""
    named = {part.strip().lower() for part in answer.replace(" ", ",").split(",") if part.strip()}
    named = {ContactKind.EMAIL if part in {"mail", "e-mail"} else part for part in named}
    if not named or named - set(ContactKind.values) - {"both"}:
        raise ValueError("Write email, phone, or email,phone.")
    return tuple(kind for kind in ContactKind if kind in named or "both" in named)


def read_admin(answer: str) -> str:
    """Return the e-mail address of somebody who is no login of the demo or of staff yet."""
    try:
        value = normalise_contact(kind=ContactKind.EMAIL, value=answer)
    except BadContact:
        raise ValueError("This is not an e-mail address.") from None
    taken = User.objects.filter(username=value).first()
    clinic = Clinic.objects.filter(pk=1).first()
    if taken is not None and (taken.is_demo or (clinic is not None and not clinic.is_demo)):
        raise ValueError("There is a login of this name already.")
    return value


def read_password(answer: str) -> str:
    """Return a password good enough for an administrator."""
    try:
        validate_password(answer)
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from None
    return answer
