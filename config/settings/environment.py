"""The one parsed environment that the other settings files share."""

from config.env import ROOT, read_environment

ENVIRONMENT = read_environment()

__all__ = ["ENVIRONMENT", "ROOT"]
