"""From events to interest tags."""
