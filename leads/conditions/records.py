"""Conditions on what is on record about a person: consent, source, language, branch, age."""

from abc import abstractmethod
from collections.abc import Iterator
from itertools import chain

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from classroom.models import ChildPlace
from leads.conditions.base import ConditionRule, Evidence, Moment, Problem, Scope
from leads.conditions.told import Outgrown, Told
from leads.models import Condition
from people.models import Consent, Person, Purpose
from people.selectors import consenting_person_ids


class ConsentRule(ConditionRule):
    """Agreed to messages: valid consent to marketing."""

    def _consents(self) -> QuerySet[Consent]:
        return Consent.objects.filter(
            purpose=Purpose.MARKETING,
            given=True,
            person_id__in=consenting_person_ids(Purpose.MARKETING),
        )

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons who agreed."""
        return self._consents().values("person_id")

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The consent; time alone never ends it."""
        return Told(
            rows=self._consents(),
            person="person_id",
            constant={"kind": "consent"},
            columns={"at": "at"},
        )


class PersonRule(ConditionRule):
    """What conditions on the person's own row share: time alone never ends them."""

    @abstractmethod
    def people(self, condition: Condition) -> QuerySet[Person]:
        """Whose row meets it."""

    def fact(self, condition: Condition) -> dict:
        """What makes it so, the same for everybody."""
        return {"kind": condition.kind, "text": condition.text}

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons whose row meets it."""
        return self.people(condition).values("pk")

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The same fact for each of them."""
        return Told(rows=self.people(condition), person="pk", constant=self.fact(condition))


class SourceRule(PersonRule):
    """Came from: the person's source, letter case aside."""

    takes = ("text",)

    def problem(self, condition: Condition) -> Problem | None:
        """An empty source would match everybody whose source nobody noted."""
        if not condition.text.strip():
            return Problem("text", _("Say which source, for example: newsletter."))
        return None

    def people(self, condition: Condition) -> QuerySet[Person]:
        """Those with that source."""
        return Person.objects.filter(source__iexact=condition.text.strip())

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The source as it is written."""
        return Told(
            rows=self.people(condition),
            person="pk",
            constant={"kind": "source"},
            columns={"text": "source"},
        )


class LanguageRule(PersonRule):
    """Reads in a language of the site."""

    takes = ("text",)

    def problem(self, condition: Condition) -> Problem | None:
        """It must be one of them."""
        if condition.text not in dict(settings.LANGUAGES):
            return Problem("text", _("Choose a language."))
        return None

    def people(self, condition: Condition) -> QuerySet[Person]:
        """Those who use it."""
        return Person.objects.filter(language=condition.text)


class BranchRule(PersonRule):
    """Belongs to a branch."""

    takes = ("branch",)

    def problem(self, condition: Condition) -> Problem | None:
        """A branch that was removed is a problem, never silently nobody."""
        if condition.branch_id is None:
            return Problem("branch", _("The branch of this condition is missing. Choose one."))
        return None

    def people(self, condition: Condition) -> QuerySet[Person]:
        """Those who belong to it."""
        return Person.objects.filter(branch=condition.branch_id)

    def fact(self, condition: Condition) -> dict:
        """The branch."""
        return {"kind": "branch", "branch": condition.branch_id}


class AgeRule(ConditionRule):
    """Turns an age this year: only years of birth are known. It ends, and begins, at New Year."""

    takes = ("age_from", "age_to")

    def problem(self, condition: Condition) -> Problem | None:
        """One end must be given, in order."""
        low, high = condition.age_from, condition.age_to
        if low is None and high is None:
            return Problem("age_from", _("Say from which age, or up to which."))
        if low is not None and high is not None and high < low:
            return Problem("age_to", _("The higher age comes second. Change one of them."))
        return None

    def _born(self, path: str, condition: Condition, moment: Moment) -> dict[str, int]:
        found = {}
        if condition.age_from is not None:
            found[f"{path}__lte"] = moment.year - condition.age_from
        if condition.age_to is not None:
            found[f"{path}__gte"] = moment.year - condition.age_to
        return found

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons born in those years."""
        return Person.objects.filter(**self._born("birth_year", condition, moment)).values("pk")

    def told(self, condition: Condition, moment: Moment) -> Told | None:
        """The year of birth; it ends with the year in which they turn the higher age."""
        return Told(
            rows=Person.objects.filter(**self._born("birth_year", condition, moment)),
            person="pk",
            constant={"kind": "age"},
            columns={"born": "birth_year"},
            ends=Outgrown("born", condition.age_to),
        )


class ChildRule(AgeRule):
    """Has a child who turns an age this year: one they came with to a class, or one in their care."""

    def told(self, condition: Condition, moment: Moment) -> None:
        """Children stand in two tables."""

    def _places(self, condition: Condition, moment: Moment) -> QuerySet[ChildPlace]:
        parent = Coalesce("registration__person__merged_into_id", "registration__person_id")
        born = self._born("birth_year", condition, moment)
        return ChildPlace.objects.filter(**born).annotate(parent=parent)

    def _wards(self, condition: Condition, moment: Moment) -> QuerySet[Person]:
        born = self._born("birth_year", condition, moment)
        parent = Coalesce("guardian__merged_into_id", "guardian_id")
        wards = Person.objects.filter(**born, guardian__isnull=False, merged_into=None)
        return wards.annotate(parent=parent)

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """The parents and guardians."""
        places = self._places(condition, moment).values("parent")
        wards = self._wards(condition, moment).values("parent")
        return Person.objects.filter(Q(pk__in=places) | Q(pk__in=wards)).values("pk")

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """The youngest such child's year of birth: that one stays within the ages longest."""
        both = (
            rows.filter(**scope.on("parent")).values_list("parent", "birth_year")
            for rows in (self._places(condition, moment), self._wards(condition, moment))
        )
        youngest: dict[int, int] = {}
        for person_id, born in chain.from_iterable(both):
            youngest[person_id] = max(youngest.get(person_id, born), born)
        ends = Outgrown("born", condition.age_to)
        for person_id, born in youngest.items():
            yield Evidence(person_id, {"kind": "child", "born": born}, ends.of({"born": born}))
