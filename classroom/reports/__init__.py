"""Reads attendance reports of meeting rooms into stays; it knows no database and matches nobody."""
