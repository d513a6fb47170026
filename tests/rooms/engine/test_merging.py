"""Fewer writes that do the same; what contradicts itself is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.actions.base import ActionError
from ticket_queue_daemon.effects.codec import decode, encode
from ticket_queue_daemon.effects.contact import ContactEffect
from ticket_queue_daemon.effects.feed_entry import FeedEntryEffect
from ticket_queue_daemon.effects.link import AttachAssetEffect
from ticket_queue_daemon.effects.patch import PatchTicketEffect
from ticket_queue_daemon.effects.tags import TagsEffect
from ticket_queue_daemon.engine.merging import merged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.effects.base import Effect

T = 9291804


def patch(**changes: object) -> PatchTicketEffect:
    return PatchTicketEffect(T, changes, {name: f"old {name}" for name in changes})


def comment(text: str = "hello", **more: int) -> FeedEntryEffect:
    return FeedEntryEffect(T, text, **more)  # type: ignore[arg-type]  # a status


def test_an_unguarded_comment_is_stored_as_before() -> None:
    """An older version can read it, and a plan that was stored before is the same plan."""
    assert "status_was" not in encode(comment(new_status_id=117))["params"]
    (both,) = merged([comment(), from_115(117)])
    assert decode(encode(both)) == both


def add(*tags: str) -> TagsEffect:
    return TagsEffect(T, tags)


def remove(*tags: str) -> TagsEffect:
    return TagsEffect(T, tags, remove=True)


def test_several_fields_are_one_patch_with_all_that_was_expected() -> None:
    (one,) = merged([patch(Title="a"), patch(PriorityID=20), patch(title="a", UrgencyID="3")])
    assert one == PatchTicketEffect(
        T,
        {"Title": "a", "PriorityID": 20, "UrgencyID": "3"},
        {"Title": "old Title", "PriorityID": "old PriorityID", "UrgencyID": "old UrgencyID"},
    )


def test_everything_else_keeps_its_order_and_the_merged_stands_where_it_was_first_asked() -> None:
    asset, contact = AttachAssetEffect(T, 5), ContactEffect(T, "uid")
    effects = [comment("1"), patch(Title="a"), asset, add("x"), comment("2"), patch(B=1), contact]
    effects += [add("y"), remove("z")]
    kept = merged(effects)
    assert [effect.kind for effect in kept] == [
        "feed_entry",
        "patch_ticket",
        "attach_asset",
        "tags",
        "feed_entry",
        "contact",
        "tags",
    ]
    assert kept[0::2] == (comment("1"), asset, comment("2"), remove("z"))
    assert kept[3] == add("x", "y")


@pytest.mark.parametrize("second", [{"statusid": 122}, {"StatusID": "122"}, {"/StatusID": None}])
def test_two_values_for_one_member_are_refused_by_name(second: dict[str, object]) -> None:
    with pytest.raises(ActionError, match=r"two values of /?[Ss]tatus[Ii][Dd]: 117 and"):
        merged([patch(StatusID=117), PatchTicketEffect(T, second, {})])
    with pytest.raises(ActionError, match=r"two values of /?[Ss]tatus[Ii][Dd]"):
        merged([comment(new_status_id=117), PatchTicketEffect(T, second, {})])


def test_an_id_as_number_and_as_text_is_one_value() -> None:
    (one,) = merged([patch(StatusID=117), patch(StatusID="117")])
    assert one == patch(StatusID=117)


def test_a_status_that_a_comment_brings_along_is_not_patched_as_well() -> None:
    post = comment(new_status_id=117)
    assert merged([patch(StatusID=117), post]) == (post,)
    assert merged([post, patch(StatusID=117, Title="a")]) == (post, patch(Title="a"))


def from_115(value: object) -> PatchTicketEffect:
    return PatchTicketEffect(T, {"StatusID": value}, {"StatusID": 115})


@pytest.mark.parametrize("value", [117, "117"])
def test_a_status_and_its_comment_are_one_post_that_keeps_both_their_ways(value: object) -> None:
    private = FeedEntryEffect(T, "hello", is_private=True, notify=("a@x.edu",), ref="7KX2-9F")
    asset = AttachAssetEffect(T, 5)
    both = FeedEntryEffect(
        T,
        "hello",
        is_private=True,
        notify=("a@x.edu",),
        ref="7KX2-9F",
        new_status_id=117,
        status_was=115,
    )
    assert merged([from_115(value), asset, private]) == (asset, both)
    assert merged([private, from_115(value), asset]) == (both, asset)


@pytest.mark.parametrize(
    "effects",
    [
        (comment("1"), comment("2"), from_115(117)),
        (
            comment(),
            PatchTicketEffect(T, {"StatusID": 117, "Title": "a"}, {"StatusID": 115, "Title": "b"}),
        ),
        (comment(), from_115(115)),
        (comment(), from_115(None)),
        (comment(), PatchTicketEffect(T, {"StatusID": 117}, {"StatusID": None})),
        (from_115(117),),
    ],
)
def test_a_status_stays_a_patch_where_no_call_is_saved_or_it_is_not_clear(
    effects: tuple[Effect, ...],
) -> None:
    assert merged(effects) == effects


def test_the_last_wish_for_a_tag_counts() -> None:
    assert merged([add("a", "b"), remove("A"), add("c", "b")]) == (add("b", "c"), remove("A"))
    assert merged([remove("a"), add("a")]) == (add("a"),)
    assert merged([add("a"), remove("a"), add("a")]) == (add("a"),)
    assert merged([add()]) == ()


def played(effects: Sequence[Effect]) -> tuple[dict[str, object], set[str], list[str]]:
    """What TDX has after these writes: fields, tags (on top of two), comments."""
    members: dict[str, object] = {}
    tags, said = {"a", "c"}, []
    for effect in effects:
        if isinstance(effect, PatchTicketEffect):
            members |= effect.changes
        elif isinstance(effect, TagsEffect):
            tags = tags - set(effect.tags) if effect.remove else tags | set(effect.tags)
        elif isinstance(effect, FeedEntryEffect):
            said.append(effect.comments)
    return members, tags, said


TAGS = st.lists(st.sampled_from("abcd"), max_size=3).map(tuple)
EFFECTS = st.one_of(
    st.builds(lambda tags: TagsEffect(T, tags), TAGS),
    st.builds(lambda tags: TagsEffect(T, tags, remove=True), TAGS),
    # One value for each name, so that nothing contradicts itself.
    st.sets(st.sampled_from("xyz"), min_size=1).map(lambda names: patch(**dict.fromkeys(names, 1))),
    st.text("ab", min_size=1, max_size=3).map(comment),
)


@given(st.lists(EFFECTS, max_size=12))
def test_merged_writes_do_the_same_and_there_are_never_more(effects: list[Effect]) -> None:
    kept = merged(effects)
    assert played(kept) == played(effects)
    assert merged(kept) == kept
    assert len(kept) <= len(effects)
    for kind, most in (("patch_ticket", 1), ("tags", 2)):
        assert sum(effect.kind == kind for effect in kept) <= most
