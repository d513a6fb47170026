-- take_digest --
-- Who inserts the row sends the digest. The first period of a queue that ever ends here is not told: its
-- daemon was only just set up.
WITH earlier AS (
    SELECT EXISTS (SELECT FROM meta.daemon_digests WHERE queue = %(queue)s) AS known
), taken AS (
    INSERT INTO meta.daemon_digests (queue, period_ends) VALUES (%(queue)s, %(period_ends)s)
    ON CONFLICT DO NOTHING
    RETURNING queue
)
SELECT earlier.known AND EXISTS (SELECT FROM taken) AS ours FROM earlier

-- keep_alert --
-- For whoever comes after the quiet hours.
INSERT INTO meta.daemon_held_alerts (held_at, subject, body, weight)
VALUES (%(held_at)s, %(subject)s, %(body)s, %(weight)s)

-- take_alerts --
-- Whoever deletes them tells them.
WITH taken AS (
    DELETE FROM meta.daemon_held_alerts RETURNING *
)
SELECT held_at, subject, body, weight FROM taken ORDER BY alert_id
