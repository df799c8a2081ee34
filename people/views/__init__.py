"""The site's pages about people: signing in, one's own page, how tracking works."""
