-- take_places --
-- Places of one route's window, for one process; what the parameters mean stands in 0010.
SELECT number, places, hold, others
FROM meta.daemon_take_places(
    %(instance)s, %(home)s, %(scope)s, %(route)s, %(client)s,
    %(window)s::bigint, %(over)s::bigint, %(wanted)s::integer, %(spent)s::integer,
    %(limit)s::integer, %(seen)s::integer, %(closes_in)s::double precision)

-- note_rates --
-- A process is at work, or goes; what it knows of its windows. How many others are at work.
SELECT meta.daemon_note_rates(
    %(instance)s, %(home)s, %(client)s, %(goes)s, %(figures)s::jsonb) AS others

-- status_rates --
-- Each route's window: how much of it is taken, by how many processes; 429s of the last hour.
SELECT
    opened.scope, opened.route, opened.call_limit AS limit,
    CASE WHEN opened.closes_at > moment.now THEN opened.taken ELSE 0 END AS taken,
    CASE WHEN opened.closes_at > moment.now
        THEN EXTRACT(epoch FROM opened.closes_at - moment.now)::double precision END AS resets_in,
    users.processes, users.refused, users.waited
FROM (SELECT clock_timestamp() AS now) AS moment
CROSS JOIN meta.daemon_rate_windows AS opened
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE NOT client.gone AND client.seen_at > moment.now - interval '90 s')
            AS processes,
        COALESCE(sum(client.refused) FILTER (WHERE client.refused_at > moment.now - interval '1 h'), 0)
            AS refused,
        COALESCE(sum(client.waited) FILTER (WHERE client.seen_at > moment.now - interval '1 h'), 0)
            AS waited
    FROM meta.daemon_rate_clients AS client
    WHERE (client.instance, client.scope, client.route)
        = (opened.instance, opened.scope, opened.route)
) AS users
WHERE opened.closes_at > moment.now OR users.processes > 0 OR users.refused > 0
ORDER BY opened.scope, opened.route
