"""Gives a stranger's file to a job in a process of its own, with limits and without our environment."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROCESS = Path(__file__).with_name("limited_process.py")
MOST_WORDS_BYTES = 64 * 1024


class ApartProblem(Exception):
    """The job gives nothing for this file; `code` is the job's own, or heavy."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Limits:
    """What a job may take; `patience_s` on the clock, as a busy machine gives it a part only."""

    memory_bytes: int
    cpu_s: int
    written_bytes: int
    patience_s: float

    @property
    def words(self) -> list[str]:
        return [str(self.memory_bytes), str(self.cpu_s), str(self.written_bytes)]


def ask_apart(job: Path, *words: str, folder: str, limits: Limits) -> dict:
    """Run `main(*words)` of the job in that folder and return what it says; raises ApartProblem."""
    said = Path(folder) / "said"
    with said.open("wb") as out:
        try:
            ended = subprocess.run(
                [sys.executable, "-I", str(PROCESS), *limits.words, str(job), *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env={},
                timeout=limits.patience_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ApartProblem("heavy") from None
    try:
        told = json.loads(said.read_bytes()[:MOST_WORDS_BYTES])
    except ValueError:
        raise ApartProblem("heavy") from None
    if ended.returncode != 0 or "problem" in told:
        raise ApartProblem(told.get("problem", "heavy"))
    return told
