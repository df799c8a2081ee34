"""Attempts to smuggle script into text, and a reader of pages that tells whether one came through."""

from html.parser import HTMLParser

#: Each carries the word `pwned`, so that what comes through can be told from a page's own script.
ATTEMPTS = (
    "<script>pwned()</script>",
    '"><script>pwned()</script>',
    "</title><script>pwned()</script>",
    "</textarea><script>pwned()</script>",
    "</style><script>pwned()</script>",
    "</script><script>pwned()</script>",
    "<img src=x onerror=pwned()>",
    "<svg onload=pwned()>",
    "<svg><script>pwned()</script></svg>",
    "<math><mi xlink:href=javascript:pwned()>x</mi></math>",
    '" autofocus onfocus=pwned() x="',
    "' onmouseover=pwned() x='",
    "<a href=javascript:pwned()>x</a>",
    "<a href='java\tscript:pwned()'>x</a>",
    "<a href='&#106;avascript:pwned()'>x</a>",
    "<iframe srcdoc='<script>pwned()</script>'></iframe>",
    "<object data=javascript:pwned()></object>",
    "<form action=javascript:pwned()><button>x</button></form>",
    "<base href=//pwned.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:pwned()'>",
    "<details open ontoggle=pwned()>x</details>",
    "<body onload=pwned()>",
    "{{ pwned }}{% pwned %}",
    "${pwned()}`${pwned()}`",
    "--><script>pwned()</script><!--",
    "<![CDATA[<script>pwned()</script>]]>",
    "＜script＞pwned()＜/script＞",
)
#: All of them in one text, which a field of any length takes.
CORPUS = " ".join(ATTEMPTS)
#: For fields of few characters: the attempts that break out of the most places.
SHORT = '"><img src=x onerror=pwned()>'

ADDRESSES = {"href", "src", "action", "formaction", "data", "xlink:href", "srcdoc", "poster"}
LEADING = ("javascript:", "vbscript:", "data:text/html")
HARMFUL = {"base", "iframe", "object", "embed", "math"}


class _Reader(HTMLParser):
    """Collects what a browser would run and that came from an attempt."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._script: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            value = "".join((value or "").split())
            if name.startswith("on") and "pwned" in value:
                self.found.append(f"<{tag} {name}={value}>")
            if name in ADDRESSES and value.lower().startswith(LEADING):
                self.found.append(f"<{tag} {name}={value}>")
            if tag in HARMFUL | {"meta"} and "pwned" in value and name != "content":
                self.found.append(f"<{tag} {name}={value}>")
            if tag == "meta" and name == "content" and value.startswith("0;url"):
                self.found.append(f"<{tag} {name}={value}>")
        if tag == "script":
            self._script = dict(attrs).get("type") or "text/javascript"

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script = None

    def handle_data(self, data: str) -> None:
        runs = self._script is not None and "json" not in self._script
        if runs and "pwned()" in data:
            self.found.append(f"<script>{data[:200]}")


def scripts_in(page: str) -> list[str]:
    """Return what of the attempts a browser would run on this page; empty where it is safe."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found
