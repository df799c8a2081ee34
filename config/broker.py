"""The embedded broker: messages as files in DATA_DIR, each there only once it is whole."""

import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Kombu's channel on files, with a message written aside and renamed.

    Kombu writes a message under its final name: a worker that looks at that moment takes an empty
    file and dies of it.
    """

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        """Put a message onto the queue in one step."""
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        whole = Path(self.data_folder_out) / name
        # Kombu looks for "<something without a dot>.<queue>.msg": this name is not one.
        writing = whole.with_name(f".{name}.new")
        writing.write_text(dumps(payload))
        os.replace(writing, whole)


class Transport(filesystem.Transport):
    """Kombu's transport on files, with our channel."""

    Channel = Channel
