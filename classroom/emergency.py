"""Tells words of an emergency, and the number to call; it decides nothing and keeps nothing."""

import re
import unicodedata

# Our own short list: what must not wait for an answer by mail. It errs on the side of asking.
ENGLISH = (
    "can't breathe", "cannot breathe", "can not breathe", "trouble breathing",
    "difficulty breathing", "hard to breathe", "short of breath", "choking", "chest pain",
    "won't stop bleeding", "will not stop bleeding", "bleeding won't stop", "bleeding heavily",
    "heavy bleeding", "bleeding for hours", "passed out", "fainted", "unconscious", "seizure",
    "swollen throat", "throat is swelling", "swelling of the throat", "swollen tongue",
    "tongue is swelling", "face is swelling", "cannot swallow", "can't swallow", "anaphyla",
    "allergic shock", "overdose", "swallowed poison", "kill myself", "end my life", "suicid",
    "want to die",
)  # fmt: skip
CHINESE = (
    "呼吸困难", "喘不过气", "不能呼吸", "无法呼吸", "透不过气", "窒息", "胸痛", "大出血",
    "止不住血", "血止不住", "流血不止", "出血不止", "一直流血", "昏迷", "晕倒", "昏过去",
    "失去意识", "抽搐", "喉咙肿", "喉头水肿", "舌头肿", "咽不下", "吞咽困难", "过敏性休克",
    "服药过量", "误服", "中毒", "自杀", "不想活", "想死",
)  # fmt: skip
_PATTERN = re.compile(
    "|".join([*(rf"\b{re.escape(words)}" for words in ENGLISH), *map(re.escape, CHINESE)])
)
EUROPE = "112"
NUMBERS_BY_ZONE = {
    "Asia/Shanghai": "120",
    "Asia/Urumqi": "120",
    "Asia/Hong_Kong": "999",
    "Asia/Macau": "999",
    "Asia/Taipei": "119",
    "Asia/Singapore": "995",
    "Asia/Tokyo": "119",
    "Asia/Seoul": "119",
    "Europe/London": "999",
    "Australia/Sydney": "000",
    "Australia/Melbourne": "000",
}


def sounds_urgent(text: str) -> bool:
    """Whether the text speaks of what should be called about, not written about."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    return bool(_PATTERN.search(" ".join(folded.split())))


def emergency_number(time_zone: str) -> str:
    """The number to call where the clinic is; 112 where its zone does not tell, as phones know it."""
    if time_zone.startswith(("America/", "US/", "Canada/")):
        return "911"
    return NUMBERS_BY_ZONE.get(time_zone, EUROPE)
