-- The budget of TDX's rate limits, for daemons that share it: who has taken how many places of the
-- window that is open. UNLOGGED: a crash of the server empties both tables, and all that this costs is
-- a few answers 429 until the windows have ended.

-- One row for each window that is, or was last, open. A scope is whatever TDX counts together: an
-- address, or an account.
CREATE UNLOGGED TABLE meta.daemon_rate_windows (
    instance text NOT NULL,
    scope text NOT NULL,
    route text NOT NULL,                        -- verb and route: TDX counts each on its own
    window_no bigint NOT NULL,                  -- our name for the window; TDX gives it none until it answers
    opened_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,             -- when TDX has certainly forgotten it; a guess until told
    call_limit integer NOT NULL,
    taken integer NOT NULL,                     -- places given out, whether used or not
    PRIMARY KEY (instance, scope, route),
    CONSTRAINT daemon_rate_windows_counts CHECK (call_limit > 0 AND taken >= 0)
);

-- Who takes places, by route; route '' is the process itself, by which others see that it is at work.
CREATE UNLOGGED TABLE meta.daemon_rate_clients (
    instance text NOT NULL,
    scope text NOT NULL,
    route text NOT NULL,
    client text NOT NULL,
    window_no bigint NOT NULL DEFAULT 0,        -- the last window that it wanted places of
    places integer NOT NULL DEFAULT 0,          -- and how many of them it got
    seen_at timestamptz NOT NULL,
    gone boolean NOT NULL DEFAULT false,
    refused integer NOT NULL DEFAULT 0,         -- answers 429 up to refused_at, since an hour without any
    refused_at timestamptz,
    waited double precision NOT NULL DEFAULT 0, -- seconds that its calls waited for places so far
    PRIMARY KEY (instance, scope, route, client)
);

-- Places for one process. One row is locked, for the length of this call.
--
-- window_: the window that the caller's calls belong to; over_: one that it knows to be over, by TDX's
-- own headers; spent: calls that it made in its window without a place; seen: what TDX has counted.
-- limit_ is a guess while closes_in is null: then TDX has not told anything of this window yet.
-- hold: with no place, the seconds until there may be one.
CREATE FUNCTION meta.daemon_take_places(
    instance_ text, home_ text, scope_ text, route_ text, client_ text,
    window_ bigint, over_ bigint, wanted integer, spent integer,
    limit_ integer, seen integer, closes_in double precision
) RETURNS TABLE (number bigint, places integer, hold double precision, others integer)
LANGUAGE plpgsql AS $$
DECLARE
    -- Who is late at a window's opening still finds its share for this long.
    grace CONSTANT interval := '0.5 s';
    moment timestamptz;
    entry meta.daemon_rate_windows;
    own integer;
    companions integer;
    places_left integer;
BEGIN
    INSERT INTO meta.daemon_rate_windows AS known
        (instance, scope, route, window_no, opened_at, closes_at, call_limit, taken)
    VALUES (instance_, scope_, route_, 1, clock_timestamp(), clock_timestamp() + interval '60 s', limit_, 0)
    ON CONFLICT (instance, scope, route) DO NOTHING;
    SELECT * INTO STRICT entry FROM meta.daemon_rate_windows known
    WHERE known.instance = instance_ AND known.scope = scope_ AND known.route = route_
    FOR UPDATE;
    moment := clock_timestamp();
    IF entry.window_no = over_ OR moment >= entry.closes_at THEN
        entry.window_no := entry.window_no + 1;
        entry.opened_at := moment;
        entry.closes_at := moment + interval '60 s';
        entry.taken := 0;
    END IF;
    entry.taken := entry.taken + spent;
    IF COALESCE(window_, entry.window_no) = entry.window_no THEN
        IF closes_in IS NOT NULL THEN
            entry.call_limit := limit_;
        END IF;
        entry.taken := GREATEST(entry.taken, seen);
        entry.closes_at := LEAST(entry.closes_at, moment + make_interval(secs => closes_in));
    END IF;

    SELECT known.places INTO own FROM meta.daemon_rate_clients known
    WHERE known.instance = instance_ AND known.scope = scope_ AND known.route = route_
      AND known.client = client_ AND known.window_no = entry.window_no;
    own := COALESCE(own, 0) + spent;
    SELECT count(*) INTO companions FROM meta.daemon_rate_clients known
    WHERE known.instance = instance_ AND known.scope = scope_ AND known.route = route_
      AND known.client <> client_ AND NOT known.gone AND known.window_no >= entry.window_no - 1
      AND known.seen_at > moment - interval '3 min';

    places_left := GREATEST(0, entry.call_limit - entry.taken);
    places := LEAST(wanted, places_left);
    hold := EXTRACT(epoch FROM entry.closes_at - moment);
    IF companions > 0 THEN
        -- Half of an even share at a time: the last places then go one by one to whoever needs them.
        places := LEAST(places, ceil(places_left / (2.0 * (companions + 1)))::integer);
        IF moment < entry.opened_at + grace THEN
            places := LEAST(places, ceil(entry.call_limit / (companions + 1.0))::integer - own);
            IF places_left > 0 THEN
                hold := LEAST(hold, EXTRACT(epoch FROM entry.opened_at + grace - moment));
            END IF;
        END IF;
    END IF;
    places := GREATEST(0, places);

    UPDATE meta.daemon_rate_windows known
    SET window_no = entry.window_no, opened_at = entry.opened_at, closes_at = entry.closes_at,
        call_limit = entry.call_limit, taken = entry.taken + daemon_take_places.places
    WHERE known.instance = instance_ AND known.scope = scope_ AND known.route = route_;
    INSERT INTO meta.daemon_rate_clients AS known
        (instance, scope, route, client, window_no, places, seen_at)
    VALUES (instance_, scope_, route_, client_, entry.window_no, own + daemon_take_places.places, moment),
           (instance_, home_, '', client_, 0, 0, moment)
    ON CONFLICT (instance, scope, route, client) DO UPDATE
    SET window_no = excluded.window_no, places = excluded.places, seen_at = moment, gone = false;

    number := entry.window_no;
    others := meta.daemon_rate_others(instance_, home_, client_);
    RETURN NEXT;
