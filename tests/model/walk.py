"""One daemon on the straight line: a method for each place where it may stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from world import (
    ACTION,
    BOTH,
    FREE,
    SUMMARY,
    Daemon,
    Flight,
    Row,
    Rules,
    Step,
    World,
    apply,
    at_a_cost,
    go_idle,
    is_under_way,
    open_lines,
    put,
    sees,
    stop_waiting,
    with_daemon,
    with_row,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Walk:
    """What one daemon may do next: a method for each place on the line."""

    __slots__ = ("daemon", "me", "mine", "row", "rules", "world")

    def __init__(self, world: World, rules: Rules, me: int) -> None:
        self.world, self.rules, self.me = world, rules, me
        self.daemon = world.crew[me]
        self.row = world.rows[self.daemon.row]
        self.mine = self.row.status == "started" and self.row.token == me and self.row.live

    def steps(self) -> Iterator[Step]:
        """The steps from here, those that a fault makes among them."""
        place: Iterator[Step] = getattr(self, "_" + self.daemon.at)()
        return place

    # the kinds of step

    def _to(self, what: str, world: World, *, fault: bool = False) -> Step:
        if fault:
            world = at_a_cost(world)
        return Step(self.me, what, self.daemon.row, self.daemon.effect, world, fault)

    def _be(self, at: str, row: int | None = None) -> World:
        row = self.daemon.row if row is None else row
        return with_daemon(self.world, self.me, self.daemon._replace(at=at, row=row))

    def _statement(self, what: str, done: World) -> Iterator[Step]:
        """One committed statement; the database may be away, or do it and not be heard."""
        yield self._to(what, done)
        if self.world.faults:
            yield self._to(f"{what}: database away", self._on_error(self.world), fault=True)
            yield self._to(f"{what}: commit not confirmed", self._on_error(done), fault=True)

    def _on_error(self, world: World) -> World:
        """What is in hand is dropped; a claim on the action is given back if that works."""
        at = self.daemon.at
        if at == "mark" and not self.rules.fail_closed:
            return with_daemon(world, self.me, self.daemon._replace(at="check"))
        if self.daemon.row == ACTION and at not in ("claim_action", "release"):
            return with_daemon(world, self.me, self.daemon._replace(at="release"))
        return go_idle(world, self.me)

    def _guarded(self, what: str, row: Row, after: Daemon) -> Iterator[Step]:
        """A write under the claim: it matches the row only while token and lease are ours."""
        if not self.mine:
            yield self._to(f"{what}: lease lost", go_idle(self.world, self.me))
            return
        done = with_row(self.world, self.daemon.row, row)
        yield from self._statement(what, with_daemon(done, self.me, after))

    # where to go next in the plan, in memory only

    def _onward(self, world: World, daemon: Daemon) -> World:
        """To the next effect that is not settled, or to the record."""
        for number, letter in enumerate(daemon.effects):
            if letter in "psr":
                daemon = daemon._replace(effect=number, again=False)
                if letter == "s":
                    return self._doubting(world, daemon)
                return with_daemon(
                    world, self.me, daemon._replace(at="mark" if daemon.fresh else "peek")
                )
        return with_daemon(world, self.me, daemon._replace(at="record", effect=0, again=False))

    def _settled(self, letter: str) -> Daemon:
        return self.daemon._replace(effects=put(self.daemon.effects, self.daemon.effect, letter))

    def _settled_on_row(self, what: str, state: str, letter: str) -> Iterator[Step]:
        row = self.row._replace(plan=put(self.row.plan, self.daemon.effect, state))
        for step in self._guarded(what, row, self._settled(letter)):
            yield self._if_done(step)

    def _if_done(self, step: Step) -> Step:
        """Let a daemon whose statement went well walk on to its next effect."""
        daemon = step.world.crew[self.me]
        if daemon.at != self.daemon.at:
            return step
        return step._replace(world=self._onward(step.world, daemon))

    def _doubting(self, world: World, daemon: Daemon) -> World:
        """Begin to settle an effect that was sent: wait, then look."""
        if not self.rules.look:
            return self._not_there(world, daemon)
        if not self.rules.settle:
            return with_daemon(world, self.me, daemon._replace(at="look"))
        flying = tuple(
            sorted(one._replace(waiters=one.waiters | 1 << self.me) for one in world.flying)
        )
        return with_daemon(world._replace(flying=flying), self.me, daemon._replace(at="wait"))

    def _not_there(self, world: World, daemon: Daemon) -> World:
        """Send it again, once in an attempt; or never, if the action says so."""
        if daemon.again or self.rules.never_repeat:
            letter = "U" if daemon.again else "K"
            known = put(daemon.effects, daemon.effect, letter)
            return self._onward(world, daemon._replace(effects=known, again=False))
        return with_daemon(world, self.me, daemon._replace(at="mark", again=True))

    # poll and claim

    def _claimable(self, row: Row) -> bool:
        expired = row.status == "started" and not (row.live and self.rules.exclusive_claim)
        return expired or row.status in ("new", "failed")

    def _summary_claimable(self) -> bool:
        row = self.world.rows[SUMMARY]
        wanted = self._claimable(row) or row.status == "completed"
        return wanted and open_lines(self.world) != 0

    def _idle(self) -> Iterator[Step]:
        if self._claimable(self.world.rows[ACTION]):
            yield self._to("polls: the action is due", self._be(at="claim_action"))
        elif self._summary_claimable():
            yield self._to("polls: a summary is due", self._be(at="claim_summary", row=SUMMARY))

    def _claim_action(self) -> Iterator[Step]:
        if not self._claimable(self.row):
            yield self._to("claims: no", self._be(at="claim_summary", row=SUMMARY))
            return
        yield from self._claimed(self.row, ACTION, 0)

    def _claim_summary(self) -> Iterator[Step]:
        if not self._summary_claimable():
            yield self._to("claims the summary: no", go_idle(self.world, self.me))
            return
        row = self.row
        if row.status in ("new", "completed"):
            row = row._replace(plan="", lines=0, occurrence=row.occurrence + 1)
        lines = row.lines if is_under_way(row.plan) else open_lines(self.world)
        yield from self._claimed(row, SUMMARY, lines)

    def _claimed(self, row: Row, which: int, lines: int) -> Iterator[Step]:
        row = row._replace(status="started", token=self.me, live=True)
        daemon = Daemon(at="plan", row=which, lines=lines)
        done = with_row(self.world, which, row)
        if is_under_way(row.plan):
            daemon = daemon._replace(at="walk", effects=row.plan.replace("a", "B"))
        onward = with_daemon(done, self.me, daemon)
        if daemon.at == "walk":
            onward = self._onward(done, daemon)
        yield from self._statement("claims", onward)
        if onward.crew[self.me].at == "wait" and not self.rules.settle_from_claim:
            # The mark is old (the daemon before us was slow to send): the wait counts as over.
            hasty = onward.crew[self.me]._replace(at="look")
            calm = onward._replace(flying=stop_waiting(onward.flying, self.me))
            yield self._to("claims; the mark is old: no wait", with_daemon(calm, self.me, hasty))

    def _plan(self) -> Iterator[Step]:
        yield self._to("plans", self._be(at="write"))
        if self.world.faults:
            yield self._to("plans: TDX is away", self._be(at="release"), fault=True)

    def _write(self) -> Iterator[Step]:
        plan = "pp" if self.daemon.row == ACTION else "p"
        row = self.row._replace(plan=plan, lines=self.daemon.lines)
        for step in self._guarded(
            "writes its plan", row, self.daemon._replace(effects=plan, fresh=True)
        ):
            yield self._if_done(step)

    # apply

    def _peek(self) -> Iterator[Step]:
        """Of an effect that an earlier attempt did not send: is it there all the same?"""
        if sees(self.world, self.me):
            yield self._to("looks first: there", self._be(at="found"))
        else:
            yield self._to("looks first: not there", self._be(at="mark"))
        yield from self._look_fails("L")

    def _look_fails(self, letter: str) -> Iterator[Step]:
        if self.world.faults:
            unseen = self._onward(self.world, self._settled(letter))
            yield self._to("looks: no answer", unseen, fault=True)
            yield self._to("looks: TDX is away", self._be(at="release"), fault=True)

    def _mark(self) -> Iterator[Step]:
        effect, plan = self.daemon.effect, self.row.plan
        after = self.daemon._replace(at="check")
        if not self.rules.intent:
            yield self._to("marks nothing", with_daemon(self.world, self.me, after))
            return
        if self.rules.lease_check:
            row = self.row._replace(plan=put(plan, effect, "s"))
            yield from self._guarded("marks it sent", row, after)
        elif effect >= len(plan) or plan[effect] == "a":
            yield self._to("marks it sent: it is ticked off", go_idle(self.world, self.me))
        else:
            row = self.row._replace(plan=put(plan, effect, "s"))
            done = with_row(self.world, self.daemon.row, row)
            yield from self._statement("marks it sent", with_daemon(done, self.me, after))

    def _check(self) -> Iterator[Step]:
        if self.daemon.overslept and self.rules.own_deadline:
            yield self._to("sees that it overslept", go_idle(self.world, self.me))
        else:
            yield self._to("sees that its lease is good", self._be(at="send"))

    def _send(self) -> Iterator[Step]:
        daemon = self.daemon
        occurrence = self.world.rows[SUMMARY].occurrence if daemon.row == SUMMARY else 0
        request = (daemon.row, daemon.effect, occurrence, daemon.lines)
        done = apply(self.world, *request)

        def answered(world: World, at: str) -> World:
            return with_daemon(world, self.me, daemon._replace(at=at))

        yield self._to("sends it: applied", answered(done, "tick"))
        if not self.world.faults:
            return
        flying = tuple(sorted((*self.world.flying, Flight(*request, waiters=0))))
        late = self.world._replace(flying=flying)
        for what, world, at in (
            ("sends it: applied, but the answer is lost or a 500", done, "doubt"),
            ("sends it: lost on the way", self.world, "doubt"),
            ("sends it: no answer, to be applied late", late, "doubt"),
            ("sends it: 429, not applied", self.world, "postpone"),
            ("sends it: 400, not applied", self.world, "refuse"),
        ):
            yield self._to(what, answered(world, at), fault=True)

    def _tick(self) -> Iterator[Step]:
        if self.rules.tick_off:
            yield from self._settled_on_row("ticks it off", "a", "A")
        else:
            yield self._to("ticks nothing off", self._onward(self.world, self._settled("A")))

    def _found(self) -> Iterator[Step]:
        yield from self._settled_on_row("ticks it off as already there", "a", "A")

    def _postpone(self) -> Iterator[Step]:
        yield from self._settled_on_row("puts it back to planned", "p", "L")

    def _refuse(self) -> Iterator[Step]:
        yield from self._settled_on_row("writes that it was refused", "r", "R")

    def _doubt(self) -> Iterator[Step]:
        for step in self._guarded("writes that it is in doubt", self.row, self.daemon):
            daemon = step.world.crew[self.me]
            if daemon.at != "doubt":
                yield step
            else:
                yield step._replace(world=self._doubting(step.world, daemon))

    def _wait(self) -> Iterator[Step]:
        if not any(flight.waiters >> self.me & 1 for flight in self.world.flying):
            yield self._to("has waited", self._be(at="look"))
        if self.world.faults:
            calm = self.world._replace(flying=stop_waiting(self.world.flying, self.me))
            at = "release" if self.rules.whole_waits else "look"
            short = with_daemon(calm, self.me, self.daemon._replace(at=at))
            yield self._to("is told to stop while it waits", short, fault=True)

    def _look(self) -> Iterator[Step]:
        if sees(self.world, self.me):
            yield self._to("looks: there", self._be(at="note_found"))
        else:
            yield self._to("looks: not there", self._be(at="note_missing"))
        yield from self._look_fails("U")

    def _note_found(self) -> Iterator[Step]:
        yield from self._guarded("notes that look", self.row, self.daemon._replace(at="found"))

    def _note_missing(self) -> Iterator[Step]:
        for step in self._guarded("notes that look", self.row, self.daemon):
            daemon = step.world.crew[self.me]
            if daemon.at != "note_missing":
                yield step
            else:
                yield step._replace(world=self._not_there(step.world, daemon))

    def _release(self) -> Iterator[Step]:
        row = self.row._replace(live=False)
        if not row.plan and (self.daemon.row == ACTION or row.occurrence == 1):
            row = Row()
        for step in self._guarded("gives it back", row, self.daemon):
            yield step._replace(world=go_idle(step.world, self.me))

    # record

    def _record(self) -> Iterator[Step]:
        ends = self.daemon.effects
        status = "completed"
        if "K" in ends:
            status = "needs_review"
        elif "U" in ends or "L" in ends:
            status = "failed"
        elif "R" in ends:
            status = "failed for good"
        if self.daemon.row == ACTION:
            yield from self._record_action(status)
        else:
            yield from self._record_summary(status)

    def _record_action(self, status: str) -> Iterator[Step]:
        line = self._line(status)
        ticked = sum(1 << number for number, state in enumerate(self.row.plan) if state == "a")
        row = self.row._replace(
            status=status, token=FREE, live=False, told=self.row.told | line & ticked
        )
        onward = Daemon(at="claim_summary", row=SUMMARY)
        for step in self._guarded(f"records: {status}", row, self.daemon):
            if step.world.crew[self.me].at != "record":
                # Its commit may have gone through all the same, and then the line is there too.
                yield self._with_line(step, line)
            else:
                told = self._with_line(step, line)
                yield told._replace(world=with_daemon(told.world, self.me, onward))

    def _with_line(self, step: Step, line: int) -> Step:
        recorded = step.world.rows[ACTION].status != "started"
        if not recorded or not line or not self.mine:
            return step
        return step._replace(world=step.world._replace(lines=(*step.world.lines, line)))

    def _line(self, status: str) -> int:
        """The effects that the attempt's line tells of."""
        done = [(1 << number, end) for number, end in enumerate(self.daemon.effects)]
        now = sum(bit for bit, end in done if end == "A")
        before = sum(bit for bit, end in done if end == "B")
        if self.rules.told_marks:
            return (now | before) & ~self.row.told
        if status == "completed" and not before:
            return BOTH
        return now

    def _record_summary(self, status: str) -> Iterator[Step]:
        row = self.row._replace(status=status, token=FREE, live=False)
        at_once = status == "completed" and self.rules.atomic_cover
        for step in self._guarded(f"records the summary: {status}", row, self.daemon):
            world, daemon = step.world, step.world.crew[self.me]
            if at_once and self.mine and world.rows[SUMMARY].status == "completed":
                world = world._replace(covered=world.covered | self.daemon.lines)
            if daemon.at == "record" and status == "completed" and not self.rules.atomic_cover:
                world = with_daemon(world, self.me, daemon._replace(at="cover"))
            elif daemon.at == "record":
                world = go_idle(world, self.me)
            yield step._replace(world=world)

    def _cover(self) -> Iterator[Step]:
        covered = self.world._replace(covered=self.world.covered | self.daemon.lines)
        yield from self._statement("covers its lines", go_idle(covered, self.me))
