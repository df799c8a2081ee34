"""Writes errors into the log without their words: a database tells the values of the row it refused."""

import logging
import traceback
from types import TracebackType
from typing import TypeAlias

ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class Line(logging.Formatter):
    """One line for each record; of an error its kind and where it happened, and never what it says."""

    def formatException(self, ei: ExcInfo) -> str:
        """Kind and places of the error and of those that led to it, the last one first."""
        parts: list[str] = []
        error, told = ei[1], set()
        while error is not None and id(error) not in told:
            told.add(id(error))
            kind = type(error)
            parts.append(f"{kind.__module__}.{kind.__qualname__}")
            parts += (line.rstrip("\n") for line in traceback.format_tb(error.__traceback__))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(parts)


class WithoutWords(logging.Filter):
    """Leaves of an error in Celery's line about a task its kind alone: `ValueError(...)` is `ValueError`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the line where it tells of an error; every line passes."""
        if isinstance(record.args, dict) and "exc" in record.args:
            kind = str(record.args["exc"]).partition("(")[0]
            if record.exc_info and record.exc_info[0]:
                kind = record.exc_info[0].__qualname__
            record.args = {**record.args, "exc": kind}
        return True
