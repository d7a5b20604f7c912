"""Charts say what their figures say: bars in proportion, hidden numbers as small as they may be, every country once."""

import pytest
from babel import Locale

from chaupal.web.court import reportwords
from chaupal.web.court.charts import HIGH, PLACES, WIDE, chart
from chaupal_audit.report.figures import Figure, Series
from chaupal_audit.report.tables.cells import Hidden, Kind, Note

FEW = Hidden("<10", 1)


def test_stacked_bars_share_one_scale():
    figure = Figure(
        "F5", "", "stacked", Kind.country, ("IN", "DE"), (Series("by_law", (30, 10)), Series("refused", (10, FEW)))
    )
    india, germany = chart(figure, "en").rows
    assert [(bar.start, bar.width) for bar in india.bars] == [(0.0, 75.0), (75.0, 25.0)]
    assert [(bar.start, bar.width) for bar in germany.bars] == [(0.0, 25.0), (25.0, 2.5)]
    assert (germany.label, germany.values) == ("Germany", ("10", "<10"))


def test_shares_have_a_scale_of_their_own():
    figure = Figure(
        "F7", "", "bars", Kind.language, ("hi",), (Series("posts", (7,)), Series("reversed", (0.25,), Kind.share))
    )
    assert [bar.width for bar in chart(figure, "en").rows[0].bars] == [100.0, 25.0]
    assert chart(figure, "en").rows[0].values == ("7", "25\u00a0%")


def test_a_rule_is_said_and_not_only_cited():
    figure = Figure("F6", "", "bars", Kind.text, ("6@1", "9@2"), (Series("reversed", (1, 0), Kind.share),))
    assert [row.label for row in chart(figure, "en", {"6@1": "6@1: No spam."}).rows] == ["6@1: No spam.", "9@2"]


def test_lines_span_the_box_and_the_highest_are_drawn():
    series = tuple(Series("received", (n, 2 * n), of=f"{chr(65 + n)}A") for n in range(9))
    made = chart(Figure("F1", "", "line", Kind.text, ("2021-02", "2021-03"), series), "en")
    assert [line.series for line in made.lines] == [3, 4, 5, 6, 7, 8]
    assert len(made.legend) == 6 and len(made.names) == 9
    assert made.lines[-1].points == f"0.0,{HIGH / 2} {float(WIDE)},0.0"
    assert (made.most, made.rows[0].label) == ("16", "February 2021")


@pytest.mark.parametrize("shape", ["bars", "stacked", "line", "spans", "tiles"])
def test_an_empty_figure_is_empty(shape: str):
    assert chart(Figure("F1", "", shape, Kind.text, (), ()), "hi").empty
    assert chart(Figure("F1", "", shape, Kind.text, ("2021-02",), ()), "hi").empty


def test_spans_last_until_their_end_or_to_the_edge():
    begun = Series("from", ("2021-02-01T00:00Z", "2021-02-03T00:00Z"), Kind.time)
    over = Series("until", ("2021-02-02T00:00Z", None), Kind.time)
    one, other = chart(Figure("F8", "", "spans", Kind.text, ("आग", "धुआँ"), (begun, over)), "hi").rows
    assert (one.bars[0].start, one.bars[0].width) == (0.0, 50.0)
    assert other.bars[0].start == 100.0
    assert other.values[1] == "–"


def test_every_country_has_one_tile():
    known = {code for code in Locale.parse("en").territories if len(code) == 2}
    assert set(PLACES) <= known
    assert len(set(PLACES.values())) == len(PLACES) >= 193
    made = chart(Figure("F10", "", "tiles", Kind.country, ("IN",), (Series("withheld", (5,)),)), "hi")
    shades = {tile.code: tile.shade for tile in made.tiles}
    assert (shades["IN"], shades["DE"]) == (4, 0)


def test_cells_speak_the_viewers_language():
    assert reportwords.cell_text(1234567, Kind.number, "hi") == "12,34,567"
    assert reportwords.cell_text(FEW, Kind.people, "hi") == "<10"
    assert reportwords.cell_text(None, Kind.share, "hi") == "–"
    assert reportwords.cell_text("IN", Kind.country, "hi") == "भारत"
    assert [reportwords.cell_text("XX", Kind.country, tongue) for tongue in ("en", "hi")] == ["all countries", "सभी देश"]
    assert reportwords.code("no_reasons=2 something_new", "en") == "No reasons are given: 2, something new"
    assert reportwords.note(Note("about {}", "10-99"), "en") == "about 10-99"
