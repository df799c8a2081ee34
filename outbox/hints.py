"""Tells the broker that an effect is due, from a thread of its own so that no request waits for it.

A hint may be lost at any point: the row is the truth and the sweep finds it.
"""

import logging
import os
import queue
import threading

logger = logging.getLogger("wellread.outbox")

WAITING_AT_MOST = 1000
_lock = threading.Lock()
_waiting: queue.Queue[int] = queue.Queue(maxsize=WAITING_AT_MOST)
_sender: tuple[int, threading.Thread] | None = None


def send_hint(effect_id: int) -> None:
    """Hand the id to the sending thread and return at once; never raises."""
    _start_sender()
    try:
        _waiting.put_nowait(effect_id)
    except queue.Full:
        logger.warning("The broker does not answer; effects wait for the sweep.")


def _start_sender() -> None:
    """Start the thread once a process; a forked child has none yet, and no use for its parent's."""
    global _sender, _waiting
    with _lock:
        if _sender is not None and _sender[0] == os.getpid() and _sender[1].is_alive():
            return
        if _sender is not None and _sender[0] != os.getpid():
            _waiting = queue.Queue(maxsize=WAITING_AT_MOST)
        thread = threading.Thread(target=_send_hints, name="outbox hints", daemon=True)
        thread.start()
        _sender = (os.getpid(), thread)


def _send_hints() -> None:
    from outbox.tasks import run_effect

    while True:
        effect_id = _waiting.get()
        try:
            run_effect.apply_async(args=[effect_id], retry=False)
        except Exception as error:
            logger.warning("The broker did not take a hint (%s).", type(error).__name__)
