"""Makes classes with guests, signs of life and reports, and times what attendance does with them."""

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone


def _class(minutes: int):
    """A class that is on now, made anew."""
    from classroom.models import LiveClass
    from cms.models import IndexPage
    from cms.services.site import ensure_shelf

    shelf = IndexPage.objects.get(pk=ensure_shelf(shelf="classes", language="en").pk)
    number = LiveClass.objects.count()
    page = LiveClass(
        title=f"bench {number}",
        slug=f"bench-{number}",
        about_health=False,
        locale=shelf.locale,
        starts_at=timezone.now() - timedelta(minutes=5),
        minutes=minutes,
    )
    shelf.add_child(instance=page)
    return page


def _people(page, count: int) -> list:
    from classroom.models import Registration
    from people.models import Person

    people = Person.objects.bulk_create(Person(display_name=f"P{n}") for n in range(count))
    Registration.objects.bulk_create(Registration(live_class=page, person=one) for one in people)
    return people


def class_subject(count: str) -> dict:
    """A class that is on, with guests and their join tokens."""
    from classroom.models import Registration
    from classroom.services.join_tokens import issue_join_token

    page = _class(minutes=240)
    _people(page, int(count))
    places = list(Registration.objects.filter(live_class=page).order_by("pk"))
    return {
        "page_id": page.pk,
        "people": [place.person_id for place in places],
        "tokens": [issue_join_token(place) for place in places],
    }


def attendance(count: str, minutes: str) -> dict:
    """Seconds to compute a class from a sign every 30 s of everybody, and to do so again."""
    from classroom.models import PresenceBeat
    from classroom.services.attendance import recompute_attendance

    page = _class(minutes=int(minutes))
    people = _people(page, int(count))
    beats = [
        PresenceBeat(
            live_class=page,
            person=one,
            tab="t",
            kind="beat",
            at=page.starts_at + timedelta(seconds=30 * step),
        )
        for one in people
        for step in range(2 * int(minutes))
    ]
    PresenceBeat.objects.bulk_create(beats, batch_size=5_000)
    started = time.perf_counter()
    recompute_attendance(live_class=page)
    between = time.perf_counter()
    recompute_attendance(live_class=page)
    return {
        "seconds": between - started,
        "again": time.perf_counter() - between,
        "beats": len(beats),
    }


def attendance_import(count: str) -> dict:
    """Seconds and memory to take in a Zoom report of so many rows, ten a guest."""
    from bench.inside import command

    page = _class(minutes=240)
    form = "%m/%d/%Y %I:%M:%S %p"
    lines = ["Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"]
    for number in range(int(count)):
        joined = page.starts_at + timedelta(minutes=number % 10 * 20, seconds=number % 60)
        left = joined + timedelta(minutes=15)
        who = number // 10
        lines.append(
            f"P{who},p{who}@example.org,{joined.strftime(form)},{left.strftime(form)},15,Yes"
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.csv"
        path.write_text("\n".join(lines) + "\n")
        return command("import_attendance", str(page.pk), str(path))
