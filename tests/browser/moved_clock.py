"""Runs the site, or a command of it, ahead of time by what a file says, in seconds.

`python -m tests.browser.moved_clock FILE serve PORT` or `... FILE manage COMMAND ...`. A server reads
the file anew at SIGUSR1, and answers by writing the same figure into FILE.seen.
"""

import os
import signal
import sys
import time
from pathlib import Path

import time_machine


def seen_of(ahead: Path) -> Path:
    """The file in which a server says how far ahead it is."""
    return ahead.with_suffix(".seen")


def main(ahead: Path, what: str, *words: str) -> None:
    clock = time_machine.travel(time.time() + float(ahead.read_text()), tick=True).start()

    def follow(*_signal: object) -> None:
        figure = ahead.read_text()
        clock.move_to(time_machine.escape_hatch.time.time() + float(figure))
        seen_of(ahead).write_text(figure)

    signal.signal(signal.SIGUSR1, follow)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if what == "serve":
        import uvicorn

        uvicorn.run("config.asgi:application", port=int(words[0]))
    else:
        from django.core.management import execute_from_command_line

        execute_from_command_line(["manage.py", *words])


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
