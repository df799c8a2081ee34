"""Takes comments and white space out of our own scripts before they reach readers; it renames nothing."""

import re

# In this order: what must stay as it is, what goes, what may be closed up. A slash opens a regular
# expression only after an operator or a bracket, so a division is never taken for one.
PIECE = re.compile(
    r"(?P<keep>'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`"
    r"|(?<=[(=:,!&|?;{}\n])[ ]*/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*)"
    r"|(?P<comment>/\*.*?\*/|//[^\n]*)"
    r"|(?P<space>\s+)",
    re.S,
)
CLOSED = set("{}()[];,:?=<>!&|+-*%^/.")


def stripped(source: str) -> str:
    """The same program without comments, and with no more white space than it needs."""
    out: list[str] = []
    place = 0
    pending = ""  # white space seen since the last piece that stays

    def emit(text: str) -> None:
        nonlocal pending
        before = out[-1][-1] if out else "\n"
        if pending and before != "\n":
            after = text[0]
            if "\n" in pending and before not in "{,;([=&|?:>" and after not in "&|?:.)]};,":
                out.append("\n")  # a line may end a statement here
            elif before not in CLOSED and after not in CLOSED or before == after and before in "+-":
                out.append(" ")
        pending = ""
        out.append(text)

    for match in PIECE.finditer(source):
        if match.start() > place:
            emit(source[place : match.start()])
        if match["keep"]:
            emit(match["keep"].lstrip() if match["keep"][0] == " " else match["keep"])
        else:
            pending += match["space"] or " "
        place = match.end()
    if place < len(source):
        emit(source[place:])
    return "".join(out)
