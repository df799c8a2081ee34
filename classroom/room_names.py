"""Judges the names that guests choose for a room: none is empty, none passes for a host's; no writes.

Names are compared by how they look, after the skeletons of Unicode's report 39: with the letters
of other scripts, digits and small capitals that are drawn like Latin ones. Its full table is not
needed for what can be typed on a phone.
"""

import re
import unicodedata

from django.db.models import Q

from classroom.models import LiveClass, Room, RoomGuest
from classroom.room_words import clean_words
from cms.models import ClinicianPage
from people.models import User

#: An accent or two stand on a letter; a tower of them covers the lines of others.
MARKS_AT_MOST = 2
#: In one piece with other words, so many Latin letters are no chance.
LETTERS_AT_LEAST = 6
_JOINER = "\u200d"  # makes one picture of several
_PICTURES = ("So", "Sk", "Mn")
#: Each letter and the Latin one that it is drawn like, in small letters.
_DRAWN_LIKE = (
    "аa вb еe зe кk мm нh оo рp сc тt уy хx ѕs іi јj һh ԁd ӏi ԛq ԝw гr пn "
    "αa βb εe ζz ηh ιi κk μm νv οo ρp τt υy χx ωw ϲc "
    "ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟi ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz "
    "ıi ɩi ɡg ɑa øo łi đd ħh 0o 1i 3e 4a 5s 8b li |i !i $s @a"
)
_LATIN = str.maketrans({pair[0]: pair[1] for pair in _DRAWN_LIKE.split()})
_TITLES = re.compile(r"\b(?:dr|doctor|prof|professor|mr|mrs|ms)\b\.?")
_CHINESE_TITLES = re.compile("医生|醫生|大夫|医师|醫師|教授|主任|老师|老師|博士|护士|護士")
#: Whoever is called that looks as if they held the room.
_OFFICES = frozenset({"host", "cohost", "admin", "administrator", "moderator"})
_CHINESE_OFFICES = re.compile("主持人|主持|管理员|管理員|主讲|主講|客服")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[^\W_]+")


def clean_name(text: str, *, at_most: int) -> str:
    """The name in one line, without what is not seen; empty where nothing to read is left."""
    letters = unicodedata.normalize("NFC", clean_words(text))
    kept: list[str] = []
    for at, letter in enumerate(letters):
        if unicodedata.category(letter) in ("Cf", "Co", "Cn"):
            before = unicodedata.category(kept[-1]) if kept else ""
            after = unicodedata.category(letters[at + 1]) if at + 1 < len(letters) else ""
            if not (letter == _JOINER and before in _PICTURES and after == "So"):
                continue
        if _is_mark(letter) and all(map(_is_mark, kept[-MARKS_AT_MOST:])):
            continue
        kept.append(letter)
    name = " ".join("".join(kept).split())[:at_most].strip()
    return name if any(unicodedata.category(letter)[0] in "LNS" for letter in name) else ""


def passes_for_host(name: str, room: Room) -> bool:
    """Whether a guest of that name could be taken for one of those who hold the room."""
    latin, han = _looks_of(name)
    if _OFFICES.intersection(latin) or _CHINESE_OFFICES.search(name):
        return True
    return any(_are_alike((latin, han), _looks_of(host)) for host in names_of_hosts(room))


def names_of_hosts(room: Room) -> set[str]:
    """What those who give the class or help to hold it are called, in every language."""
    twins = LiveClass.objects.filter(translation_key=room.live_class.translation_key)
    pages = Q(pk__in=twins.values("author")) | Q(pk__in=twins.values("clinicians"))
    gives = Q(pk__in=twins.values("owner")) | Q(hosted_rooms__room=room)
    users = User.objects.filter(
        gives | Q(pk__in=ClinicianPage.objects.filter(pages).values("user"))
    )
    own = ClinicianPage.objects.filter(pages | Q(user__in=users))
    titles = ClinicianPage.objects.filter(translation_key__in=own.values("translation_key"))
    called = RoomGuest.objects.filter(room=room, user__isnull=False)
    return {
        *titles.values_list("title", flat=True),
        *(user.get_full_name() or user.get_username() for user in users),
        *called.values_list("nickname", flat=True),
    }


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Me")


def _looks_of(name: str) -> tuple[list[str], str]:
    """The words of a name as they look in Latin letters, and its Chinese ones, without titles."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name)).casefold()
    bare = "".join(letter for letter in plain if not _is_mark(letter))
    han = _CHINESE_TITLES.sub("", "".join(_HAN.findall(bare)))
    latin = _TITLES.sub(" ", _HAN.sub(" ", bare).translate(_LATIN))
    return [word.replace("rn", "m").replace("vv", "w") for word in _WORD.findall(latin)], han


def _are_alike(guest: tuple[list[str], str], host: tuple[list[str], str]) -> bool:
    (latin, han), (host_latin, host_han) = guest, host
    if host_han and (han == host_han or (len(host_han) > 1 and host_han in han)):
        return True
    if not host_latin:
        return False
    whole, host_whole = "".join(latin), "".join(host_latin)
    if whole == host_whole:
        return True
    if len(host_latin) > 1 and len(host_whole) >= LETTERS_AT_LEAST and host_whole in whole:
        return True
    # The same names the other way round.
    return len(host_latin) > 1 and sorted(latin) == sorted(host_latin)
