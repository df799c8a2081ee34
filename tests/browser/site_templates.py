"""Pages of the site that the demo does not lead to, rendered in a small clinic made for them.

A case is (template, variant) and what makes the page; the browser lays it under an address of the
demo, which serves its stylesheets.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.test.signals import template_rendered
from django.urls import reverse
from django.utils import timezone, translation
from django.views.defaults import permission_denied
from wagtail.users.models import UserProfile

from classroom.models import (
    Certificate,
    LiveClass,
    Registration,
    Room,
    RoomEvent,
    RoomGuest,
    RoomStage,
)
from classroom.room_access import Seat
from classroom.services.door import door_code
from classroom.services.join_tokens import issue_join_token
from classroom.services.learning import enrol, mark_done
from classroom.services.questionnaire_tokens import issue_questionnaire_token
from classroom.services.room import (
    ask_in_room,
    mark_answered,
    open_room,
    send_message,
    turn_slide,
)
from cms.services.outside_review import invite_outside_reviewer, link_of, revoke_invitation
from cms.services.short_links import ensure_short_link
from people.roles import Role
from people.services.sign_in_links import make_sign_in_link
from tests.factories import content
from tests.factories.classroom import live_class, place
from tests.factories.people import make_person, make_signed_in, make_staff
from tests.factories.questionnaires import guest, reply
from tests.factories.rooms import guest_seat, make_room, make_slide, new_id

TEMPLATES = Path(__file__).parents[2] / "templates"
WHOLE_PAGE = re.compile(r'<html|extends "(base|cms/piece_base)\.html"')
#: What whole pages are built on, and is none itself.
FRAMES = {"base.html", "cms/piece_base.html"}
WORDS = {"en": ("Gums first", "Mei Lin"), "zh-hans": ("先看牙龈", "林梅")}


def whole_pages() -> set[str]:
    """The names of our templates that are a page of their own, the admin's screens apart."""
    found = {
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.rglob("*.html")
        if WHOLE_PAGE.search(path.read_text("utf-8"))
    }
    return found - FRAMES


