"""What reads: querysets and plain values."""
