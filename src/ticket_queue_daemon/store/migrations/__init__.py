"""Numbered plain-SQL migrations: ``0001_words.sql``, applied in order by the runner or by psql."""
