"""The bar is for terminals only."""

import io

from outbox.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_the_share():
    out = Terminal()
    progress = Progress(out=out, label="import", total=200)
    progress.show(50, "line 7")
    progress.close()
    assert " 25% line 7" in out.getvalue()
    assert out.getvalue().endswith("\r\x1b[K")


def test_a_file_or_pipe_sees_nothing():
    out = io.StringIO()
    progress = Progress(out=out, label="import", total=200)
    progress.show(50)
    progress.close()
    assert out.getvalue() == ""
