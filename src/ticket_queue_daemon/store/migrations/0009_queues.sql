-- What is to be known of a queue from one process to the next.

CREATE TABLE meta.daemon_queues (
    queue text PRIMARY KEY,
    circuit_opened_at timestamptz,              -- since when its runs are probes; null: closed
    circuit_reason text,                        -- why the run was stopped
    CONSTRAINT daemon_queues_circuit
        CHECK ((circuit_opened_at IS NULL) = (circuit_reason IS NULL))
);
