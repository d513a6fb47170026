-- A skipped action that looks again and again finds by this the lines that it has left before.

CREATE INDEX daemon_summary_lines_teller ON meta.daemon_summary_lines (log_id);
