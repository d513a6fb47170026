"""The shape of schema meta: what must be the same however a database came to it."""

from __future__ import annotations

from ledger import sql

_QUESTIONS = {
    "columns": """
        SELECT rel.relname || '.' || att.attname, format_type(att.atttypid, att.atttypmod),
               att.attnotnull, att.attidentity::text, pg_get_expr(def.adbin, def.adrelid)
        FROM pg_attribute att
        JOIN pg_class rel ON rel.oid = att.attrelid AND rel.relkind IN ('r', 'v')
        LEFT JOIN pg_attrdef def ON def.adrelid = att.attrelid AND def.adnum = att.attnum
        WHERE rel.relnamespace = 'meta'::regnamespace AND att.attnum > 0 AND NOT att.attisdropped""",
    "constraints": """
        SELECT con.conrelid::regclass::text || '.' || con.conname, pg_get_constraintdef(con.oid)
        FROM pg_constraint con
        WHERE con.connamespace = 'meta'::regnamespace AND con.contype IN ('c', 'p', 'u', 'f')""",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'meta'",
    "views": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'meta'",
    "functions": """
        SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'meta'::regnamespace""",
    "triggers": """
        SELECT tgname, pg_get_triggerdef(tg.oid)
        FROM pg_trigger tg JOIN pg_class rel ON rel.oid = tg.tgrelid
        WHERE rel.relnamespace = 'meta'::regnamespace AND NOT tgisinternal""",
    "migrations": "SELECT name, number, checksum FROM meta.daemon_migrations",
}


def shape(url: str) -> dict[str, dict[str, tuple[object, ...]]]:
    """Kind of thing -> name -> what it is."""
    return {
        kind: {name: tuple(rest) for name, *rest in sql(url, question)}
        for kind, question in _QUESTIONS.items()
    }
