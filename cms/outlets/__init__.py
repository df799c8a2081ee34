"""The forms in which a live piece leaves the site: short link, poster, handout, long picture, HTML."""
