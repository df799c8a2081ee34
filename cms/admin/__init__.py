"""The package's own screens in Wagtail's admin, one module a subject."""
