"""Celery tasks of the outbox: each calls one service and may be run twice."""

from celery import shared_task

from outbox import services

HINT_LIFE_S = 60


@shared_task(name="outbox.run_effect", ignore_result=True)
def run_effect(effect_id: int) -> None:
    """Run one effect if it is due and nobody runs it."""
    services.run_effect(effect_id=effect_id)


@shared_task(name="outbox.sweep", ignore_result=True)
def sweep() -> None:
    """Hint at everything due again, bury what failed too often, clear what was done long ago."""
    for effect_id in services.sweep_effects():
        # A hint outlived by the next sweeps would only pile up before a slow worker.
        run_effect.apply_async(args=[effect_id], expires=HINT_LIFE_S)
    services.clear_done_effects()
