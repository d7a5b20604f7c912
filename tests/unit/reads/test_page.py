"""Pages and cursors, as Mastodon's clients walk them."""

from hypothesis import given, strategies as st

from chaupal.reads.page import Cursor, page_of


def slice_of(ids: list[int], cursor: Cursor) -> list[int]:
    """What the store gives: ids newest first inside the cursor, one more than asked for."""
    inside = [i for i in sorted(ids, reverse=True) if cursor.above < i < cursor.below]
    return inside[-(cursor.limit + 1) :] if cursor.upward else inside[: cursor.limit + 1]


@given(st.sets(st.integers(1, 500), max_size=80), st.integers(1, 20))
def test_following_next_visits_every_id_once_and_stops(ids, limit):
    seen, cursor = [], Cursor(limit=limit)
    for _ in range(200):
        page = page_of(slice_of(list(ids), cursor), cursor)
        seen += page.items
        if page.next is None:
            break
        cursor = Cursor(max_id=page.next, limit=limit)
    assert seen == sorted(ids, reverse=True)


@given(st.sets(st.integers(1, 500), max_size=80), st.integers(1, 20))
def test_following_prev_upward_fills_every_gap(ids, limit):
    seen, floor = [], 0
    for _ in range(200):
        cursor = Cursor(min_id=floor, limit=limit)
        page = page_of(slice_of(list(ids), cursor), cursor)
        if not page.items:
            break
        seen = [*page.items, *seen]
        floor = page.prev or 0
    assert seen == sorted(ids, reverse=True)
