"""What the classroom does when a page changed; one line each."""

from django.db.models.signals import post_delete
from django.dispatch import receiver
from wagtail.signals import copy_for_translation_done, page_published

from classroom.models import Answer, LiveClass, RoomPicture, RoomSlide, RoomVoice, SlidePdf
from classroom.selectors import class_itself
from classroom.services import (
    attendance,
    drafts,
    notices,
    presence,
    questionnaires,
    registration,
    room_pictures,
    room_slides,
    room_voices,
    slide_pdfs,
)
from classroom.signals import attendance_recorded
from cms.receivers import follow_model
from cms.signals import pages_published
from people.signals import people_merged, people_parted


@receiver(page_published, sender=LiveClass)
def follow_class(instance, **kwargs) -> None:
    """A class was published again: it may have moved, have more places, or other guests."""
    drafts.share_access(page=instance)
    notices.announce_published_date(page=instance, by=kwargs["revision"].user)
    presence.follow_changed_class(live_class=class_itself(instance))
    registration.fill_places(live_class=instance)


@receiver(copy_for_translation_done, dispatch_uid="classroom.take_over_clinicians")
def take_over(target_obj, **kwargs) -> None:
    """A page was copied into another language."""
    if isinstance(target_obj, LiveClass):
        drafts.take_over_clinicians(translation=target_obj)


follow_model(Answer)  # it may stand beside a piece


@receiver(pages_published)
def follow_classes(page_ids, **kwargs) -> None:
    """Files brought classes: a command returns with attendance done, so it is computed here."""
    for live_class in LiveClass.objects.filter(pk__in=page_ids, imports__undone_at=None).distinct():
        attendance.recompute_attendance(live_class=live_class)


@receiver(attendance_recorded)
def ask_those_found_later(live_class_id, person_ids, **kwargs) -> None:
    """It became known who came: whoever was not written to yet is asked how it was."""
    live_class = LiveClass.objects.get(pk=live_class_id)
    questionnaires.invite_late(live_class=live_class, person_ids=person_ids)


@receiver([people_merged, people_parted])
def follow_people(person, into, **kwargs) -> None:
    """Staff merged two people, or took that back: what each attended is another union."""
    attendance.follow_people(person_ids=[person.pk, into.pk])


@receiver(post_delete, sender=RoomSlide)
def forget_slide_file(instance, **kwargs) -> None:
    """A slide is gone, by itself or with its room or class: its file goes, too."""
    room_slides.forget_slide_file(instance)


@receiver(post_delete, sender=RoomPicture)
def forget_room_picture(instance, **kwargs) -> None:
    """A picture of the talk is gone, by itself or with its room or class: its file goes, too."""
    room_pictures.forget_picture_file(instance)


@receiver(post_delete, sender=RoomVoice)
def forget_room_voice(instance, **kwargs) -> None:
    """A voice clip is gone, by itself or with its room or class: its file goes, too."""
    room_voices.forget_voice_file(instance)


@receiver(post_delete, sender=SlidePdf)
def forget_pdf_file(instance, **kwargs) -> None:
    """A PDF that waited is gone, perhaps with its class."""
    slide_pdfs.forget_file(instance.stored_as)