class Laid:
    """A small clinic in one language, and the pages that are made in it."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.title, self.name = WORDS[language]
        self.reader, self.staff = Client(), Client()
        self.person = make_signed_in(self.reader, display_name=self.name)
        self.administrator = make_staff(Role.ADMINISTRATOR, first_name="Ada")
        profile = UserProfile.get_for_user(self.administrator)
        profile.preferred_language = language
        profile.save()
        self.staff.force_login(self.administrator)
        body = [("paragraph", "<p>Some words.</p>"), ("poll", content.poll())]
        self.article = content.article(language, title=self.title, body=body)
        self.course = content.course(language, title=self.title)
        self.module = content.module(self.course, questions=(content.question(),))
        self.last_module = content.module(self.course)
        self.live_class = live_class(language, title=self.title, starts_at=timezone.now())

    @property
    def cases(self) -> dict[tuple[str, str], Callable[[], str]]:
        """Template and variant of each page, and what renders it."""
        return {
            ("400.html", ""): lambda: render_to_string("400.html"),
            ("403.html", ""): self.forbidden,
            ("403_csrf.html", ""): self.forged,
            ("api_docs.html", ""): lambda: self.get("/api/docs"),
            ("classroom/admin/door.html", ""): self.door,
            ("classroom/certificate.html", ""): self.certificate,
            ("classroom/certificate_form.html", ""): self.certificate_form,
            ("classroom/certificate_form.html", "refused"): self.certificate_form_refused,
            ("classroom/check_in.html", "to press"): self.check_in,
            ("classroom/check_in.html", "pressed"): self.checked_in,
            ("classroom/check_in.html", "signed out"): self.check_in_signed_out,
            ("classroom/door_shut.html", ""): lambda: self.get(reverse("check_in"), status=404),
            ("classroom/given_back.html", ""): self.given_back,
            ("classroom/join.html", "on"): lambda: self.get(self.join_address()),
            ("classroom/join.html", "later"): self.join_later,
            ("classroom/join.html", "cancelled"): self.join_cancelled,
            ("classroom/join_gone.html", ""): lambda: self.get(reverse("join_class"), status=404),
            ("classroom/room.html", "guest"): self.room,
            ("classroom/room.html", "host"): self.room_of_host,
            ("classroom/rehearsal.html", ""): self.rehearsal,
            ("classroom/replay.html", "guest"): self.replay,
            ("classroom/replay.html", "staff"): self.replay_of_staff,
            ("classroom/replay_shut.html", ""): self.replay_shut,
            ("classroom/room.html", "video"): self.room_with_video,
            ("classroom/room.html", "meeting"): self.room_with_meeting,
            ("classroom/room_name.html", ""): self.room_first_time,
            ("classroom/room_stage_away.html", ""): self.stage_away,
            ("classroom/room_out.html", ""): self.room_after_being_put_out,
            ("classroom/questionnaire.html", ""): lambda: self.get(self.questions_address()),
            ("classroom/questionnaire_answered.html", ""): self.answered_already,
            ("classroom/questionnaire_gone.html", ""): lambda: self.get(
                reverse("class_questionnaire"), status=404
            ),
            ("classroom/questionnaire_thanks.html", ""): self.thanks,
            ("classroom/verification.html", ""): self.verification,
            ("classroom/verification.html", "revoked"): self.verification_revoked,
            ("cms/admin/front_end_preview.html", ""): self.front_end,
            ("cms/article_page.html", "outside review"): self.outside,
            ("cms/article_page.html", "outside review refused"): self.outside_refused,
            ("cms/course_page.html", ""): lambda: self.get(self.course.url),
            ("cms/course_page.html", "taken"): self.course_taken,
            ("cms/module_page.html", ""): lambda: self.get(self.module.url),
            ("cms/module_page.html", "taken"): self.module_taken,
            ("cms/outlets/handout.html", ""): lambda: self.get(self.handout_address()),
            ("cms/outlets/handout.html", "large"): lambda: self.get(
                f"{self.handout_address()}?type=large"
            ),
            ("cms/outlets/link_gone.html", ""): self.link_gone,
            ("cms/outlets/poster.html", ""): lambda: self.admin("share_poster", self.article.pk),
            ("cms/outside_review_over.html", ""): self.outside_over,
            ("cms/poll_confirm.html", ""): self.poll_confirm,
            ("people/add_contact.html", ""): lambda: self.get(
                reverse("add_contact"), client=self.reader
            ),
            ("people/add_contact.html", "refused"): self.contact_refused,
            ("people/confirm_contact.html", ""): self.contact_to_confirm,
            ("people/forgotten.html", ""): lambda: self.get(reverse("forgotten")),
            ("people/link.html", ""): lambda: self.get(self.link_address()),
            ("people/link.html", "for work"): lambda: self.get(
                self.link_address(), client=self.staff, status=403
            ),
            ("people/link_gone.html", ""): lambda: self.get(reverse("sign_in_link"), status=404),
            ("people/show_code.html", ""): lambda: self.get(reverse("show_code")),
            ("people/show_code.html", "for work"): lambda: self.get(
                reverse("show_code"), client=self.staff, status=403
            ),
            ("people/show_code.html", "shown"): self.shown_code,
            ("people/me_staff.html", ""): lambda: self.text(self.staff.get(reverse("me"))),
        }

    def rendered(self) -> dict[tuple[str, str], str]:
        """The HTML of every case; each was made from the template that it names."""
        pages = {}
        with translation.override(self.language):
            for (template, variant), make in self.cases.items():
                used: set[str | None] = set()

                def note(template, used=used, **kwargs) -> None:
                    used.add(template.name)

                template_rendered.connect(note, weak=False)
                try:
                    pages[template, variant] = make()
                finally:
                    template_rendered.disconnect(note)
                assert template in used, (template, variant)
        return pages

    def text(self, response, status: int = 200) -> str:
        assert response.status_code == status, (response.status_code, response.request)
        return response.content.decode()

    def get(self, address: str, *, client: Client | None = None, status: int = 200) -> str:
        return self.text((client or Client()).get(address), status)

    def admin(self, name: str, *ids: int) -> str:
        with translation.override("en"):
            return self.text(self.staff.get(reverse(name, args=ids)))

    def door(self) -> str:
        return self.admin("class_door", self.live_class.pk)

    def link_address(self) -> str:
        person = make_person(display_name=self.name)
        _link, token = make_sign_in_link(
            by=self.administrator, person=person, kind="email", value=f"{person.pk}@example.org"
        )
        return f"{reverse('sign_in_link')}?link={token}"

    def contact_refused(self) -> str:
        return self.text(self.reader.post(reverse("add_contact"), {"email": "nowhere"}), 422)

    def contact_to_confirm(self) -> str:
        sent = {"email": "more@example.org"}
        return self.text(self.reader.post(reverse("add_contact"), sent, follow=True))

    def shown_code(self) -> str:
        client = Client()
        return self.text(client.post(reverse("show_code"), follow=True))

    def forbidden(self) -> str:
        request = Client().get(reverse("search")).wsgi_request
        return permission_denied(request, PermissionError()).content.decode()

    def forged(self) -> str:
        return self.text(Client(enforce_csrf_checks=True).post(reverse("sign_in")), 403)

    def new_certificate(self) -> Certificate:
        enrolment = enrol(person=self.person, course=self.course)
        found, _ = Certificate.objects.get_or_create(
            enrolment=enrolment,
            defaults={
                "holder_name": self.name,
                "course_title": self.title,
                "completed_at": timezone.now(),
            },
        )
        return found

    def certificate(self) -> str:
        serial = self.new_certificate().serial
        return self.get(reverse("my_certificate", args=[serial]), client=self.reader)

    def verification(self) -> str:
        return self.get(reverse("verify_certificate", args=[self.new_certificate().serial]))

    def verification_revoked(self) -> str:
        certificate = self.new_certificate()
        certificate.revoked_at = timezone.now()
        certificate.save()
        return self.get(reverse("verify_certificate", args=[certificate.serial]))

    def finish_course(self) -> tuple[Client, str]:
        client = Client()
        person = make_signed_in(client, display_name=self.name)
        course = content.course(self.language, title=self.title)
        module = content.module(course)
        enrol(person=person, course=course)
        mark_done(person=person, module=module)
        return client, reverse("ask_for_certificate", args=[course.pk])

    def certificate_form(self) -> str:
        client, address = self.finish_course()
        return self.get(address, client=client)

    def certificate_form_refused(self) -> str:
        client, address = self.finish_course()
        return self.text(client.post(address, {"name": ""}), 422)

    def scan(self, client: Client) -> str:
        code = {"code": door_code(self.live_class)}
        return self.text(client.get(reverse("check_in"), code, follow=True))

    def check_in(self) -> str:
        return self.scan(self.reader)

    def checked_in(self) -> str:
        self.scan(self.reader)
        return self.text(self.reader.post(reverse("check_in")))

    def check_in_signed_out(self) -> str:
        return self.scan(Client())

    def join_address(self, itself=None) -> str:
        itself = itself or self.live_class
        registration = itself.registrations.filter(person=self.person).first()
        token = issue_join_token(registration or place(itself, self.person))
        return f"{reverse('join_class')}?place={token}"

    def room_address(self) -> str:
        Room.objects.get_or_create(live_class=self.live_class)
        place = self.join_address().partition("?")[2]
        return f"{reverse('room', args=[self.live_class.pk])}?{place}"

    def room(self) -> str:
        address = self.room_address()
        room = Room.objects.get(live_class=self.live_class)
        RoomGuest.objects.get_or_create(room=room, person=self.person, defaults={"nickname": "Mei"})
        return self.get(address)

    def room_first_time(self) -> str:
        itself = live_class(self.language, title=self.title, starts_at=timezone.now())
        Room.objects.create(live_class=itself)
        place = self.join_address(itself).partition("?")[2]
        return self.get(f"{reverse('room', args=[itself.pk])}?{place}")

    def room_with(self, **stage) -> LiveClass:
        """A class of its own with something beside its slides, and this reader in it."""
        itself = live_class(self.language, title=self.title, starts_at=timezone.now())
        room = Room.objects.create(live_class=itself)
        RoomStage.objects.create(room=room, **stage)
        RoomGuest.objects.create(room=room, person=self.person, nickname="Mei")
        return itself

    def room_with_video(self) -> str:
        itself = self.room_with(
            kind="video_stream",
            address="https://stream.example.org/live.m3u8",
            captions="typed",
            captioner="He Xiaoman",
        )
        place = self.join_address(itself).partition("?")[2]
        return self.get(f"{reverse('room', args=[itself.pk])}?{place}")

    def room_with_meeting(self) -> str:
        itself = self.room_with(
            kind="link", address="https://meet.example.org/", captions="carried"
        )
        return self.get(reverse("room", args=[itself.pk]), client=self.staff)

    @override_settings(
        BIGBLUEBUTTON_URL="https://127.0.0.1/bigbluebutton", BIGBLUEBUTTON_SECRET="none"
    )
    def stage_away(self) -> str:
        itself = self.room_with(kind="bigbluebutton", captions="carried")
        place = self.join_address(itself).partition("?")[2]
        return self.get(f"{reverse('room_stage', args=[itself.pk])}?{place}", status=503)

    def room_after_being_put_out(self) -> str:
        self.room()
        address = self.room_address()
        guests = RoomGuest.objects.filter(room__live_class=self.live_class, person=self.person)
        guests.update(put_out_at=timezone.now())
        html = self.get(address, status=403)
        guests.update(put_out_at=None)
        return html

    def room_of_host(self) -> str:
        return self.get(self.room_address().partition("?")[0], client=self.staff)

    def room_over(self, **fields) -> Room:
        """A class with a talk that is over."""
        now, start = timezone.now(), timezone.now() - timedelta(hours=4)
        room = make_room(live_class(self.language, title=self.title, starts_at=now, **fields))
        host = Seat(room=room, user=self.administrator, is_host=True)
        slide = make_slide(room, self.administrator)
        slide.description = self.title
        slide.save()
        mei = guest_seat(room)
        open_room(seat=host, client_id=new_id())
        turn_slide(seat=host, slide_id=slide.pk, client_id=new_id())
        send_message(seat=host, text=self.title, client_id=new_id())
        asked = ask_in_room(seat=mei, text=self.title, client_id=new_id())
        mark_answered(seat=host, number=asked.number, client_id=new_id())
        RoomEvent.objects.filter(room=room).update(at=start)
        LiveClass.objects.filter(pk=room.pk).update(starts_at=start)
        room.live_class.refresh_from_db()
        return room

    def rehearsal(self) -> str:
        return self.get(reverse("rehearsal", args=[self.room_over().pk]), client=self.staff)

    def replay(self) -> str:
        room = self.room_over(replay_days=3)
        own = self.join_address(room.live_class).partition("?")[2]
        return self.get(f"{reverse('replay', args=[room.pk])}?{own}")

    def replay_of_staff(self) -> str:
        return self.get(reverse("replay", args=[self.room_over().pk]), client=self.staff)

    def replay_shut(self) -> str:
        address = self.room_address().replace("/?", "/replay/?")
        return self.get(address, status=404)

    def join_later(self) -> str:
        later = live_class(
            self.language, title=self.title, starts_at=timezone.now() + timedelta(days=3)
        )
        return self.get(self.join_address(later))

    def join_cancelled(self) -> str:
        gone = live_class(
            self.language,
            title=self.title,
            starts_at=timezone.now() + timedelta(days=3),
            cancelled_at=timezone.now(),
        )
        return self.get(self.join_address(gone))

    def given_back(self) -> str:
        later = live_class(self.language, starts_at=timezone.now() + timedelta(days=3))
        token = self.join_address(later).partition("place=")[2]
        return self.text(Client().post(reverse("give_back"), {"place": token}))

    def over(self) -> Registration:
        past = live_class(
            self.language, title=self.title, starts_at=timezone.now() - timedelta(hours=4)
        )
        return guest(past)

    def questions_address(self, registration: Registration | None = None) -> str:
        token = issue_questionnaire_token(registration or self.over())
        return f"{reverse('class_questionnaire')}?place={token}"

    def answered_already(self) -> str:
        registration = self.over()
        reply(registration, scale=4)
        return self.get(self.questions_address(registration))

    def thanks(self) -> str:
        registration = self.over()
        kept = reply(registration, scale=4)
        return self.get(f"{self.questions_address(registration)}&reply={kept.pk}&thanks=1")

    def course_taken(self) -> str:
        enrol(person=self.person, course=self.course)
        return self.get(self.course.url, client=self.reader)

    def module_taken(self) -> str:
        enrol(person=self.person, course=self.course)
        return self.get(self.module.url, client=self.reader)

    def handout_address(self) -> str:
        return reverse("handout", args=[self.article.pk])

    def link_gone(self) -> str:
        piece = content.article(self.language)
        link = ensure_short_link(page=piece)
        piece.unpublish()
        return self.get(reverse("short_link", args=[link.code]), status=404)

    def invite(self):
        draft = content.article(self.language, title=self.title, live=False)
        draft.save_revision()
        return invite_outside_reviewer(
            piece=draft, user=self.administrator, colleague_name="Dr Egret"
        )

    def path_of(self, invitation) -> str:
        return link_of(invitation).partition("://")[2].partition("/")[2]

    def outside(self) -> str:
        return self.get(f"/{self.path_of(self.invite())}")

    def outside_refused(self) -> str:
        address = f"/{self.path_of(self.invite())}"
        return self.text(Client().post(address, {"verdict": "approved"}))

    def outside_over(self) -> str:
        invitation = self.invite()
        revoke_invitation(invitation=invitation, user=self.administrator)
        return self.get(f"/{self.path_of(invitation)}", status=410)

    def poll_confirm(self) -> str:
        (poll,) = [block for block in self.article.body if block.block_type == "poll"]
        address = reverse("vote", args=[self.article.pk, poll.id])
        return self.text(Client().post(address, {"option": "o1"}))

    def front_end(self) -> str:
        context = {"address": "about:blank", "page": self.article}
        return render_to_string("cms/admin/front_end_preview.html", context)
