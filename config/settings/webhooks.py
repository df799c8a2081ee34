"""Webhooks: whether they may go to this machine, which is for trying them out alone."""

from config.settings.environment import ENVIRONMENT

WEBHOOKS_TO_THIS_MACHINE = ENVIRONMENT.webhooks_to_this_machine
