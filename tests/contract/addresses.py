"""Every address the installation answers, and one example of each in a small clinic made for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.search_promotions.models import Query
from wagtail.documents import get_document_model
from wagtail.models import Collection, Locale, Page, PageViewRestriction, Site, Task, Workflow

from classroom.models import Certificate, Questionnaire
from classroom.questionnaires import default_questionnaire
from classroom.services.feeds import feed_token_of
from classroom.services.join_tokens import issue_join_token
from classroom.services.learning import enrol
from classroom.services.place_links import issue_place_code
from classroom.services.questions import ask_question
from cms.models import ClaimPhrase, ClinicImage, ReviewerLicence
from cms.services.outside_review import invite_outside_reviewer, token_of
from cms.services.short_links import ensure_short_link
from leads.models import (
    AssignmentRule,
    BulkChange,
    Export,
    ExportTemplate,
    Label,
    LabelSet,
    LeadList,
    ListVersion,
    PeopleImport,
    WebhookDelivery,
    WebhookEndpoint,
    Workplace,
)
from leads.services.webhook_secrets import new_secret, seal
from people.models import Branch, Clinic, Person, StaffToken, User
from people.roles import Role
from people.services.staff_tokens import create_staff_token
from tests.factories.classroom import live_class, place
from tests.factories.content import (
    article,
    clinician,
    course,
    media,
    module,
    picture,
    topic,
)
from tests.factories.patients import consent as patient_consent
from tests.factories.people import ContactPointFactory, UserFactory, make_person, make_staff
from tests.factories.rooms import make_room, make_room_picture, make_room_voice, make_slide

#: The columns of the matrix. `other` is a prospect (or clinician) who asks for what is another's.
WHO = (
    "anonymous",
    "prospect",
    "other prospect",
    "clinician",
    "other clinician",
    "reviewer",
    "editor",
    "consultant",
    "marketing",
    "administrator",
)
#: Addresses that have no name to be reversed by, each with an example.
UNNAMED = {
    "api/v1/": "/api/v1/nothing-there",
    "admin/.*/": "/admin/nothing-there/",
}
#: Where a converter's name alone does not say whose id is wanted: namespace to attribute.
OWNERS_OF_PK = {
    "branches": "branch",
    "claim_phrases": "phrase",
    "clinic": "clinic",
    "lead-exports": "export_template",
    "assignment-rules": "assignment_rule",
    "lead-label-sets": "label_set",
    "lead-labels": "label",
    "lead-lists": "lead_list",
    "lead-topic-chooser": "topic",
    "lead-workplaces": "workplace",
    "patient_consents": "consent",
    "reviewer_licences": "reviewer_licence",
    "questionnaires": "questionnaire",
    "topics": "topic",
    "wagtailadmin_api:documents": "document",
    "wagtailadmin_api:images": "image",
    "wagtailadmin_api:pages": "draft",
    "wagtailadmin_collections": "collection",
    "wagtailadmin_pages": "draft",
    "wagtailadmin_workflows": "workflow",
    "wagtailapi:documents": "document",
    "wagtailapi:images": "image",
    "wagtailapi:pages": "draft",
    "wagtaildocs_chooser": "document",
    "wagtailimages_chooser": "image",
    "wagtaillocales": "locale",
    "wagtailsites": "site",
    "wagtailusers_groups": "group",
    "wagtailusers_users": "colleague",
}


@dataclass
class Scene:
    """A small clinic: everything an address can name, and a client for everybody who may ask."""

    clients: dict[str, Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = {name: self._arrive(name) for name in WHO if name != "anonymous"}
        self.clinic, _ = Clinic.objects.get_or_create(pk=1)
        self.branch = Branch.objects.create(slug="harbour", name="Harbour")
        self.topic = topic("Herons")
        self.author = clinician("Dr Heron", user=self.people["clinician"])
        self.published = article(title="Published", owner=self.people["clinician"])
        self.published.save_revision()
        self.draft = article(title="Draft", live=False, owner=self.people["clinician"])
        self.revision = self.draft.save_revision(user=self.people["clinician"])
        self.hidden = article(title="Hidden", owner=self.people["clinician"])
        self.restriction = PageViewRestriction.objects.create(
            page=self.hidden, restriction_type=PageViewRestriction.LOGIN
        )
        self.live_class = live_class()
        self.staff_class = live_class(access="staff")
        self.questionnaire = default_questionnaire() or Questionnaire.objects.create(name="Own")
        self.course = course()
        self.module = module(self.course)
        self.image: ClinicImage = picture()
        self.media = media()
        self.consent = patient_consent(self.image)
        self.phrase = ClaimPhrase.objects.first()
        self.reviewer_licence = ReviewerLicence.objects.create(
            user=self.people["reviewer"], number="1", authority="Board"
        )
        self.short_link = ensure_short_link(page=self.published)
        self.document = get_document_model().objects.create(
            title="Paper", file=ContentFile(b"%PDF-1.4 paper", name="paper.pdf")
        )
        self.collection = Collection.get_first_root_node().add_child(name="Pictures")
        self.redirect = Redirect.objects.create(old_path="/old", redirect_link="/")
        self.query = Query.get("heron")
        self.site = Site.objects.get(is_default_site=True)
        self.locale = Locale.objects.get(language_code="en")
        self.workflow = Workflow.objects.first() or Workflow.objects.create(name="Review")
        self.task = Task.objects.first() or Task.objects.create(name="Look")
        self.group = Group.objects.get(name=Role.EDITOR.value)
        self.colleague = UserFactory(username="colleague")
        self.person = Person.objects.get(user=self.people["prospect"])
        self.invitation = invite_outside_reviewer(
            piece=self.draft, user=self.people["administrator"], colleague_name="Dr Egret"
        )
        self.registration = place(self.live_class, self.person)
        self.slide = make_slide(make_room(self.live_class), self.people["administrator"])
        self.room_picture = make_room_picture(self.slide.room)
        self.room_voice = make_room_voice(self.slide.room)
        self.question = ask_question(
            person=self.person, text="Does it hurt?", language="en", page=self.published
        )
        self.certificate = Certificate.objects.create(
            enrolment=enrol(person=self.person, course=self.course),
            holder_name="Mei",
            course_title="Gums",
            completed_at=timezone.now(),
        )
        self.lead_list = LeadList.objects.create(name="Everybody", slug="everybody")
        self.assignment_rule = AssignmentRule.objects.create(name="Everybody")
        self.bulk_change = BulkChange.objects.create()
        self.label_set = LabelSet.objects.create(slug="skin", name="Skin type")
        self.label = Label.objects.create(label_set=self.label_set, slug="oily", name="Oily")
        self.workplace = Workplace.objects.create(user=self.colleague, branch=self.branch)
        ListVersion.objects.create(
            lead_list=self.lead_list, number=1, rules={"match": "all", "groups": []}
        )
        self.export = Export.objects.create(
            lead_list=self.lead_list, requested_by=self.people["marketing"], format="csv"
        )
        create_staff_token(user=self.people["marketing"], name="reports")
        # A test of it gets nowhere: this machine's own doors are not posted to.
        self.webhook = WebhookEndpoint.objects.create(
            description="Booking", url="https://127.0.0.1/", sealed_secret=seal(new_secret())
        )
        self.delivery = WebhookDelivery.objects.create(
            endpoint=self.webhook,
            webhook_id="msg_1",
            kind="page.published",
            occurred_at=timezone.now(),
        )
        self.table = PeopleImport.objects.create(goal="people", file_name="people.csv")

        self.export_template = ExportTemplate.objects.create(
            name="Names", columns=["name"], format="csv"
        )

    def _arrive(self, name: str) -> User:
        if name.endswith("prospect"):
            user = UserFactory(username=name.replace(" ", "-"))
            ContactPointFactory(person=make_person(user=user, profiling=True))
        else:
            role = Role["CLINICIAN" if "clinician" in name else name.upper()]
            user = make_staff(role, username=name.replace(" ", "-"))
        client = Client()
        client.force_login(user)
        self.clients[name] = client
        return user

    def client_of(self, name: str) -> Client:
        """The browser of somebody; a new one for who is not signed in."""
        return self.clients.get(name) or Client()

    def value_of(self, parameter: str, *, name: str, namespace: str) -> object:
        """What stands for a parameter in the example address; KeyError where nothing was said."""
        if parameter == "pk":
            owner = OWNERS_OF_PK.get(namespace)
            return getattr(self, owner).pk if owner else self.topic.pk
        own = {
            "calendar_feed": {"token": feed_token_of(self.person)},
            "outside_review": {"token": token_of(self.invitation)},
            "place_link": {"code": issue_place_code(registration=self.registration, kind="j")},
            "people_import": {"public_id": self.table.public_id},
            "room_picture": {"name": self.room_picture.file.name.rpartition("/")[2]},
            "room_voice": {"name": self.room_voice.file.name.rpartition("/")[2]},
            "room_slide": {"name": self.slide.file.name.rpartition("/")[2]},
            "short_link": {"code": self.short_link.code},
            "switch_language": {"code": "zh-hans"},
            "clinician_feed": {"slug": self.author.slug},
            "sitemap": {"section": "en"},
            "played": {"folder": "played", "name": self.media.file.name.rpartition("/")[2]},
            "wagtailmedia:add": {"media_type": "audio"},
            "lead-lists:put_back": {"number": 1},
            "page_code": {"page_id": self.published.pk},
            "handout": {"page_id": self.published.pk},
            "vote": {"page_id": self.published.pk},
            "confirmed_vote": {"page_id": self.published.pk},
        }
        if parameter == "public_id" and "webhook" in name:
            return self.webhook.public_id
        if parameter in own.get(name, {}):
            return own[name][parameter]
        known = {
            "act": "00000000-0000-0000-0000-000000000000",
            "action": "delete",
            "attendee_id": 999999,
            "block_id": "none",
            "action_name": "approve" if namespace == "wagtailadmin_pages" else "publish",
            "app_label": "wagtailcore" if "bulk" in namespace else "cms",
            "app_name": "cms",
            "clinician_id": self.author.pk,
            "course_id": self.course.pk,
            "change_id": self.bulk_change.pk,
            "class_id": self.live_class.pk,
            "collection_id": self.collection.pk,
            "content_type_app_name": "cms",
            "content_type_model_name": "articlepage",
            "destination_id": Page.objects.get(depth=2, pk=self.site.root_page_id).pk,
            "doc_id": self.document.pk,
            "document_id": self.document.pk,
            "external_id": self.person.external_id,
            "figure": "entered",
            "filter_spec": "width-100",
            "folder": "original_images",
            "image_id": self.image.pk,
            "import_id": 999999,
            "invitation_id": self.invitation.pk,
            "kind": "svg",
            "link_id": "00000000-0000-0000-0000-000000000000",
            "media_id": self.media.pk,
            "media_type": "video",
            "module_id": self.module.pk,
            "model_name": "articlepage",
            "name": self.image.file.name.rpartition("/")[2],
            "number": 999999,
            "object_id": str(self.draft.pk),
            "page_id": self.draft.pk,
            "page_pk": self.draft.pk,
            "page_to_move_id": self.draft.pk,
            "page_view_restriction_id": self.restriction.pk,
            "parent_page_id": self.draft.get_parent().pk,
            "public_id": self.export.public_id,
            "question_id": self.question.pk,
            "query_id": self.query.pk,
            "redirect_id": self.redirect.pk,
            "reply_id": "00000000-0000-0000-0000-000000000000",
            "revision_id": self.revision.pk,
            "revision_id_a": "earliest",
            "revision_id_b": "latest",
            "restriction_id": self.restriction.pk,
            "serial": self.certificate.serial,
            "session_id": 999999,
            "slug": self.lead_list.slug if "lead" in namespace else self.topic.slug,
            "task_id": self.task.pk,
            "task_state_id": 999999,
            "token": "set-password",
            "token_id": StaffToken.objects.get().pk,
            "uidb64": "MQ",
            "upload_id": 999999,
            "uploaded_file_id": 999999,
            "webhook_id": self.delivery.webhook_id,
            "workflow_pk": self.workflow.pk,
            "workflow_state_id": 999999,
        }
        return known[parameter]

    def particular(self) -> Iterator[tuple[str, str]]:
        """Rows beside the examples: drafts, private pages, revisions and previews by their address."""
        edit = "admin/pages/{}/"
        yield "site: a published piece", self.published.url
        yield "site: a draft", f"{self.draft.get_parent().url}{self.draft.slug}/"
        yield "site: a piece for people who are signed in", self.hidden.url
        yield "api/v2: a published piece", f"/api/v2/pages/{self.published.pk}/"
        yield "api/v2: a piece for people who are signed in", f"/api/v2/pages/{self.hidden.pk}/"
        yield "api/v2: a draft found by its address", f"/api/v2/pages/find/?id={self.draft.pk}"
        for action in ("edit", "copy", "unpublish", "delete", "history", "view_draft"):
            path = edit.format(self.published.pk) + f"{action}/"
            yield f"admin: {action}, a clinician's published piece", f"/{path}"
        join = issue_join_token(self.registration)
        yield "site: the personal page of a place", f"/join/?place={join}"
        room = reverse("room", args=[self.live_class.pk])
        yield "site: the room of a class by a place", f"{room}?place={join}"
        yield "site: the replay of a class by a place", f"{room}replay/?place={join}"
        yield "site: a class for staff", self.staff_class.url
        yield "api/v1: a class for staff", f"/api/v1/classes/{self.staff_class.pk}"
        yield "api/v2: a class for staff", f"/api/v2/pages/{self.staff_class.pk}/"
        yield "documents: a paper on no live page", self.document.url
        yield "site: a module", self.module.url
        rendition = self.image.get_rendition("width-100")
        yield "media: a size of a picture", rendition.url


def named_patterns() -> Iterator[tuple[str, str, list[str]]]:
    """Yield each address as (route, name with namespaces or "", names of its parameters)."""
    yield from _walk(get_resolver(), "", "")


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = f"{namespace}{pattern.name}" if pattern.name else ""
            yield route, name, sorted(pattern.pattern.regex.groupindex)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, route, inner)


def addresses(scene: Scene) -> dict[str, str]:
    """Return what stands in the matrix to an address in the scene: every pattern, once a route.

    Raises LookupError for a pattern that no example can be made of.
    """
    found: dict[str, str] = {}
    for route, name, parameters in named_patterns():
        label = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).replace("^", "").replace("$", "")
        if label.startswith("((") or name == "wagtaildocs_serve":
            continue  # pages and documents; the particular rows name some
        if not name:  # pages and documents; the particular rows name some
            if label not in UNNAMED and not label.startswith("admin/"):
                raise LookupError(f"{label} has no name: say in UNNAMED what it stands for")
            found[label] = UNNAMED.get(label, f"/{label}")
            continue
        namespace = name.rpartition(":")[0]
        if name == "wagtail_bulk_action":
            namespace = "bulk"
        if name == "wagtailsettings:edit" or name.startswith("simple_translation:submit_snippet"):
            continue  # one for each registered model; they have rows where there are any
        try:
            values = {
                item: scene.value_of(item, name=name, namespace=namespace) for item in parameters
            }
            found.setdefault(label, reverse(name, kwargs=values))
        except (KeyError, NoReverseMatch) as error:
            raise LookupError(f"no example of {label} ({name}): {error}") from error
    found |= dict(scene.particular())
    return found
