"""Runs a job of ours in a process that the machine ends when it takes too much; no Django here.

`MEMORY CPU WRITTEN JOB WORDS…` runs `main(*words)` of the file JOB within those limits (bytes, seconds,
bytes) and prints what it returns as one JSON object. The limits hold for the libraries that JOB loads, too.
"""

import json
import os
import resource
import runpy
import sys
from contextlib import suppress


def limit(*, memory_bytes: int, cpu_s: int, written_bytes: int) -> None:
    """Take no more than that from now on; no such job is as urgent as the class that is on."""
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, written_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    with suppress(OSError):
        os.nice(10)


def main(memory_bytes: str, cpu_s: str, written_bytes: str, job: str, *words: str) -> None:
    """Do what the command line says."""
    limit(memory_bytes=int(memory_bytes), cpu_s=int(cpu_s), written_bytes=int(written_bytes))
    sys.stdout.write(json.dumps(runpy.run_path(job)["main"](*words)))


if __name__ == "__main__":
    main(*sys.argv[1:])
