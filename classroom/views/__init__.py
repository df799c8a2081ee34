"""The classroom's screens on the site, one module a subject."""