END
$$;

-- How many other processes are at work in a scope: heard of lately, and not gone.
CREATE FUNCTION meta.daemon_rate_others(instance_ text, home_ text, client_ text) RETURNS integer
LANGUAGE sql STABLE AS $$
    SELECT count(*)::integer FROM meta.daemon_rate_clients
    WHERE instance = instance_ AND scope = home_ AND route = '' AND client <> client_
      AND NOT gone AND seen_at > clock_timestamp() - interval '90 s'
$$;

-- A process says that it is at work, or goes; what it knows of its windows, and gives back what it did
-- not use. The answer is how many others are at work.
CREATE FUNCTION meta.daemon_note_rates(
    instance_ text, home_ text, client_ text, goes boolean, figures jsonb
) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    told record;
BEGIN
    INSERT INTO meta.daemon_rate_clients AS known (instance, scope, route, client, seen_at, gone)
    VALUES (instance_, home_, '', client_, moment, goes)
    ON CONFLICT (instance, scope, route, client) DO UPDATE SET seen_at = moment, gone = goes;
    FOR told IN
        SELECT * FROM jsonb_to_recordset(figures) AS one (
            scope text, route text, window_no bigint, spent integer, unused integer, used integer,
            call_limit integer, seen integer, closes_in double precision, refused integer,
            waited double precision)
        ORDER BY scope, route
    LOOP
        INSERT INTO meta.daemon_rate_clients AS known
            (instance, scope, route, client, seen_at, refused, refused_at, waited)
        VALUES (instance_, told.scope, told.route, client_, moment, told.refused,
                CASE WHEN told.refused > 0 THEN moment END, told.waited)
        ON CONFLICT (instance, scope, route, client) DO UPDATE
        SET seen_at = moment,
            waited = excluded.waited,
            places = GREATEST(0, known.places - told.unused),
            refused = excluded.refused
                + CASE WHEN known.refused_at > moment - interval '1 h' THEN known.refused ELSE 0 END,
            refused_at = COALESCE(excluded.refused_at, known.refused_at);
        CONTINUE WHEN told.closes_in IS NULL;
        INSERT INTO meta.daemon_rate_windows AS known
            (instance, scope, route, window_no, opened_at, closes_at, call_limit, taken)
        VALUES (instance_, told.scope, told.route, 1, moment,
                moment + make_interval(secs => told.closes_in),
                told.call_limit, GREATEST(told.used, told.seen))
        ON CONFLICT (instance, scope, route) DO UPDATE
        SET window_no = known.window_no + (known.closes_at <= moment)::integer,
            opened_at = CASE WHEN known.closes_at <= moment THEN moment ELSE known.opened_at END,
            call_limit = excluded.call_limit,
            closes_at = CASE WHEN known.closes_at <= moment THEN excluded.closes_at
                        ELSE LEAST(known.closes_at, excluded.closes_at) END,
            taken = CASE WHEN known.closes_at <= moment THEN excluded.taken
                    ELSE GREATEST(known.taken + told.spent - told.unused, told.seen, 0) END
        WHERE told.window_no IS NULL OR told.window_no = known.window_no;
    END LOOP;
    UPDATE meta.daemon_rate_clients SET gone = goes
    WHERE instance = instance_ AND client = client_ AND gone <> goes;
    DELETE FROM meta.daemon_rate_clients
    WHERE seen_at < moment - CASE WHEN gone AND refused = 0 THEN interval '5 min' ELSE interval '1 day' END;
    RETURN meta.daemon_rate_others(instance_, home_, client_);
END
$$;
