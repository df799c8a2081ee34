"""Makes classes that are over, guests of them, and what they answer."""

import uuid
from typing import Any

from classroom.models import Attendance, LiveClass, QuestionnaireReply, Registration
from classroom.services.questionnaires import open_round, send_reply
from tests.factories.classroom import STARTS_AT, place
from tests.factories.people import ContactPointFactory, make_person

#: The keys of the questionnaire the product comes with: scale, one, many, text.
SCALE, PACE, MORE, BETTER = (
    f"5f0c1a52-0000-4000-8000-{number:04d}00000000" for number in range(1, 5)
)
JUST_RIGHT = f"{PACE[:-8]}00000002"
HEALING = f"{MORE[:-8]}00000002"


def guest(live_class: LiveClass, *, came: bool = True, **fields: Any) -> Registration:
    """Somebody with a place and an address; with `came` they attended all of it."""
    person = make_person(**fields)
    ContactPointFactory(person=person)
    registration = place(live_class, person)
    if came:
        attended(live_class, person)
    return registration


def attended(live_class: LiveClass, person, *, share: float = 1.0) -> Attendance:
    """The person's attendance; half of the class counts as attended."""
    return Attendance.objects.create(
        live_class=live_class,
        person=person,
        first_join=STARTS_AT,
        last_leave=STARTS_AT,
        live_seconds=int(3600 * share),
        share=share,
        attended=share >= 0.5,
        policy_version=1,
        sources=["page"],
        recorded_at=STARTS_AT,
    )


def reply(
    registration: Registration, *, with_name: bool = False, **answers: Any
) -> QuestionnaireReply:
    """What the guest answered, by the names of the questions in capitals, lower-cased."""
    keys = {"scale": SCALE, "pace": PACE, "more": MORE, "better": BETTER}
    assert open_round(live_class=registration.live_class) is not None
    return send_reply(
        registration=registration,
        handle=uuid.uuid4(),
        answers={keys[name]: value for name, value in answers.items()},
        with_name=with_name,
    )
