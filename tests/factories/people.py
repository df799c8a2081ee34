"""Makes people, contact points, visitors and staff for tests; consents go through the services."""

import factory
from django.contrib.auth.models import Group
from django.utils import timezone

from people.models import ContactKind, ContactPoint, Person, User
from people.notices import CURRENT
from people.services.consent import record_consent
from people.services.visitors import create_visitor


class UserFactory(factory.django.DjangoModelFactory):
    """A login without a password."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user-{n}")


class PersonFactory(factory.django.DjangoModelFactory):
    """Somebody with no consent."""

    class Meta:
        model = Person

    display_name = factory.Sequence(lambda n: f"Person {n}")


class ContactPointFactory(factory.django.DjangoModelFactory):
    """A verified e-mail address."""

    class Meta:
        model = ContactPoint

    person = factory.SubFactory(PersonFactory)
    kind = ContactKind.EMAIL
    value = factory.Sequence(lambda n: f"person{n}@example.org")
    verified_at = factory.LazyFunction(timezone.now)


def make_person(*, profiling: bool = False, marketing: bool = False, **fields) -> Person:
    """A person with these consents given on the site."""
    person = PersonFactory(**fields)
    given = {"profiling": profiling, "marketing": marketing}
    purposes = {purpose: True for purpose, wanted in given.items() if wanted}
    if purposes:
        record_consent(
            person=person, purposes=purposes, notice=CURRENT, language="en", method="panel"
        )
    return person


def make_visitor(*, marketing: bool = False):
    """A browser that agreed to profiling."""
    visitor, _ = create_visitor(
        purposes={"profiling": True, "marketing": marketing},
        notice=CURRENT,
        language="en",
        method="panel",
    )
    return visitor


def make_signed_in(client, **consents) -> Person:
    """A person with a login and a verified contact, signed in with this client."""
    person = make_person(user=UserFactory(), **consents)
    ContactPointFactory(person=person)
    client.force_login(person.user)
    return person


def make_staff(*roles, **fields) -> User:
    """A login with these roles."""
    user = UserFactory(is_staff=True, **fields)
    for role in roles:
        user.groups.add(Group.objects.get(name=role.value))
    return user
