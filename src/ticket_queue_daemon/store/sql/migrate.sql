-- migration_session --
-- Migrations may take their time, but must not queue the whole hub up behind a lock they wait for.
SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '30s', true)

-- migration_lock --
-- One migration at a time, whoever runs it.
SELECT pg_advisory_xact_lock(hashtext('ticket-queue-daemon migrations'))

-- make_bookkeeping --
-- The list of applied migrations. Not CREATE SCHEMA IF NOT EXISTS: that wants the right to create
-- schemas even where meta exists.
DO $bookkeeping$
BEGIN
    IF to_regnamespace('meta') IS NULL THEN
        CREATE SCHEMA meta;
    END IF;
    CREATE TABLE IF NOT EXISTS meta.daemon_migrations (
        number integer PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
END
$bookkeeping$

-- applied_migrations --
-- What was applied, in order.
SELECT number, name, checksum FROM meta.daemon_migrations ORDER BY number

-- record_migration --
-- Write a migration into the list.
INSERT INTO meta.daemon_migrations (number, name, checksum)
VALUES (%(number)s, %(name)s, %(checksum)s)

-- schema_facts --
-- What must be there, seen from the system's own tables.
SELECT
    to_regclass('meta.daemon_migrations') IS NOT NULL AS bookkeeping,
    to_regclass('meta.daemon_action_log') IS NOT NULL AS action_log,
    to_regclass('meta.daemon_action_history') IS NOT NULL AS history,
    EXISTS (
        SELECT FROM pg_index idx
        WHERE idx.indrelid = to_regclass('meta.daemon_action_log')
          AND idx.indisunique AND idx.indisvalid AND idx.indpred IS NULL AND idx.indexprs IS NULL
          AND ARRAY(
              SELECT att.attname::text
              FROM unnest(idx.indkey::smallint[]) WITH ORDINALITY AS key (attnum, place)
              JOIN pg_attribute att ON att.attrelid = idx.indrelid AND att.attnum = key.attnum
              ORDER BY key.place
          ) = ARRAY['ticket_id', 'action_id']
    ) AS unique_pairs
