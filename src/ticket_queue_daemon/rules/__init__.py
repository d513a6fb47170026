"""An operator's own words are run here, in a sandbox, and they see only what is on the table."""
