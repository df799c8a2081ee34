"""Reads tables of people: what the columns mean, what a row says, and who it is about."""
