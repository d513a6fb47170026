-- A failed row whose plan is done in part is finished wherever its ticket is by now: our own change may
-- be what took it out of the report.

DROP INDEX meta.daemon_action_log_unsettled;
CREATE INDEX daemon_action_log_unsettled ON meta.daemon_action_log (queue, next_attempt_at)
    WHERE status = 'failed' AND (meta.daemon_plan_touched(plan) OR plan ? 'resolved');
