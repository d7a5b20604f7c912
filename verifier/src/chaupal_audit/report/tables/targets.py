"""T2 and T3: what was done about each target of an order, by country and by decision."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import Order, Target
from chaupal_audit.law.measures import Measure, narrower
from chaupal_audit.report.filters import View
from chaupal_audit.report.tables.cells import N_, Column, Kind, Measured, Note, added, count, share
from chaupal_audit.report.tables.declared import Declared
from chaupal_audit.report.tables.orders import COHORT, COMPLIED, COUNTRY, UNKNOWN, left_of, secret

# --- T2: the country table ---


class Named(msgspec.Struct, frozen=True, gc=False):
    """One thing that an order names, or `many` of which nothing more is known. `over`: it can be seen again since.

    `parts`: each post or picture that was withheld for it, by its measure, and whether it can be seen again.
    """

    order: Order
    kind: str
    state: str
    target: Target | None = None
    over: bool = False
    many: int = 1
    parts: tuple[tuple[str, bool], ...] = ()


def named(view: View) -> Iterator[Named]:
    """Every target of every order, those that nothing was said of together."""
    withheld = _withheld(view)
    for order in view.demands:
        for number, target in order.targets.items():
            things = withheld.get((order.ref, number), {})
            parts = tuple((measure, over) for (measure, _), over in things.items() if measure != "withhold_account")
            state = "none" if order.over and not target.outcome else state_of(target)
            yield Named(order, target.kind, state, target, over=bool(things) and all(things.values()), parts=parts)
        ended = order.returned or order.withdrawn or order.over
        for kind, many in left_of(order).items():
            if many > 0:
                yield Named(order, kind, "none" if ended or kind == UNKNOWN else "pending", many=many)


CLOSING_ACCOUNTS = frozenset(m.value for m in Measure if m.row.hides == "account")
LESS_THAN_ACCOUNTS = frozenset(m.value for m in Measure if narrower(m, Measure.WITHHOLD_ACCOUNT))


def state_of(target: Target) -> str:
    """What was done about a target: withheld, limited, own_rules, none or pending."""
    if target.outcome == "own_rules_action":
        return "own_rules"
    if target.outcome in COMPLIED:
        whole = ("withhold_account",) if target.kind == "account" else facts.WITHHELD
        return "withheld" if target.done in whole else "limited"
    return "none" if target.outcome else "pending"


type Withheld = dict[tuple[str, int], dict[tuple[str, str], bool]]


def _withheld(view: View) -> Withheld:
    """(order, target) -> each thing that was withheld for it, as (measure, what) -> whether it can be seen again."""
    found: Withheld = {}
    for m in view.facts.measures:
        if m.order is not None and m.measure in facts.WITHHELD:
            things = found.setdefault((m.ref, m.target), {})
            things[m.measure, str(m.thing)] = view.ended(m, view.latest) is not None
    return found


def counted(
    name: str, title: str, of: Callable[[Any], bool] = bool, kind: Kind = Kind.number, sums: tuple[str, ...] = ()
) -> Measured:
    """How many targets are so."""
    return added(name, title, lambda thing: thing.many if of(thing) else 0, kind, sums)


def accounts(name: str, title: str, of: Callable[[Any], bool], sums: tuple[str, ...] = ()) -> Measured:
    """How many accounts are so."""
    return counted(name, title, of, Kind.people, sums)


def orders_and_targets(view: View) -> Iterator[Order | Named]:
    yield from view.demands
    yield from named(view)


def _is(kind: str, state: str) -> Callable[[Order | Named], bool]:
    return lambda thing: isinstance(thing, Named) and thing.kind == kind and thing.state == state


def parts(name: str, title: str, of: Callable[[str, bool], bool]) -> Measured:
    """How many posts or pictures are so, by their measure and whether they can be seen again."""
    return added(name, title, lambda t: sum(of(*part) for part in t.parts) if isinstance(t, Named) else 0)


def _jurisdiction(thing: Order | Named) -> tuple[str]:
    return (thing.jurisdiction if isinstance(thing, Order) else thing.order.jurisdiction,)


PARTS = ("accounts_withheld", "accounts_limited", "accounts_own_rules", "accounts_no_action", "accounts_pending")
T2 = Declared(
    id="T2", title=N_("By country"), things=orders_and_targets, keys=(COUNTRY,), key=_jurisdiction,
    columns=(
        count("court_orders", N_("court orders"), lambda t: isinstance(t, Order) and t.issuer == "court"),
        count("other_orders", N_("orders of agencies, police and others"), lambda t: isinstance(t, Order) and t.issuer != "court"),
        share("some_withheld", N_("with some content withheld"), lambda t: t.withheld if isinstance(t, Order) else None),
        accounts("accounts_specified", N_("accounts named"), lambda t: isinstance(t, Named) and t.kind == "account", sums=PARTS),
        accounts("accounts_withheld", N_("accounts withheld"), _is("account", "withheld")),
        accounts("accounts_limited", N_("accounts limited otherwise"), _is("account", "limited")),
        accounts("accounts_own_rules", N_("accounts acted on under own rules"), _is("account", "own_rules")),
        accounts("accounts_no_action", N_("accounts with no action"), _is("account", "none")),
        accounts("accounts_pending", N_("accounts pending"), _is("account", "pending")),
        parts("posts_withheld", N_("posts withheld"), lambda measure, over: measure == "withhold_post"),
        parts("media_withheld", N_("media withheld"), lambda measure, over: measure == "withhold_media"),
        accounts("accounts_given_back", N_("accounts shown again"), lambda t: isinstance(t, Named) and t.kind == "account" and t.over),
        parts("posts_given_back", N_("posts and media shown again"), lambda measure, over: over),
    ),
    notes=(COHORT, Note(N_("An account that two orders name counts twice."))), more=secret, filters=("from", "to", "country", "regime"),
)  # fmt: skip


# --- T3: targets by decision ---


def _decision(thing: Named) -> tuple[str, str]:
    if thing.target is not None and thing.target.outcome:
        return (thing.target.outcome, thing.target.ground)
    if thing.target is None and thing.kind == UNKNOWN:
        return ("not_found", "")
    order = thing.order
    ended = (order.returned, "returned"), (order.withdrawn, "withdrawn"), (order.over, "closed")
    return (next((word for so, word in ended if so), "pending"), "")


KINDS = ("account", "post", "media", "tag")


def _kind(kind: str) -> Callable[[Named], bool]:
    return lambda thing: thing.kind == kind


def _protected(thing: Named) -> bool:
    return thing.kind == "account" and thing.target is not None and thing.target.protected


def _narrowed(thing: Named) -> bool:
    """A whole account was demanded, and something less was done."""
    target = thing.target
    if target is None or target.demanded not in CLOSING_ACCOUNTS:
        return False
    return target.done in LESS_THAN_ACCOUNTS


T3 = Declared(
    id="T3",
    title=N_("Targets by decision"),
    things=named,
    key=_decision,
    keys=(Column("decision", N_("Decision"), Kind.code), Column("ground", N_("Ground for refusal"), Kind.code)),
    columns=(
        counted("targets", N_("targets"), sums=("accounts", "posts", "media", "tags", "others")),
        accounts("accounts", N_("accounts"), _kind("account")),
        counted("posts", N_("posts"), _kind("post")),
        counted("media", N_("media"), _kind("media")),
        counted("tags", N_("tags and terms"), _kind("tag")),
        counted("others", N_("not found or unclear"), lambda t: t.kind not in KINDS),
        accounts("protected", N_("accounts of protected speakers"), _protected),
        accounts("narrowed", N_("account demanded, less done"), _narrowed),
    ),
    notes=(
        COHORT,
        Note(N_("Of protected speakers: the law asks for a second reviewer, because of whose words these are.")),
    ),
    filters=("from", "to", "country", "regime"),
)


# --- T20: decisions by class of speaker ---


class Counted(msgspec.Struct, frozen=True, gc=False):
    """Decisions of one class of speakers, about one kind of thing, with one end: `many` of them."""

    speaker: str
    did: str
    kind: str
    many: int


def tallied(view: View) -> list[Counted]:
    """Rows of the tallies made in the period: they name nobody, so no other filter reaches them."""
    f = view.filters
    if f.country or f.language or f.regime:
        return []
    told = [tally for tally in view.facts.tallies if f.covers(tally.at)]
    return [Counted(*row, many) for tally in told for row, many in tally.rows.items()]


def _done(did: str, title: str) -> Measured:
    return added(did, title, lambda c: c.many if c.did == did else 0)


T20 = Declared(
    id="T20",
    title=N_("Decisions by class of speaker"),
    things=tallied,
    keys=(Column("speaker", N_("Speaker"), Kind.code),),
    key=lambda c: (c.speaker,),
    columns=(
        added("decisions", N_("decisions"), lambda c: c.many),
        _done("measure", N_("measures")),
        _done("refused", N_("refused")),
        _done("closed", N_("closed")),
        added("accounts", N_("on accounts"), lambda c: c.many if c.kind == "account" else 0),
    ),
    notes=(
        Note(
            N_(
                "Counted from tallies that name nobody, made with frozen reports; classes with fewer than ten decisions are one."
            )
        ),
        Note(N_("A tally counts in the month in which it was made, with all that was decided since the one before.")),
    ),
    filters=("from", "to"),
)


TABLES = (T2, T3, T20)
