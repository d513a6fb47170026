-- open_circuit --
-- A run was stopped because too much failed; the time of the first one stays.
INSERT INTO meta.daemon_queues AS known (queue, circuit_opened_at, circuit_reason)
VALUES (%(queue)s, clock_timestamp(), %(reason)s)
ON CONFLICT (queue) DO UPDATE
SET circuit_opened_at = COALESCE(known.circuit_opened_at, clock_timestamp()),
    circuit_reason = excluded.circuit_reason
RETURNING queue

-- close_circuit --
-- A probe succeeded.
UPDATE meta.daemon_queues SET circuit_opened_at = NULL, circuit_reason = NULL
WHERE queue = %(queue)s AND circuit_opened_at IS NOT NULL
RETURNING queue

-- open_circuits --
-- The queues whose next run is a probe: all, or one.
SELECT queue, circuit_opened_at AS since, circuit_reason AS reason
FROM meta.daemon_queues
WHERE circuit_opened_at IS NOT NULL AND (%(queue)s::text IS NULL OR queue = %(queue)s)
ORDER BY queue
