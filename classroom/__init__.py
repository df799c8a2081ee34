"""Live classes and attendance."""
