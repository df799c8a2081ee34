"""Takes histories of other systems: rows, identities, writing, undoing; folding is the services'."""
