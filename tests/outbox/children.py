"""Runs a function in a forked process, as a worker does, so that it can be killed for real."""

import os
import signal
import sys
import traceback
from collections.abc import Callable

from django.db import connection


def die() -> None:
    """End this process as the kernel would: no handler, no cleaning up."""
    os.kill(os.getpid(), signal.SIGKILL)


def run_in_child(work: Callable[[], object]) -> int:
    """Fork, run `work`, and return how the process ended: 0, or minus the signal that killed it.

    Connections do not survive a fork, so both sides open their own.
    """
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            # A pool would start threads in a forked process; one connection is enough here.
            connection.settings_dict["OPTIONS"].pop("pool", None)
            work()
            code = 0
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
