"""The specification is told at a desk."""

from desk import desk, log

__all__ = ["desk", "log"]
