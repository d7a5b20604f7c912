"""Charts as data for a template: bars, lines and a map of tiles in SVG that CSS colours, each beside the numbers it is made of."""

from collections.abc import Sequence

import msgspec

from chaupal.web.court import reportwords
from chaupal.web.court.reportwords import NO_LAWS, Laws
from chaupal_audit.minutes import minute_of
from chaupal_audit.report.figures import Figure, Series
from chaupal_audit.report.tables.cells import Hidden, Kind, Value

MOST_LINES = 6  # more cannot be told apart; the numbers beside hold all
MOST_ROWS = 60
WIDE, HIGH = 600, 200  # of the box of a line chart
STEPS = 4  # shades of a tile


class Bar(msgspec.Struct, frozen=True):
    """A bar in a box of 100: of which series, from where, how wide."""

    series: int
    start: float
    width: float


class ChartRow(msgspec.Struct, frozen=True):
    """What one x says: its bars (all in one line where they are stacked) and its values as text."""

    label: str
    bars: tuple[Bar, ...]
    values: tuple[str, ...]


class Line(msgspec.Struct, frozen=True):
    """A line in a box of 600 by 200."""

    series: int
    points: str


class Tile(msgspec.Struct, frozen=True):
    """A country's tile: its place in the grid, and how dark it is (0: nothing there)."""

    code: str
    name: str
    x: int
    y: int
    shade: int
    value: str


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A figure, ready to be drawn. `names`: of its series; `legend`: of those that are drawn; `most`: the top of lines."""

    figure: Figure
    names: tuple[str, ...]
    legend: tuple[str, ...]
    rows: tuple[ChartRow, ...]
    lines: tuple[Line, ...] = ()
    most: str = ""
    tiles: tuple[Tile, ...] = ()
    left_out: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.figure.xs or not any(number(v) for s in self.figure.series for v in s.values)


def number(value: Value) -> float:
    """What is drawn: of a number that is not shown, the least that it can be."""
    if isinstance(value, Hidden):
        return value.least
    if isinstance(value, str):
        return minute_of(value) or 0
    return value or 0


def chart(figure: Figure, language: str, laws: Laws = NO_LAWS) -> Chart:
    """The figure in this language."""
    names = tuple(_name(series, language) for series in figure.series)
    rows = _rows(figure, language, laws)
    most = max((number(v) for s in figure.series for v in s.values), default=0)
    lines = _lines(figure, most) if figure.shape == "line" else ()
    return Chart(
        figure=figure,
        names=names,
        legend=tuple(names[line.series] for line in lines) or names,
        lines=lines,
        rows=tuple(rows[-MOST_ROWS:]),
        left_out=max(0, len(rows) - MOST_ROWS),
        most=reportwords.cell_text(most, Kind.number, language),
        tiles=_tiles(figure, most, language) if figure.shape == "tiles" else (),
    )


def _name(series: Series, language: str) -> str:
    name = reportwords.code(series.name, language)
    return f"{reportwords.country(series.of, language)}: {name}" if series.of else name


def _rows(figure: Figure, language: str, laws: Laws) -> list[ChartRow]:
    columns = [tuple(series.values[at] for series in figure.series) for at in range(len(figure.xs))]
    scales = _scales(figure)
    return [
        ChartRow(
            reportwords.cell_text(x, figure.x, language, laws),
            _bars(figure, column, scales),
            tuple(reportwords.cell_text(v, s.kind, language) for v, s in zip(column, figure.series, strict=True)),
        )
        for x, column in zip(figure.xs, columns, strict=True)
    ]


def _scales(figure: Figure) -> list[tuple[float, float]]:
    """(from, span) of each series: shares by themselves, what is stacked together, times from first to last."""
    if figure.shape == "spans":
        times = [number(v) for s in figure.series for v in s.values if v is not None]
        first, last = (min(times), max(times)) if times else (0, 1)
        return [(first, max(1, last - first))] * len(figure.series)
    if figure.shape == "stacked":
        sums = (sum(number(s.values[at]) for s in figure.series) for at in range(len(figure.xs)))
        return [(0, max(1, *sums, 1))] * len(figure.series)
    plain = max((number(v) for s in figure.series if s.kind is not Kind.share for v in s.values), default=0)
    return [(0, 1.0 if s.kind is Kind.share else max(1, plain)) for s in figure.series]


def _bars(figure: Figure, column: Sequence[Value], scales: Sequence[tuple[float, float]]) -> tuple[Bar, ...]:
    if figure.shape == "spans" and column:
        (first, span), begun = scales[0], number(column[0])
        over = first + span if column[1] is None else number(column[1])
        return (Bar(0, round((begun - first) / span * 100, 1), max(1.0, round((over - begun) / span * 100, 1))),)
    made, start = list[Bar](), 0.0
    for series, (value, (_, most)) in enumerate(zip(column, scales, strict=True)):
        width = round(number(value) / most * 100, 1)
        made.append(Bar(series, start if figure.shape == "stacked" else 0.0, width))
        start = round(start + width, 1)
    return tuple(made)


def _lines(figure: Figure, most: float) -> tuple[Line, ...]:
    """The highest lines; a month without a neighbour is a short line of its own."""
    order = sorted(range(len(figure.series)), key=lambda i: -max(map(number, figure.series[i].values), default=0))
    return tuple(Line(i, _points(figure.series[i].values, most)) for i in sorted(order[:MOST_LINES]))


def _points(values: Sequence[Value], most: float) -> str:
    if len(values) == 1:
        values = (values[0], values[0])
    step = WIDE / (len(values) - 1)
    return " ".join(f"{i * step:.1f},{HIGH - number(v) / (most or 1) * HIGH:.1f}" for i, v in enumerate(values))


def _tiles(figure: Figure, most: float, language: str) -> tuple[Tile, ...]:
    found = dict(zip(figure.xs, figure.series[0].values, strict=True)) if figure.series else {}
    return tuple(
        Tile(
            code,
            reportwords.country(code, language),
            x,
            y,
            max(1, round(value / most * STEPS)) if (value := number(found.get(code, 0))) else 0,
            reportwords.cell_text(found.get(code, 0), Kind.number, language),
        )
        for code, (x, y) in PLACES.items()
    )


ROWS = (
    ".. .. .. .. .. .. .. .. .. .. .. .. NO SE FI .. .. .. RU .. .. .. .. .. .. .. ..",
    "CA .. .. .. .. GL IS .. IE GB DK .. EE LV LT BY .. .. .. .. .. .. .. .. .. .. ..",
    "US .. .. .. .. .. .. .. .. NL BE DE PL CZ SK UA MD .. KZ .. .. MN .. .. .. .. ..",
    "MX CU BS .. .. .. .. PT ES FR LU CH AT HU RO .. GE .. UZ KG .. CN .. KP JP .. ..",
    "GT BZ HT DO .. .. .. AD MC LI SI HR RS BG .. AM AZ TM TJ AF .. TW .. KR .. .. ..",
    "SV HN JM KN AG .. .. .. SM IT VA BA ME XK MK TR IR .. .. PK NP BT .. HK MO .. ..",
    "NI CR .. DM LC .. MA DZ TN MT LY AL GR CY SY IQ .. KW BH IN BD MM LA VN .. .. PH",
    ".. PA BB VC GD TT EH MR ML NE EG .. LB IL JO SA QA AE .. LK .. TH KH .. PW FM MH",
    "CO VE GY SR .. .. CV SN GM BF TD SD PS .. .. YE OM .. .. MV .. MY SG BN .. NR KI",
    "EC BR .. .. .. .. GW GN SL LR CI GH SS ER DJ .. .. .. .. .. .. ID TL PG SB TV ..",
    "PE BO PY .. .. .. .. .. TG BJ NG CM CF ET SO .. .. .. .. .. .. .. .. .. VU FJ WS",
    "CL AR UY .. .. .. .. .. .. ST GQ GA CG UG KE .. SC .. .. .. .. .. AU .. .. TO ..",
    ".. .. .. .. .. .. .. .. .. .. .. CD RW BI TZ KM .. .. .. .. .. .. .. .. NZ .. ..",
    ".. .. .. .. .. .. .. .. .. .. .. AO ZM MW MZ MG MU .. .. .. .. .. .. .. .. .. ..",
    ".. .. .. .. .. .. .. .. .. .. .. NA BW ZW SZ .. .. .. .. .. .. .. .. .. .. .. ..",
    ".. .. .. .. .. .. .. .. .. .. .. .. ZA LS .. .. .. .. .. .. .. .. .. .. .. .. ..",
)
# Country -> (column, row).
PLACES: dict[str, tuple[int, int]] = {
    code: (x, y) for y, row in enumerate(ROWS) for x, code in enumerate(row.split()) if code != ".."
}
