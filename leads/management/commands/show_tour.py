"""Prints the demo logins and a ten-minute tour of real screens; changes nothing."""

from django.conf import settings
from django.core.management.base import BaseCommand

from classroom.models import Room
from cms.services.demo_content import DEMO_STAFF
from leads.services.demo_lists import DEMO_PASSWORD
from people.models import Clinic

ROLE_WORDS = {
    "shen-yu": "clinician",
    "lin-qiao": "clinician",
    "arjun-mehta": "medical reviewer",
    "editor": "editor",
    "he-xiaoman": "consultant",
    "marketing": "marketing",
    "admin": "administrator",
}
PROSPECT = "emma.larsen@example.com"

TOUR = """
Ten minutes, screen by screen
  1  {url}/
     At the foot, "Your choices": agree to both. Nothing is ticked for you.
  2  {url}/sign-in/
     Give any e-mail address. Nothing leaves this machine: the code appears at
     {url}/development/would-be-sent/
  3  {url}/comics/a-room-of-my-own/
     {url}/articles/wisdom-teeth-keep-or-remove/
     Read both to their end: a minute of real reading counts, skipping through does not.
  4  {url}/me/
     What Wellread thinks interests you, as a receipt that adds up.
  5  {url}/zh-hans/
     The same clinic in Chinese.
  6  {url}/admin/readers/ as shen-yu: her pieces, and how they are read.
  7  {url}/admin/lead-lists/ as marketing: "Warm on wisdom teeth". You are on it, with the
     reason. Export it as a table.
  8  {url}/me/ once more: take back the agreement. You are gone from the list.
"""
ROOMS = """
  9  {url}/rooms/{coming}/rehearsal/
     {url}/rooms/{coming}/ as shen-yu: sound and network are checked, then the room of her next class:
     turn the slides, say something aloud, ask with a poll.
 10  {url}/rooms/{held}/replay/ as admin: the last class again, slide by slide, with its talk.
"""


class Command(BaseCommand):
    help = "Print the demo logins and a ten-minute tour."

    def handle(self, *args, **options) -> None:
        if not Clinic.objects.filter(is_demo=True).exists():
            return
        url = settings.BASE_URL.rstrip("/")
        lines = [f"Demo logins for {url}/admin/, all with the password {DEMO_PASSWORD}"]
        lines += [f"  {name:<12} {ROLE_WORDS[name]}" for name, *_ in DEMO_STAFF]
        lines += [f"  {PROSPECT}  prospect: signs in at {url}/sign-in/ with a code, no password"]
        self.stdout.write("\n".join(lines))
        self.stdout.write(TOUR.format(url=url).rstrip())
        coming, held = demo_room("shen-yu"), demo_room("arjun-mehta")
        if coming and held:
            self.stdout.write(ROOMS.format(url=url, coming=coming, held=held).strip("\n"))


def demo_room(username: str) -> int | None:
    """The id of the class whose room somebody of the demo gives; None where it was deleted."""
    rooms = Room.objects.filter(live_class__author__user__username=username)
    return rooms.order_by("pk").values_list("pk", flat=True).first()
