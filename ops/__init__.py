"""Starts, tests and looks after Wellread from outside Django; no package of the site imports it."""
