"""We watch, we count, we write it down; we never stop the work."""
