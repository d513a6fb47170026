-- What is in flight: claims with a lease, attempts, stored plans. The constraints make a row that
-- contradicts itself impossible.

ALTER TABLE meta.daemon_action_log
    ADD COLUMN queue text,                          -- which queue's run claimed it last
    ADD COLUMN run_id uuid,
    ADD COLUMN claim_token uuid,                    -- only who knows it may write to a started row
    ADD COLUMN claimed_by text,
    ADD COLUMN claimed_at timestamptz,              -- first claim of this occurrence
    ADD COLUMN lease_until timestamptz,
    ADD COLUMN claims integer NOT NULL DEFAULT 0,   -- claims since the last outcome
    ADD COLUMN attempts integer NOT NULL DEFAULT 0, -- failed outcomes so far
    ADD COLUMN next_attempt_at timestamptz,         -- failed: when it is due; NULL: failed for good
    ADD COLUMN plan jsonb,                          -- {"format": 1, "effects": [{"kind", "params", "state", …}]}
    ADD COLUMN occurrence integer NOT NULL DEFAULT 1,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    ADD CONSTRAINT daemon_action_log_status CHECK (
        status IN ('started', 'completed', 'failed', 'skipped', 'needs_review')),
    ADD CONSTRAINT daemon_action_log_started_is_leased CHECK (
        (status = 'started') = (claim_token IS NOT NULL AND lease_until IS NOT NULL)
        AND (claim_token IS NULL) = (lease_until IS NULL)),
    ADD CONSTRAINT daemon_action_log_started_is_signed CHECK (
        status <> 'started'
        OR (queue IS NOT NULL AND run_id IS NOT NULL AND claimed_by IS NOT NULL
            AND claimed_at IS NOT NULL AND claims > 0)),
    ADD CONSTRAINT daemon_action_log_outcome_is_dated CHECK (
        status = 'started' OR executed_at IS NOT NULL),
    ADD CONSTRAINT daemon_action_log_only_failed_is_due CHECK (
        status = 'failed' OR next_attempt_at IS NULL),
    ADD CONSTRAINT daemon_action_log_counts CHECK (claims >= 0 AND attempts >= 0 AND occurrence >= 1),
    ADD CONSTRAINT daemon_action_log_plan CHECK (
        plan IS NULL OR COALESCE(jsonb_typeof(plan -> 'effects') = 'array', false));

-- Each serves one question, and stays as small as its answer.
CREATE INDEX daemon_action_log_started ON meta.daemon_action_log (queue, lease_until)
    WHERE status = 'started';
CREATE INDEX daemon_action_log_failed ON meta.daemon_action_log (next_attempt_at)
    WHERE status = 'failed';
CREATE INDEX daemon_action_log_unsettled ON meta.daemon_action_log (queue, next_attempt_at)
    WHERE status = 'failed' AND (plan -> 'effects' @> '[{"state": "sent"}]' OR plan ? 'resolved');
CREATE INDEX daemon_action_log_needs_review ON meta.daemon_action_log (updated_at)
    WHERE status = 'needs_review';

-- The seed's, under the seed's name: the views and every "what happened lately" read it.
DO $$
BEGIN
    IF to_regclass('meta.idx_daemon_log_executed_at') IS NULL THEN
        CREATE INDEX idx_daemon_log_executed_at ON meta.daemon_action_log (executed_at DESC);
    END IF;
END
$$;

CREATE VIEW meta.daemon_recent_activity AS
SELECT log_id, ticket_id, action_type, action_id, status, executed_at, error_message
FROM meta.daemon_action_log
WHERE executed_at >= CURRENT_TIMESTAMP - interval '24 hours'
ORDER BY executed_at DESC;

CREATE VIEW meta.daemon_activity_summary AS
SELECT
    action_type,
    status,
    count(*) AS action_count,
    max(executed_at) AS last_executed,
    min(executed_at) AS first_executed
FROM meta.daemon_action_log
GROUP BY action_type, status
ORDER BY action_type, status;
