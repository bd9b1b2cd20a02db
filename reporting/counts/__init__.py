"""Management counts: exact, of what their reader may see, and never a file."""
