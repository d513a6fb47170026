"""A labelled corpus of service-desk tickets, and the campus of machines that they speak of.

It judges the matcher, so nothing here imports it or is derived from its patterns: the ways of
writing come from how people write to a service desk, and each label is true by construction.
"""
