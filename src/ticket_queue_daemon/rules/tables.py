"""The vocabulary as tables for ``docs/conditions.md``; a test holds the page to them."""

from __future__ import annotations

from ticket_queue_daemon.rules import vocabulary as words


def variables_table() -> str:
    """Each variable with what it is."""
    rows = ["| variable | type | |", "| --- | --- | --- |"]
    rows += [f"| `{name}` | {kind} | {says} |" for name, (kind, says) in words.VARIABLES.items()]
    return "\n".join(rows)


def fields_table(record: str) -> str:
    """The fields of a variable, by type; those with something to say of them on lines of their own."""
    table = words.RECORDS[record]
    if any(field.says for field in table.values()) and record != "ticket":
        rows = ["| field | type | |", "| --- | --- | --- |"]
        return "\n".join(
            rows + [f"| `{name}` | {field.type} | {field.says} |" for name, field in table.items()]
        )
    by_type: dict[str, list[str]] = {}
    for name, field in table.items():
        by_type.setdefault(field.type, []).append(f"`{name}`")
    rows = ["| type | fields |", "| --- | --- |"]
    return "\n".join(rows + [f"| {kind} | {', '.join(names)} |" for kind, names in by_type.items()])


def functions_table() -> str:
    """Each function with what it takes and gives, and an example."""
    rows = ["| function | gives | | example |", "| --- | --- | --- | --- |"]
    for name, function in words.FUNCTIONS.items():
        takes = ", ".join(one.replace("|", " or ") for one in function.takes)
        example = function.example.replace("|", "\\|")
        rows.append(f"| `{name}({takes})` | {function.gives} | {function.says} | `{example}` |")
    return "\n".join(rows)
