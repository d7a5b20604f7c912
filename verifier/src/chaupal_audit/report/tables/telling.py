"""T13, T14 and T19: who was told, copyright, and the log itself."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import msgspec

from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import Counters, Measure, Order
from chaupal_audit.minutes import month_start
from chaupal_audit.report.filters import View
from chaupal_audit.report.suppress import band
from chaupal_audit.report.tables.cells import N_, Column, Hidden, Kind, Measured, Note, Value, count, people, share
from chaupal_audit.report.tables.declared import Declared
from chaupal_audit.report.tables.orders import standing_of
from chaupal_audit.report.tables.rules import BEGAN, MEASURE

# --- notices ---


class Telling(msgspec.Struct, frozen=True, gc=False):
    """A measure on somebody's thing, and how they were told: before, after, delayed, failed or never."""

    measure: Measure
    how: str
    gag: str
    late: bool  # told after a delay
    own_language: bool | None


def tellings(view: View) -> list[Telling]:
    """Every measure of the period that touches somebody; nobody owns a tag."""
    return [_telling(m) for m in view.measures if m.kind != "tag"]


def _telling(m: Measure) -> Telling:
    told = [notice for notice in m.told if notice.about == "begun"]
    sent = [notice for notice in told if notice.step == "sent"]
    gag = next((notice.gag for notice in told if notice.gag), "")
    delayed = any(notice.step == "delayed" for notice in told)
    if sent:
        how = "before" if sent[0].at < m.start else "after"
    else:
        how = "delayed" if delayed else "failed" if any(n.step == "failed" for n in told) else "never"
    own = sent[0].language == m.language if sent and m.language else None
    return Telling(m, how, gag, bool(sent) and delayed, own)


def _how(how: str, title: str) -> Measured:
    return people(how, title, lambda t: t.how == how)


def _delivered(t: Telling) -> bool | None:
    return None if t.how == "delayed" else t.how in ("before", "after")


HOWS = ("before", "after", "delayed", "failed", "never")
T13 = Declared(
    id="T13",
    title=N_("Who was told"),
    things=tellings,
    key=lambda t: (t.measure.basis, t.measure.measure, t.gag),
    keys=(Column("basis", N_("Basis"), Kind.code), MEASURE, Column("gag", N_("Ground of silence"), Kind.text)),
    columns=(
        people("measures", N_("measures"), lambda t: True, sums=HOWS),
        _how("before", N_("told before")),
        _how("after", N_("told after")),
        _how("delayed", N_("not told yet")),
        _how("failed", N_("could not be reached")),
        _how("never", N_("never told")),
        people("late", N_("told after a delay"), lambda t: t.late),
        share("delivered", N_("delivered"), _delivered, columns=HOWS),
        share("own_language", N_("in their own language"), lambda t: t.own_language, columns=("before", "after")),
    ),
    notes=(BEGAN,),
)


# --- copyright ---


def copyright_(view: View) -> Iterator[Order | Measure | Counters]:
    """Notices of copyright, what was done for them, and what was said against it."""
    yield from (order for order in view.demands if _about_copyright(order))
    yield from (m for m in view.measures if m.basis == facts.COPYRIGHT)
    yield from (c for c in view.counters if c.of is None or c.of.basis == facts.COPYRIGHT)


def _about_copyright(order: Order) -> bool:
    return "DMCA" in order.regime or "512" in order.regime or facts.COPYRIGHT in order.bases


def _counter(step: str) -> Callable[[Order | Measure | Counters], bool]:
    return lambda thing: isinstance(thing, Counters) and thing.step == step


def _acted(*kinds: str) -> Callable[[Order | Measure | Counters], bool]:
    return lambda thing: isinstance(thing, Measure) and thing.kind in kinds


T14 = Declared(
    id="T14",
    title=N_("Copyright"),
    things=copyright_,
    keys=(),
    columns=(
        count("notices", N_("notices"), lambda t: isinstance(t, Order)),
        count("rejected", N_("rejected"), lambda t: isinstance(t, Order) and standing_of(t) in ("returned", "none")),
        count("posts", N_("posts and media"), _acted("post", "media")),
        count("counters", N_("counter-notices"), _counter("filed")),
        count("restored", N_("restored"), _counter("restored")),
        count("suits", N_("taken to court"), _counter("suit")),
        people("repeat", N_("accounts that infringed again and again"), _acted("account")),
    ),
)


# --- the log ---

COVER = "cover"


def entries_by_kind(view: View) -> list[tuple[str, int]]:
    """(kind of entry, how many) of the period, and what else the log tells of itself."""
    found: Counter[str] = Counter()
    for month, kinds in view.facts.months.items():
        if view.filters.covers(month_start(month)):
            found.update(kinds)
    found["unreadable"] = view.facts.unreadable
    found["disclosures"] = view.facts.opened
    return sorted(found.items())


def _entries(things: Sequence[tuple[str, int]]) -> Value:
    many = sum(n for _, n in things)
    return Hidden(band(many)) if [kind for kind, _ in things] == [COVER] else many


T19 = Declared(
    id="T19",
    title=N_("The log"),
    things=entries_by_kind,
    key=lambda thing: (thing[0],),
    several=lambda thing: ((thing[0],),),
    keys=(Column("entry", N_("Type of entry"), Kind.code),),
    columns=(Measured(Column("entries", N_("entries"), Kind.number), _entries),),
    notes=(
        Note(
            N_(
                "Closed entries hold something secret or nothing; nobody can tell which, so only their rough number is shown."
            )
        ),
        Note(N_("Entries that cannot be read, and fields opened later, are those of all time.")),
    ),
    filters=("from", "to"),
)

TABLES = (T13, T14, T19)
