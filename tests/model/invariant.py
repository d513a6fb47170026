"""What must hold: in every state, and in those where nothing is left to do."""

from __future__ import annotations

from world import ACTION, BOTH, SUMMARY, World, open_lines

EFFECTS = (0, 1)


def wrong_now(world: World) -> str:
    """What is wrong in this state, whatever comes next; "" if nothing."""
    if max(world.applied) > 1:
        return "an effect was applied twice"
    there = sum(1 << number for number in EFFECTS if world.applied[number])
    if world.rows[ACTION].status == "completed" and there != BOTH:
        return "completed, and not applied"
    if any(line & ~there for line in world.lines):
        return "a line tells of what was not done"
    if any(times > 1 for times in lines_told(world)):
        return "a summary line was told twice"
    if any(times > 1 for times in effects_told(world)):
        return "an effect was told twice"
    if any(world.covered >> number & 1 > times for number, times in enumerate(lines_told(world))):
        return "a line counts as told, and was not"
    return ""


def wrong_at_the_end(world: World) -> str:
    """What is wrong in a state in which nothing is left to do; "" if nothing."""
    if any(daemon.at != "idle" for daemon in world.crew) or world.flying:
        return "stuck: nobody can take a step"
    action, summary = world.rows
    if action.status not in ("completed", "failed for good", "needs_review"):
        return f"stuck: the action is {action.status} and nobody takes it up"
    for number in EFFECTS:
        state, times = action.plan[number], world.applied[number]
        if action.status == "completed" and times != 1:
            return "completed, and an effect was not applied once"
        if action.status == "failed for good" and (state, times) not in (("a", 1), ("r", 0)):
            return "failed for good, and the row does not tell the truth"
        if action.status == "needs_review" and state != "s" and (state == "a") != (times == 1):
            return "parked, and the row does not tell the truth of what it calls known"
    if summary.status in ("failed for good", "needs_review"):
        return ""
    if open_lines(world):
        return "stuck: a line was never told"
    for number, times in enumerate(effects_told(world)):
        if times != (action.plan[number] == "a" or action.status == "completed"):
            return "an effect was applied, and never told"
    return ""


def lines_told(world: World) -> list[int]:
    """How often each line stands on the ticket."""
    return [
        sum(told >> number & 1 for _, told in world.posts) for number in range(len(world.lines))
    ]


def effects_told(world: World) -> list[int]:
    """How often each effect is told of on the ticket."""
    told = lines_told(world)
    return [
        sum(times for times, line in zip(told, world.lines, strict=True) if line >> number & 1)
        for number in EFFECTS
    ]


def end_of(world: World) -> str:
    """In words, how a story ended."""
    words = f"action {world.rows[ACTION].status}, summary {world.rows[SUMMARY].status}"
    return words.replace("summary new", "nothing to tell")
