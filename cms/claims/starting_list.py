"""The phrases a new site begins with; a migration takes them, later changes belong to the clinic.

Each row: kind, severity, applies to, phrase, exceptions. The reasons stand by kind, as an author
needs the same advice for each phrase of a kind.
"""

BEST = "superlative"
SURE = "guarantee"
RATE = "cure_rate"
LOOKS = "before_after"
OTHER = "other"
BLOCKING, ADVISORY = "blocking", "advisory"
BOTH, PROMOTION = "both", "promotion"

REASONS = {
    BEST: (
        "A reader cannot check it, and nobody can prove it. Say what you do and how often.",
        "读者无法核实，也没有人能证明。请写清做什么、做过多少。",
    ),
    SURE: (
        "No treatment is sure or free of risk. Say what usually happens, and what may go wrong.",
        "没有哪种治疗绝对有效或毫无风险。请写通常的情况，以及可能的问题。",
    ),
    RATE: (
        "A rate needs its study: who, how many, how long. Give the source, or leave it out.",
        "比率要有出处：什么人、多少例、随访多久。请注明来源，否则不写。",
    ),
    LOOKS: (
        "One person's result promises nothing to the next. Say what most people can expect.",
        "一个人的效果不能保证下一个人。请写多数人可以期待什么。",
    ),
    OTHER: (
        "It presses or praises instead of informing. Say it plainly.",
        "这是催促或吹捧，不是告知。请平实地说。",
    ),
}

NO_CURE_TALK = ("no cure", "not cured", "cannot be cured", "can't be cured", "not a cure")

