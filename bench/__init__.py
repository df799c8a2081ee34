"""Measurements against limits and peers; it prints ratios, as only those carry over to another day."""
