"""Effects that must happen once, and the audit log."""
