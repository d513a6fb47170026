-- The lines that summaries tell, the actions that were ever seen, and the TDX instance that the
-- database belongs to.

CREATE TABLE meta.daemon_summary_lines (
    line_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id integer NOT NULL,
    log_id uuid NOT NULL,                       -- whose outcome it tells
    queue text NOT NULL,
    text text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reserved_by uuid,                           -- the summary row whose plan tells it
    covered_by uuid,                            -- the summary row that has told it
    covered_at timestamptz,
    CONSTRAINT daemon_summary_lines_covered CHECK ((covered_by IS NULL) = (covered_at IS NULL))
);

CREATE INDEX daemon_summary_lines_uncovered ON meta.daemon_summary_lines (queue, ticket_id)
    WHERE covered_by IS NULL;
CREATE INDEX daemon_summary_lines_reserved ON meta.daemon_summary_lines (reserved_by)
    WHERE covered_by IS NULL AND reserved_by IS NOT NULL;

-- Whether anything of a plan has left the house: such a plan is never dropped or made anew.
CREATE FUNCTION meta.daemon_plan_touched(plan jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT COALESCE(
        plan -> 'effects' @> '[{"state": "sent"}]'
        OR plan -> 'effects' @> '[{"state": "applied"}]'
        OR plan -> 'effects' @> '[{"state": "already_there"}]',
        false)
$$;

-- The plan with what is on the ticket marked as told: its lines were written with this outcome, and a
-- later attempt must neither repeat nor lose them.
CREATE FUNCTION meta.daemon_plan_told(plan jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT plan || jsonb_build_object('told', COALESCE((
        SELECT jsonb_agg(place - 1 ORDER BY place)
        FROM jsonb_array_elements(plan -> 'effects') WITH ORDINALITY AS each (effect, place)
        WHERE effect ->> 'state' IN ('applied', 'already_there')), '[]'))
$$;

-- Lines that no summary has told. held_by: the summary action whose plan may have told them already;
-- until that is settled, no other summary may.
CREATE VIEW meta.daemon_open_lines AS
SELECT line.line_id, line.ticket_id, line.queue, line.log_id, line.text, line.created_at,
       line.reserved_by, holder.action_id AS held_by
FROM meta.daemon_summary_lines line
LEFT JOIN LATERAL (
    SELECT entry.action_id
    FROM meta.daemon_action_log entry
    WHERE entry.log_id = line.reserved_by
      AND (entry.status = 'needs_review'
           OR (entry.status = 'started' AND entry.plan IS NOT NULL)
           OR (entry.status = 'failed' AND meta.daemon_plan_touched(entry.plan)))
    LIMIT 1
) holder ON true
WHERE line.covered_by IS NULL;

CREATE TABLE meta.daemon_actions (
    action_id varchar(255) PRIMARY KEY,
    action_type varchar(100) NOT NULL,
    action_hash varchar(64),
    version text NOT NULL,
    config jsonb NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE meta.daemon_instance (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    instance text NOT NULL,
    bound_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
