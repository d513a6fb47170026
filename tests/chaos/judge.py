"""The judge of a ticket's log: is it whole, true, and told just once?"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chaos.harness import Site

_NUMBERED = re.compile(r"(?:^|\n|<br>)\d+\. (.*?)(?=\n|<|$)")


@dataclass
class Log:
    """All that is recorded, by ticket."""

    rows: dict[int, list[tuple[Any, ...]]]
    events: dict[Any, list[tuple[Any, ...]]]
    lines: dict[int, list[tuple[Any, ...]]]

    @classmethod
    def read(cls, site: Site) -> Log:
        rows, events, lines = defaultdict(list), defaultdict(list), defaultdict(list)
        for row in site.sql(
            "SELECT ticket_id, log_id, action_type, status, plan FROM meta.daemon_action_log"
        ):
            rows[row[0]].append(row)
        for event in site.sql(
            "SELECT log_id, event, effect_no FROM meta.daemon_action_history ORDER BY history_id"
        ):
            events[event[0]].append(event[1:])
        for line in site.sql(
            "SELECT ticket_id, text, covered_by FROM meta.daemon_summary_lines ORDER BY line_id"
        ):
            lines[line[0]].append(line)
        return cls(rows, events, lines)

    def summaries(self, ticket_id: int) -> int:
        """How many summaries the log says were posted: one, and more only for more lines."""
        rows = [row[1] for row in self.rows[ticket_id] if row[2] == "summary_comment"]
        told = sum(event == "completed" for log_id in rows for event, _ in self.events[log_id])
        return max(1, min(told, len(self.lines[ticket_id])))

    def untold(self, ticket_id: int, bodies: list[str]) -> list[str]:
        """Lines that the posted summaries do not tell just as often as they stand in the log."""
        told = Counter(
            html.unescape(match[1]) for body in bodies for match in _NUMBERED.finditer(body)
        )
        due = Counter(text for _, text, _ in self.lines[ticket_id])
        return [
            f"told {told[text]} times, due {due[text]}: {text!r}"
            for text in sorted(told | due)
            if told[text] != due[text]
        ]

    def problems(self, ticket_id: int) -> list[str]:
        """Where the log of a ticket is not true, or not whole."""
        found = []
        rows = self.rows[ticket_id]
        if sorted(row[2] for row in rows) != ["as_titled", "summary_comment"]:
            found.append(f"rows: {sorted(row[2] for row in rows)}")
        for _, log_id, action_type, status, plan in rows:
            if status != "completed":
                found.append(f"{action_type} is {status}")
                continue
            states = [effect["state"] for effect in (plan or {}).get("effects", ())]
            if any(state not in {"applied", "already_there"} for state in states):
                found.append(f"{action_type} is completed with effects {states}")
            times = self.summaries(ticket_id) if action_type == "summary_comment" else 1
            found += [f"{action_type}: {text}" for text in self._story(log_id, len(states), times)]
        lines = self.lines[ticket_id]
        works = [row[1] for row in rows if row[2] == "as_titled"]
        failed = sum(event == "failed" for log_id in works for event, _ in self.events[log_id])
        uncovered = [text for _, text, covered in lines if covered is None]
        if uncovered or not 1 <= len(lines) <= 1 + failed:
            found.append(f"lines: {[(text, covered is not None) for _, text, covered in lines]}")
        return found

    def _story(self, log_id: Any, effects: int, times: int) -> list[str]:
        """Where the history of a row that is to be carried out so many times contradicts itself."""
        told = self.events[log_id]
        names = [event for event, _ in told]
        found = []
        if names.count("completed") != times:
            found.append(f"completed {names.count('completed')} times in the history")
        if "effect_sent" in names and "planned" not in names[: names.index("effect_sent")]:
            found.append("sent before it was planned")
        for number in range(effects):
            settled = [
                event
                for event, effect_no in told
                if effect_no == number and event in {"effect_applied", "effect_already_there"}
            ]
            if len(settled) != times:
                found.append(f"effect {number} settled {len(settled)} times")
        if "completed" in names:
            last = len(names) - 1 - names[::-1].index("completed")
            after = set(names[last + 1 :]) - {"summarised"}
            if after:
                found.append(f"after its completion: {sorted(after)}")
        return found
