"""The classroom's screens in Wagtail's admin, one module a subject; they read and call services."""
