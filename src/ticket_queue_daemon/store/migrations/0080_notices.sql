-- What the daemons of a database tell people once, whichever of them does it.

-- A digest that was sent, or is being sent: one of them for each period of a queue.
CREATE TABLE meta.daemon_digests (
    queue text NOT NULL,
    period_ends timestamptz NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (queue, period_ends)
);

-- Alerts that quiet hours have kept, and whose process has ended before they were over.
CREATE TABLE meta.daemon_held_alerts (
    alert_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    held_at timestamptz NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    weight text NOT NULL
);
