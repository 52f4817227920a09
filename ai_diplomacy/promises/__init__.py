"""Word and deed: what was promised, what became of it, and why."""
