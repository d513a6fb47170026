"""Feeds of assets, configuration items and tasks (fact sheet 10.12, 11, 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .deeds import Comment, Refused, journal
from .entities import Asset, FeedEntry, Item, Person, Task
from .sanitise import sanitise
from .values import plain_to_body

if TYPE_CHECKING:
    from .world import World

_ASSET, _TASK, _CI = 27, 25, 63


def _write(
    world: World, by: Person, comment: Comment, *, item_type: int, item_id: int, feed: list[int]
) -> FeedEntry:
    when = world.now()
    body = sanitise(comment.text) if comment.is_rich else plain_to_body(comment.text)
    entry = FeedEntry(
        world.next_id("feed"),
        by.uid,
        when,
        when,
        item_type,
        item_id,
        body,
        comment.is_rich,
        1,
        is_private=comment.is_private,
    )
    world.feed[entry.id] = entry
    feed.append(entry.id)
    return entry


def post_on_asset(world: World, asset: Asset, by: Person, comment: Comment) -> FeedEntry:
    """A comment on an asset."""
    _need_text(comment)
    entry = _write(world, by, comment, item_type=_ASSET, item_id=asset.id, feed=asset.feed)
    details = {"asset_id": asset.id, "entry_id": entry.id, "body_sent": comment.text}
    journal(world, "asset_feed_entry", None, by, details)
    return entry


def post_on_item(world: World, item: Item, by: Person, comment: Comment) -> FeedEntry:
    """A comment on a configuration item."""
    _need_text(comment)
    entry = _write(world, by, comment, item_type=_CI, item_id=item.id, feed=item.feed)
    details = {"ci_id": item.id, "entry_id": entry.id, "body_sent": comment.text}
    journal(world, "ci_feed_entry", None, by, details)
    return entry


def post_on_task(
    world: World, task: Task, by: Person, comment: Comment, percent: float | None
) -> FeedEntry:
    """Progress on a task, a comment on it, or both."""
    if percent is None:
        _need_text(comment)
    elif not 0 <= percent <= 100:  # noqa: PLR2004
        raise Refused(400, "PercentComplete must be between 0 and 100.")
    else:
        task.percent = percent
        done = percent == 100  # noqa: PLR2004
        task.completed = world.now() if done else None
        task.completed_uid = by.uid if done else None
    entry = _write(world, by, comment, item_type=_TASK, item_id=task.id, feed=task.feed)
    details = {"task_id": task.id, "entry_id": entry.id, "percent": percent}
    journal(world, "task_feed_entry", task.ticket_id, by, details)
    return entry


def _need_text(comment: Comment) -> None:
    if not comment.text.strip():
        raise Refused(400, "Comments are required.")


def asset_entries(world: World) -> list[FeedEntry]:
    """All entries on assets."""
    return [one for one in world.feed.values() if one.item_type == _ASSET]
