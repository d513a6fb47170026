"""Lets a week happen to a daemon, pass by pass, and judges what came of it.

Time: the daemon's monotonic clock, by which its schedule goes, jumps over every wait. Wall clocks stay
as they are; instead everything stored moves an hour into the past after each hour's passes: due times
and claims in the database, dates of the tickets in TDX.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chaos.judge import Log
from soak.week import MOVED, RULES, WORDS, Planned, Week

if TYPE_CHECKING:
    from chaos.harness import Site
    from ticket_queue_daemon.simulator.journal import Write

JITTER = 0.05
HOUR = timedelta(hours=1)
SLACK = 2.0
"""Seconds for what lies between the daemon's start and the first point of its schedule."""


@dataclass
class Life:
    """One process, from its start to its end: what it said at each wait."""

    process: subprocess.Popen[str]
    said: list[dict[str, Any]] = field(default_factory=list)

    def end(self) -> None:
        """Whatever it is at."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


@dataclass
class Figures:
    """What came out."""

    passes: int = 0
    expected: int = 0
    idle_calls: Counter[int] = field(default_factory=Counter)
    latest: float = 0.0
    results: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    rss_kb: tuple[int, int] = (0, 0)
    threads: tuple[int, int] = (0, 0)
    connections: tuple[int, int] = (0, 0)
    troubles: int = 0
    recovered: int = 0
    wrong: list[str] = field(default_factory=list)


class Soak:
    """One week at one site."""

    def __init__(self, site: Site, week: Week, seed: int, passes_an_hour: int) -> None:
        self.site, self.week = site, week
        self.passes_an_hour = passes_an_hour
        self.interval = 3600 // passes_an_hour
        self.dice = random.Random(seed)
        self.lives: list[Life] = []
        self.ids: dict[int, int] = {}
        self.connections: list[tuple[int, int]] = []
        world = site.simulator.world
        self.people = [
            world.add_person("P", f"Number{n}", f"p{n}") for n in range(len(week.tickets))
        ]
        self.assets = [world.add_asset(f"IC-EHLB{n:03}-F16", f"SN{n:05}") for n in range(100, 140)]
        self.faults: list[Any] = []
        self.taken_off: set[int] = set()
        """Tickets from which a person took what was attached."""

    def run(self) -> Figures:
        try:
            self._live()
        finally:
            for life in self.lives:
                life.end()
        return self.judged()

    def _live(self) -> None:
        self._deploy(0)
        for hour in range(self.week.hours):
            self._people(hour)
            self._weather(hour)
            if hour in self.week.restarts:
                self._stop()
                self._deploy(hour)
            for number in range(self.passes_an_hour):
                if hour in self.week.kills and number == 1:
                    self._kill()
                    self._deploy(hour)
                else:
                    self._pass()
            self._look(hour)
            self._let_an_hour_pass(hour)
        self._stop()

    # the daemon

    def _deploy(self, hour: int) -> None:
        rules = self.site.folder / "rules.yaml"
        rules.write_text(RULES.format(more=MOVED if hour >= self.week.moved else ""))
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("TDX_", "DAEMON_"))},
            **self.site.simulator.env(),
            "DATABASE_URL": self.site.database_url,
            "DAEMON_CONFIG": str(rules),
            "DAEMON_INTERVAL": str(self.interval),
            "DAEMON_JITTER": str(JITTER),
            "DAEMON_SETTLE_SECONDS": "0",
            "DAEMON_RETRY_SECONDS": "1",
            "DAEMON_WORKERS": "4",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        with (self.site.folder / "soak.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "soak.daemon"],
                env=environment,
                cwd=self.site.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.lives.append(Life(process))
        self._hear()

    def _tell(self, word: str) -> None:
        stdin = self.lives[-1].process.stdin
        assert stdin is not None
        stdin.write(word + "\n")
        stdin.flush()

    def _hear(self) -> None:
        life = self.lives[-1]
        assert life.process.stdout is not None
        line = life.process.stdout.readline()
        if not line:
            tail = (self.site.folder / "soak.log").read_text().splitlines()[-30:]
            raise AssertionError("the daemon has ended:\n" + "\n".join(tail))
        life.said.append(json.loads(line))

    def _pass(self) -> None:
        self._tell("go")
        self._hear()

    def _stop(self) -> None:
        self._tell("stop")
        code = self.lives[-1].process.wait(60)
        assert code == 0, f"a stop ended with {code}"

    def _kill(self) -> None:
        """In the middle of a pass, wherever it is."""
        self._tell("go")
        time.sleep(self.dice.random() * 0.05)
        self.lives[-1].end()
        # The lease is over within the hour; here it is at once.
        self.site.let_leases_run_out()

    # the world

    def _people(self, hour: int) -> None:
        world = self.site.simulator.world
        for one in self.week.tickets:
            if one.arrives == hour:
                self.ids[one.number] = self._arrives(one)
            if one.number not in self.ids or hour > one.closes:
                continue
            ticket = world.tickets[self.ids[one.number]]
            if hour in one.replies:
                world.add_feed_entry(ticket.id, "Any news?", self.people[one.requestor])
            if hour in one.edits:
                ticket.description += " And it smells."
                ticket.modified = world.now()
            if hour == one.taken_off and one.asset is not None:
                self.taken_off |= {ticket.id} if world.assets_on(ticket.id) else set()
                world.remove_asset_from_ticket(ticket.id, self.assets[one.asset].id)
            if hour == one.closes:
                world.set_status(ticket.id, 122)

    def _arrives(self, one: Planned) -> int:
        text = "It is slow."
        if one.asset is not None:
            text = f"It is {self.assets[one.asset].name}."
        world = self.site.simulator.world
        return world.add_ticket(one.title, text, requestor=self.people[one.requestor]).id

    def _weather(self, hour: int) -> None:
        faults = self.site.simulator.faults
        for rule in self.faults:
            faults.remove(rule)
        self.faults = []
        if hour in self.week.tdx_away:
            self.faults.append(faults.add("status_before", route="", status=503))
        elif hour in self.week.losing:
            for effect in ("drop_after", "drop_before", "garbage"):
                self.faults += [
                    faults.add(effect, method=method, route=r"/tickets/", probability=0.2)
                    for method in ("POST", "PATCH")
                ]
        if hour in self.week.expire:
            self.site.simulator.expire_tokens()
        if hour in self.week.database_away:
            self.site.take_the_database_away()

    def _let_an_hour_pass(self, hour: int) -> None:
        if hour in self.week.database_away:
            self.site.give_the_database_back()
        self.site.sql(
            "UPDATE meta.daemon_action_log SET"
            " look_again_at = look_again_at - interval '1 hour',"
            " next_attempt_at = next_attempt_at - interval '1 hour',"
            " lease_until = lease_until - interval '1 hour',"
            " ticket_modified_at = ticket_modified_at - interval '1 hour',"
            " executed_at = executed_at - interval '1 hour',"
            # Of one under way, the real moment tells its effects from earlier ones of the same words.
            " claimed_at = CASE WHEN status IN ('completed', 'skipped')"
            " THEN claimed_at - interval '1 hour' ELSE claimed_at END"
        )
        self.site.sql(
            "UPDATE meta.daemon_asset_index SET complete_at = complete_at - interval '1 hour'"
        )
        world = self.site.simulator.world
        with world.lock:
            for ticket in world.tickets.values():
                ticket.created -= HOUR
                ticket.modified -= HOUR

    def _look(self, hour: int) -> None:
        """How many connections the daemon holds, with which figures of its process."""
        count = 0
        if hour not in self.week.database_away:
            ((count,),) = self.site.sql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = "
                f"'{self.site.database}' AND pid <> pg_backend_pid()",
                elsewhere=True,
            )
        self.connections.append((len(self.lives) - 1, count))

    # the judge

    def judged(self) -> Figures:
        figures = Figures()
        self._judge_schedule(figures)
        self._judge_process(figures)
        self._judge_journal(figures)
        return figures

    def _judge_schedule(self, figures: Figures) -> None:
        for number, life in enumerate(self.lives):
            figures.passes += len(life.said)
            # The first pass begins at once, and each wait leads to a point; the last one is broken off.
            due = [one["due"] for one in life.said]
            figures.expected += round(due[-1] // self.interval)
            for point, at in enumerate(due, start=1):
                late = at - point * self.interval
                figures.latest = max(figures.latest, late)
                if not -0.001 <= late <= JITTER * self.interval + SLACK:
                    figures.wrong.append(f"life {number}: point {point} is {late:.3f} s late")
            last = life.said[-1]
            figures.troubles += last["troubles"]
            figures.recovered += last["recovered"]
            if last["missed"]:
                figures.wrong.append(f"life {number}: {last['missed']} points were missed")
            for one in life.said:
                figures.results[one["result"]] += 1
                if one["result"] == "ok" and not one["executed"]:
                    figures.idle_calls[one["calls"]] += 1
        if last["troubles"] != last["recovered"]:
            figures.wrong.append("a trouble of the last life was not told to be over")
        if figures.passes != figures.expected:
            figures.wrong.append(f"{figures.passes} passes, {figures.expected} expected")

    def _judge_process(self, figures: Figures) -> None:
        """Of the life that lasted longest, from a sixth of it on: by then everything was met once."""
        number, life = max(enumerate(self.lives), key=lambda one: len(one[1].said))
        settled = life.said[len(life.said) // 6 :]
        tenth = max(1, len(settled) // 10)
        for name in ("rss_kb", "threads"):
            before = max(one[name] for one in settled[:tenth])
            after = max(one[name] for one in settled[-tenth:])
            setattr(figures, name, (before, after))
        held = [count for whose, count in self.connections if whose == number and count]
        settled_held = held[len(held) // 6 :]
        tenth = max(1, len(settled_held) // 10)
        figures.connections = (max(settled_held[:tenth]), max(settled_held[-tenth:]))

    def _judge_journal(self, figures: Figures) -> None:
        journal: dict[int, list[Write]] = defaultdict(list)
        for write in self.site.simulator.journal:
            journal[write.ticket_id or 0].append(write)
        log, welcomed = Log.read(self.site), Counter[int]()
        for one in self.week.tickets:
            ticket_id = self.ids[one.number]
            found = Counter(map(_word, journal[ticket_id]))
            figures.effects += found
            welcomed[one.requestor] += found.pop("welcome", 0)
            due = Counter(word for word, _ in self.week.due(one))
            if log.lines[ticket_id]:
                due["summary"] = log.summaries(ticket_id)
            figures.wrong += [
                f"ticket {one.number} ({one.arrives}-{one.closes}): {word} {found[word]} times, "
                f"due {due[word]}"
                for word in sorted(found | due)
                if found[word] != due[word]
            ]
            bodies = [_sent(write) for write in journal[ticket_id] if _word(write) == "summary"]
            figures.wrong += [
                f"ticket {one.number}: {why}" for why in log.untold(ticket_id, bodies)
            ]
        figures.wrong += [
            f"requestor {who} was welcomed {times} times"
            for who, times in welcomed.items()
            if times != 1
        ]
        if left := set(journal) - set(self.ids.values()):
            figures.wrong.append(f"writes on other tickets: {left}")


def _sent(write: Write) -> str:
    return str(write.details.get("body_sent", ""))


def _word(write: Write) -> str:
    if write.kind == "asset_attached":
        return "asset"
    if write.kind != "feed_entry":
        return "status" if "status" in f"{write.kind} {write.details}".lower() else write.kind
    return next((word for text, word in WORDS.items() if text in _sent(write)), "status")
