"""Looks for phrases that promise what medicine cannot: matching, what stands in a piece, first list."""
