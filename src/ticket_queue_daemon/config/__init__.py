"""Everything that is wrong with your settings, all at once, with the names to put right."""
