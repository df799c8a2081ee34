"""Topics and the content tree."""
