"""Few accounts are not shown, and cannot be had from what is shown: another small number in their place looks the same."""

from hypothesis import given, strategies as st

from chaupal_audit.report.figures import mixed
from chaupal_audit.report.suppress import RULE, band, suppress
from chaupal_audit.report.tables.cells import Column, Hidden, Kind, Value

COLUMNS = (
    Column("country", "", Kind.country),
    Column("all", "", Kind.people, sums=("a", "b", "c", "posts")),
    Column("a", "", Kind.people),
    Column("b", "", Kind.people),
    Column("c", "", Kind.people),
    Column("posts", ""),
    Column("share", "", Kind.share, of=("a", "all")),
)
CELLS = st.lists(st.tuples(*[st.integers(0, 30)] * 4), min_size=1, max_size=6)


def rows_of(cells: list[tuple[int, ...]]) -> tuple[list[tuple[Value, ...]], tuple[Value, ...]]:
    rows = [(str(n), sum(row), *row, round(row[0] / max(1, sum(row)), 4)) for n, row in enumerate(cells)]
    sums = [sum(row[at] for row in cells) for at in range(4)]
    return rows, (None, sum(sums), *sums, round(sums[0] / max(1, sum(sums)), 4))


def shown(cells: list[tuple[int, ...]]):
    return suppress(COLUMNS, *rows_of(cells))


@given(CELLS, st.data())
def test_no_small_number_can_be_had_by_subtraction(cells: list[tuple[int, ...]], data: st.DataObject):
    """Whatever 1 to 9 stood there, all that is shown would be the same: nothing can be computed from it."""

    def other(at: int, value: int) -> int:
        return data.draw(st.integers(1, RULE.below - 1)) if at < 3 and RULE.hides(value) else value

    assert shown(cells) == shown([tuple(other(at, value) for at, value in enumerate(row)) for row in cells])


@given(CELLS)
def test_what_is_shown_is_true(cells: list[tuple[int, ...]]):
    rows, total = rows_of(cells)
    for said, meant in zip((*shown(cells)[0], shown(cells)[1] or ()), (*rows, total), strict=True):
        for value, truth in zip(said, meant, strict=True):
            assert value == truth or (isinstance(value, Hidden) and value.least <= (truth or 0))


@given(CELLS)
def test_large_numbers_and_none_at_all_are_shown(cells: list[tuple[int, ...]]):
    plain = [tuple(value + 10 if value else 0 for value in row) for row in cells]
    assert shown(plain) == (tuple(rows_of(plain)[0]), rows_of(plain)[1])


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 50))
def test_accounts_and_posts_in_one_number_do_not_tell_the_accounts(few: int, other: int, posts: int):
    assert mixed(few, posts, RULE) == mixed(other, posts, RULE)


@given(st.integers(0, 10**9))
def test_a_band_holds_its_number_and_is_one_of_few(n: int):
    low, _, high = band(n).partition("-")
    assert int(low) <= n <= int(high)
    assert (low, high) == ("0", "9") or (low.strip("0") == "1" and int(high) == int(low) * 10 - 1)
