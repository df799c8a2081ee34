"""The steps of ingest: decoding, clocks, agents, limits and storing; none of them answers requests."""