ROWS: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    (BEST, BLOCKING, BOTH, "the best", ("the best known", "the best time", "the best way", "the best treatment*", "the best available", "the best documented", "the best studied", "the best person", "the best chance*", "the best screening", "the best approach", "the best option*", "the best evidence", "the best you can", "the best thing you can do", "the best position", "for the best", "make the best of")),
    (BEST, ADVISORY, BOTH, "best", ("at best", "best before", "best known", "best if", "best to", "best when", "best practice", "best evidence", "best interest*", "best time", "best way", "best man", "do your best", "does its best", "best done", "best taken", "best left", "best treated", "best accomplished", "best result*", "best in", "best with", "best treatment*", "best vitelliform")),
    (BEST, BLOCKING, BOTH, "number one", ("number one cause*", "number one reason*", "number one question*")),
    (BEST, BLOCKING, BOTH, "world class", ()),
    (BEST, BLOCKING, BOTH, "world-leading", ()),
    (BEST, BLOCKING, BOTH, "most advanced", ("most advanced stage*", "most advanced form*", "most advanced case*")),
    (BEST, BLOCKING, BOTH, "leading clinic", ()),
    (BEST, ADVISORY, BOTH, "unrivalled", ()),
    (BEST, ADVISORY, PROMOTION, "leading", ("leading to", "leading cause*", "leading up", "misleading")),
    (SURE, BLOCKING, BOTH, "guarantee*", ("no guarantee*", "not guarantee*", "cannot guarantee*", "can't guarantee*", "nobody can guarantee*", "never guarantee*", "does not guarantee*", "is not guaranteed", "are not guaranteed", "nothing is guaranteed")),
    (SURE, ADVISORY, BOTH, "painless*", ("painless lump*", "painless swelling*", "painless sore*", "painless ulcer*", "painless bump*", "painless growth*", "painless nodule*", "painless, ", "not painless*", "rarely painless*", "often painless*", "usually painless*", "painless is not", "painless does not")),
    (SURE, BLOCKING, BOTH, "painless treatment*", ("no painless treatment*",)),
    (SURE, BLOCKING, BOTH, "painless procedure*", ("not a painless procedure*",)),
    (SURE, BLOCKING, BOTH, "painless extraction*", ()),
    (SURE, BLOCKING, BOTH, "painless surgery", ()),
    (SURE, BLOCKING, BOTH, "painless dentistry", ()),
    (SURE, BLOCKING, BOTH, "completely painless*", ("not completely painless*",)),
    (SURE, BLOCKING, BOTH, "painlessly", ("not painlessly",)),
    (SURE, BLOCKING, BOTH, "pain-free", ("not pain-free", "hardly pain-free")),
    (SURE, BLOCKING, BOTH, "risk-free", ("not risk-free", "never risk-free", "no operation is risk-free", "nothing is risk-free")),
    (SURE, BLOCKING, BOTH, "no side effects", ("no side effects are known", "no side effects were")),
    (SURE, BLOCKING, BOTH, "without side effects", ("not without side effects",)),
    (SURE, BLOCKING, BOTH, "completely safe", ("not completely safe", "no treatment is completely safe")),
    (SURE, BLOCKING, BOTH, "100% safe", ("not 100% safe",)),
    (SURE, BLOCKING, BOTH, "100% effective", ("not 100% effective", "is 100% effective against nothing", "none is 100% effective")),
    (SURE, BLOCKING, BOTH, "permanent cure", ("no permanent cure",)),
    (SURE, BLOCKING, BOTH, "cured for good", NO_CURE_TALK),
    (SURE, BLOCKING, BOTH, "miracle*", ("no miracle*", "not a miracle*")),
    (SURE, ADVISORY, BOTH, "instant*", ("instantly recogn*", "instant coffee", "not instant*")),
    (SURE, ADVISORY, PROMOTION, "cure*", NO_CURE_TALK),
    (RATE, BLOCKING, BOTH, "#% success", ()),
    (RATE, BLOCKING, BOTH, "#% cure*", ()),
    (RATE, BLOCKING, BOTH, "#% of patients satisfied", ()),
    (RATE, ADVISORY, BOTH, "success rate*", ()),
    (RATE, ADVISORY, BOTH, "cure rate*", ()),
    (LOOKS, BLOCKING, BOTH, "look # years younger", ()),
    (LOOKS, BLOCKING, BOTH, "see the difference", ()),
    (LOOKS, ADVISORY, PROMOTION, "before and after", ("before and after meals", "before and after the operation", "before and after eating", "before and after brushing")),
    (LOOKS, ADVISORY, BOTH, "perfect smile", ()),
    (OTHER, ADVISORY, BOTH, "only today", ()),
    (OTHER, ADVISORY, BOTH, "limited offer*", ()),
    (OTHER, ADVISORY, BOTH, "revolutionary", ()),
    (BEST, BLOCKING, BOTH, "最好", ("最好先", "最好在", "最好不要", "最好别", "最好能", "最好是", "最好由", "最好每", "最好去", "最好来", "最好让", "最好用", "最好把", "最好也", "最好还", "最好提前", "最好带", "最好请", "最好问", "最好及", "最好一", "最好避免", "最好的办法", "最好的时间", "最好的时机", "做最好的准备")),
    (BEST, BLOCKING, BOTH, "第一", ("第一次", "第一天", "第一步", "第一周", "第一个", "第一年", "第一月", "第一期", "第一阶段", "第一时间", "第一部分", "第一页", "第一型", "第一磨牙", "第一前磨牙", "第一恒磨牙", "第一乳磨牙", "第一晚", "第一口", "第一种", "第一张", "第一层", "第一代", "第一位患者", "第一人称", "第一，", "第一,", "第一、", "第一:", "第一是", "第一眼", "第一季度", "第一针", "第一颗", "安全第一")),
    (BEST, BLOCKING, BOTH, "最佳", ("最佳时间", "最佳时机", "最佳年龄", "最佳证据", "最佳体位")),
    (BEST, BLOCKING, BOTH, "最先进", ()),
    (BEST, BLOCKING, BOTH, "最权威", ()),
    (BEST, BLOCKING, BOTH, "最安全", ("最安全的做法是", "最安全的办法是")),
    (BEST, BLOCKING, BOTH, "最有效", ("最有效的预防", "最有效的办法是")),
    (BEST, BLOCKING, BOTH, "顶级", ()),
    (BEST, BLOCKING, BOTH, "顶尖", ()),
    (BEST, BLOCKING, BOTH, "国家级", ()),
    (BEST, BLOCKING, BOTH, "世界级", ()),
    (BEST, BLOCKING, BOTH, "独一无二", ("每个人的牙齿都是独一无二",)),
    (BEST, BLOCKING, BOTH, "首选诊所", ()),
    (BEST, ADVISORY, BOTH, "领先", ()),
    (BEST, ADVISORY, BOTH, "权威专家", ()),
    (SURE, BLOCKING, BOTH, "根治", ("不能根治", "无法根治", "难以根治", "不可根治", "没有根治", "尚不能根治", "根治性")),
    (SURE, BLOCKING, BOTH, "无痛", ("无痛性", "无痛分娩", "并非无痛", "不是无痛", "无痛的肿块", "无痛肿块", "不等于无痛", "不保证无痛")),
    (SURE, BLOCKING, BOTH, "包治", ()),
    (SURE, BLOCKING, BOTH, "药到病除", ()),
    (SURE, BLOCKING, BOTH, "永不复发", ()),
    (SURE, BLOCKING, BOTH, "不复发", ("不复发不等于",)),
    (SURE, BLOCKING, BOTH, "无副作用", ("并非无副作用", "不是无副作用")),
    (SURE, BLOCKING, BOTH, "没有副作用", ("不是没有副作用", "并非没有副作用", "没有副作用的药是没有的")),
    (SURE, BLOCKING, BOTH, "零风险", ("不是零风险", "没有零风险", "并非零风险")),
    (SURE, BLOCKING, BOTH, "绝对安全", ("不是绝对安全", "没有绝对安全", "并非绝对安全")),
    (SURE, BLOCKING, BOTH, "保证治好", ("不能保证治好", "无法保证治好", "不保证治好")),
    (SURE, BLOCKING, BOTH, "保证疗效", ("不能保证疗效", "无法保证疗效", "不保证疗效")),
    (SURE, BLOCKING, BOTH, "百分之百", ("不是百分之百", "没有百分之百", "不能百分之百", "并非百分之百")),
    (SURE, BLOCKING, BOTH, "100%有效", ("不是100%有效", "并非100%有效")),
    (SURE, BLOCKING, BOTH, "100%安全", ("不是100%安全", "并非100%安全")),
    (SURE, BLOCKING, BOTH, "一次见效", ()),
    (SURE, BLOCKING, BOTH, "立竿见影", ()),
    (SURE, ADVISORY, BOTH, "彻底", ("彻底清洁", "彻底刷", "彻底漱口", "彻底干燥", "彻底检查", "不彻底", "彻底清除菌斑")),
    (SURE, ADVISORY, BOTH, "奇效", ()),
    (SURE, ADVISORY, BOTH, "神奇", ()),
    (RATE, BLOCKING, BOTH, "治愈率", ()),
    (RATE, BLOCKING, BOTH, "有效率", ("更有效率", "有效率地")),
    (RATE, BLOCKING, BOTH, "成功率", ()),
    (RATE, ADVISORY, BOTH, "满意率", ()),
    (LOOKS, BLOCKING, BOTH, "年轻#岁", ()),
    (LOOKS, ADVISORY, PROMOTION, "术前术后对比", ()),
    (LOOKS, ADVISORY, BOTH, "焕然一新", ()),
    (LOOKS, ADVISORY, BOTH, "完美笑容", ()),
    (OTHER, ADVISORY, BOTH, "限时优惠", ()),
    (OTHER, ADVISORY, BOTH, "仅限今天", ()),
    (OTHER, ADVISORY, BOTH, "祖传秘方", ()),
)  # fmt: skip


def phrase_fields() -> list[dict[str, str]]:
    """The fields of each phrase, as a migration or a test writes them."""
    return [
        {
            "phrase": phrase,
            "kind": kind,
            "severity": severity,
            "applies_to": applies_to,
            "exceptions": "\n".join(exceptions),
            "why": REASONS[kind][0],
            "why_zh": REASONS[kind][1],
        }
        for kind, severity, applies_to, phrase, exceptions in ROWS
    ]
