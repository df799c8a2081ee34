"""What writes about people; one module a subject."""
