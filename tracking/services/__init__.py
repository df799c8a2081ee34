"""What writes: verb first, keyword-only."""
