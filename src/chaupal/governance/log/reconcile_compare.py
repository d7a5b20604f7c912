"""The rows of the database compared with what the log says: a line of text for each thing that does not agree; also nets and mails that are
blocked, and servers that are let in by name, both ways."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from chaupal.governance.cases.lifecycle import State
from chaupal.governance.context import Court, pseudonym
from chaupal.governance.log import lost_entries, record
from chaupal.governance.log.reconcile_facts import Logged, LoggedFacts
from chaupal.governance.log.record import minute_of
from chaupal.policy.sentences.placeholders import iso_date
from chaupal.store.court.authorities import Authority
from chaupal.store.court.docket import Order
from chaupal.store.court.offices import OfficeUser
from chaupal.store.court.rulings import RulingRow
from chaupal.store.court.speakers import Speaker
from chaupal.store.federation import limits
from chaupal.store.identity import ip_and_mail_blocks
from chaupal.store.machine import auditing
from chaupal.store.machine.auditing import AppealedRow, DecidedRow
from chaupal.store.machine.work import Reading
from chaupal_audit import tlog
from chaupal_audit.log import entries

OWN_RULES = "own_rules"
# It is greater than every time as entries write it.
FOREVER = "without an end"
# States that a case reaches only by a decision.
BY_DECISION = frozenset({"refused", "closed", "measure_concurred", "change_concurred"})
ENDED_BY_LOG = State.ENDED_BY_LOG.value
# Fields of an authority that an entry about it says in clear.
REGISTERED = ("name", "name_hi", "jurisdiction", "issuer", "office", "domain", "keys")


def begun_faults(court: Court, facts: LoggedFacts, rows: Iterable[RulingRow]) -> Iterator[str]:
    for row in rows:
        if row.log_index not in facts.measures:
            yield f"ruling {row.id} rests on entry {row.log_index}, which is no measure"
            continue
        for name, ours, theirs in _differences(court, row, facts.measures[row.log_index]):
            yield f"ruling {row.id} and entry {row.log_index} differ in {name}: {ours} and {theirs}"


def ended_faults(facts: LoggedFacts, rows: Iterable[RulingRow], before: Mapping[int, RulingRow]) -> Iterator[str]:
    """Rulings that ended, and reversals. `before`: the rulings that reversals name, by the index of their measure."""
    for row in rows:
        if row.lift_log_index not in facts.ended_by.get(row.log_index, ()):
            yield f"ruling {row.id} has ended, and no entry says so"
    for leaf, ends in facts.ended_by.items():
        row = before.get(leaf)
        if row is None and facts.came_back(leaf):
            continue
        if row is None:
            yield f"entry {min(ends)} ends a measure of which there is no ruling"
        elif row.lifted_at is None or row.lift_log_index not in ends:
            yield f"ruling {row.id} binds, and entry {min(ends)} says that it has ended"


def decided_faults(court: Court, facts: LoggedFacts, rows: Iterable[DecidedRow], met: set[int]) -> Iterator[str]:
    """Events of cases: each decision has its entry, of the same case and by the same person, and the other way around.

    `met`: indexes of entries that need no event of their own.
    """
    for row in rows:
        met.add(row.log_index)
        if row.state == ENDED_BY_LOG and not facts.came_back(row.log_index):
            yield f"event {row.id} ({row.state}) rests on entry {row.log_index}, which did not come back from a copy of the log"
        logged = facts.decisions.get(row.log_index)
        if logged is None:
            if row.state in BY_DECISION:
                yield f"event {row.id} ({row.state}) rests on entry {row.log_index}, which is no decision"
            continue
        said = logged.public
        theirs = (logged.ref, said.get("target"), said.get("second") or said.get("by"))
        ours = (row.ref, row.target, pseudonym(court, row.by))
        if said and theirs != ours:
            yield f"event {row.id} and entry {row.log_index} differ in whose decision it is: {ours} and {theirs}"
    for index in sorted(facts.decisions.keys() - met):
        yield f"entry {index} ({facts.decisions[index].ref}) tells of a decision, and there is no such event"


def agreed_faults(court: Court, facts: LoggedFacts, rows: Iterable[RulingRow], beside: LoggedFacts) -> Iterator[str]:
    """Rulings that one person began and a second agreed to: by an entry (of those `beside`), and no longer than it says."""
    for row in filter(facts.alone, rows):
        leaf = beside.agreed_to(row, facts.measures[row.log_index])
        said = {} if leaf is None else beside.decisions[leaf].public
        until, ends = minute_of(row.ends_at), str(said.get("ends") or FOREVER)
        ours = pseudonym(court, row.approved_by or 0)
        if said.get("by") != ours:
            yield f"ruling {row.id} and the log differ in who agreed: {ours} and {said.get('by')}"
        elif (until or FOREVER) > ends:
            yield f"ruling {row.id} lasts longer than entry {leaf} says: {until} and {ends}"


def appeal_faults(
    court: Court, facts: LoggedFacts, filed: Iterable[AppealedRow], ended: Iterable[AppealedRow]
) -> Iterator[str]:
    """Appeals: each was filed by an entry about its measure, and ended by one that says how, why and by whom."""
    for row in filed:
        said = facts.appeals.get(row.log_index)
        if said is None or (said.public.get("step"), said.prev) != ("filed", row.ruling_leaf):
            yield f"appeal {row.id} rests on entry {row.log_index}, by which nobody appealed"
    for row in ended:
        said = facts.appeals.get(row.decided_log_index or -1, Logged("", {}, secret=False))
        by = None if row.decided_by is None else pseudonym(court, row.decided_by)
        ours = (row.log_index, row.state, row.outcome or None, by)
        theirs = (said.prev, *map(said.public.get, ("step", "outcome", "by")))
        if ours != theirs:
            yield f"appeal {row.id} and entry {row.decided_log_index} differ in how it ended: {ours} and {theirs}"
        elif row.reason != said.known.get("reason", ""):
            yield f"appeal {row.id} and entry {row.decided_log_index} differ in reason"


def protection_faults(court: Court, row: Speaker, said: entries.Protected, account: object) -> Iterator[str]:
    """Compare a protection with the newest entry about it, and with whose `account` that commits to."""
    over = row.ended_at is not None
    people = (row.ending_by, row.ended_by) if over else (row.granted_by, row.seconded_by)
    ours = (row.speaker_class, *(pseudonym(court, who or 0) for who in people))
    theirs = (said.speaker, said.by, said.second)
    if said.step not in (("ended",) if over else ("granted", "ending_proposed")):
        yield f"protection {row.id} {'has ended' if over else 'is in force'}, and no entry says so"
    elif said.step != "ending_proposed" and ours != theirs:
        yield f"protection {row.id} and the log differ in whose decision it is: {ours} and {theirs}"
    elif account not in (None, str(row.account_id)):
        yield f"protection {row.id} and the log differ in whom it is about"


def order_faults(facts: LoggedFacts, orders: Iterable[Order]) -> Iterator[str]:
    for order in orders:
        logged = facts.orders.get(order.log_index)
        if logged is None:
            yield f"order {order.ref} rests on entry {order.log_index}, which is no order"
            continue
        ours = _said_of(order)
        theirs: dict[str, object] = logged.public | {"number": logged.ref}
        for name, value in ours.items():
            if name in theirs and theirs[name] != value:
                yield f"order {order.ref} and entry {order.log_index} differ in {name}: {value} and {theirs[name]}"
        for name, value in (("grounds", order.grounds), ("reasons", order.reasons)):
            if value != logged.known.get(name, ""):
                yield f"order {order.ref} and entry {order.log_index} differ in {name}"


def authority_faults(
    row: Authority, index: int, said: entries.Authority, opens: Mapping[str, tuple[str, int | None]]
) -> Iterator[str]:
    """Compare an authority with the newest entry about it; what an older entry did not say yet is not compared."""
    ours = record.registered(row)
    pairs = {name: (getattr(ours, name), getattr(said, name)) for name in REGISTERED}
    # One that was erased is gone from the row, too. Entries that do not say the keys committed to none.
    if "contact" in opens or said.keys is not None:
        pairs["contact"] = row.contact, tlog.read_disclosure(opens["contact"][0])[1] if "contact" in opens else ""
    for name, (here, there) in pairs.items():
        if there is not None and here != there:
            yield f"authority {row.id} and entry {index} differ in {name}: {here} and {there}"


class Invitations:
    """Who was invited to file for an authority, and by whom, by its entries; since the first of them nobody is without one."""

    def __init__(self, found: Sequence[tuple[int, entries.Entry, entries.Authority]]) -> None:
        self._since = min((head.at for _, head, said in found if said.step == "filer_invited"), default="")
        # Authorities that were entered since entries say by which keys one is known, and who is invited: nobody files without one.
        self._kept = {head.ref for _, head, said in found if said.step == "added" and said.keys is not None}
        self._taken: set[int] = set()
        # An entry by which somebody was invited -> for which authority, and by whom, each time.
        self._told: dict[int, list[tuple[str, str | None]]] = {}
        for index, head, said in found:
            if said.step == "filer_invited":
                first = index if head.prev not in self._told else head.prev
                self._told.setdefault(first, []).append((head.ref, said.by))

    def faults(self, court: Court, user: OfficeUser, opens: Mapping[str, tuple[str, int | None]]) -> Iterator[str]:
        ours = [(f"authority-{user.authority_id}", pseudonym(court, who)) for who in user.let_in_by]
        theirs = self._told.get(user.log_index or 0, [])
        if user.log_index is None:
            late = self._since and tlog.at_minute(user.created_at) > self._since
            if late or f"authority-{user.authority_id}" in self._kept:
                yield f"user {user.id} files for an authority, and no entry says that they were invited"
        elif ours != theirs:
            yield f"user {user.id} and entry {user.log_index} differ in who let them in: {ours} and {theirs}"
        elif "filer" in opens and tlog.read_disclosure(opens["filer"][0])[1] != record.called(user):
            yield f"user {user.id} and entry {user.log_index} differ in whom it is about"
        elif user.log_index in self._taken:  # whom it is about was erased, and somebody says that they were meant
            yield f"user {user.id} rests on entry {user.log_index}, as another one does"
        else:
            self._taken.add(user.log_index)


def _said_of(order: Order) -> dict[str, object]:
    """What the log says of an order, from its row."""
    return {
        "number": order.ref,
        "kind": order.kind,
        "channel": order.channel,
        "reference": order.reference_no,
        "law": order.legal_basis,
        "bases": list(order.bases),
        "territory": list(order.territory),
        "dated": iso_date(order.dated),
        "received": tlog.at_minute(order.received_at),
        "act_by": minute_of(order.act_by),
        "interim_until": minute_of(order.interim_until),
        "ends": minute_of(order.ends_at),
        "emergency": order.emergency,
        "secrecy": order.secrecy,
    }


def _differences(court: Court, row: RulingRow, logged: Logged) -> Iterator[tuple[str, object, object]]:
    """(field, what the ruling has, what the log has)."""
    ours: dict[str, object] = {
        "order": row.order_ref,
        "measure": row.measure,
        "territory": row.territory.split(","),
        "until": minute_of(row.ends_at),
        "law": row.legal_basis,
        "basis": row.basis,
        "rule": row.rule or None,
        "from": tlog.at_minute(row.starts_at),
        "by": pseudonym(court, row.decided_by),
        "concurred": None if row.concurred_by is None else pseudonym(court, row.concurred_by),
        "protected": row.protected,
    }
    words = {name: logged.known.get(name) or "" for name in ("reason", "text")}
    theirs = logged.public | {"order": logged.ref} | words
    ours |= {"reason": row.reason, "text": row.text}  # blank where they were erased
    if theirs.get("second") is None and row.approved_by is not None:
        # One acted alone, for a short while; a second person agreed since, and `agreed_faults` asks who, and until when.
        ours.pop("until")
    else:
        ours["second"] = None if row.approved_by is None else pseudonym(court, row.approved_by)
        if row.strike_until is not None:  # an appeal forgives it
            ours["strike_until"] = minute_of(row.strike_until)
    about = logged.known.get("part", logged.known.get("subject"))
    if about is not None:
        ours["subject"], theirs["subject"] = str(row.subject_id), about
    if row.term:
        ours["term"] = row.term
    # Whose demand, or under the house's own rules whose hint; a person who complains is named in no entry.
    whose = theirs.get("flagged_by") or theirs.get("authority") or ""
    if whose or row.basis == OWN_RULES:
        ours["authority"], theirs["authority"] = row.authority, whose
    for name, value in ours.items():
        if theirs.get(name) != value and (name in theirs or not logged.secret):
            yield name, value, theirs.get(name)


# By the ref of its entries: fields that they say, and what they commit to.
type _Rows = dict[str, tuple[dict[str, object], str]]


async def door_faults(reading: Reading) -> list[str]:
    """A line for each that holds otherwise than its newest entry says."""
    return [
        *await _standing(reading, entries.AddressBlock, "opened", "what", await _blocked(reading)),
        *await _standing(reading, entries.Server, "taken_off", "server", await _let_in(reading)),
    ]


async def _blocked(reading: Reading) -> _Rows:
    """Nets and mails that are blocked."""
    return {
        f"door-{row.id}": (
            {"kind": row.kind, "severity": row.severity, "until": record.minute_of(row.expires_at)},
            row.what,
        )
        for row in await ip_and_mail_blocks.IN_FORCE.all(reading)
    }


async def _let_in(reading: Reading) -> _Rows:
    """Servers that are talked to, where a house talks to no others."""
    return {f"server-{row.id}": ({}, row.domain) for row in await limits.allowed(reading)}


async def _standing(
    reading: Reading, kind: type[entries.AddressBlock | entries.Server], over: str, field: str, rows: _Rows
) -> list[str]:
    """What holds by its row held against the newest entry about it, and the other way around. `over`: the step by which it holds no
    more; `field`: under which name an entry commits to what it is about.
    """
    newest = {head.ref: (index, said) for index, head, said in await lost_entries.own(reading, kind)}
    holds = {ref: newest.pop(ref, (-1, kind(step=over))) for ref in rows}
    opens = {at: names for at, _, names in await auditing.entries_at(reading, [at for at, _ in holds.values()])}
    faults = [
        f"entry {at} tells of {ref}, and it holds no more" for ref, (at, said) in newest.items() if said.step != over
    ]
    for ref, (at, said) in holds.items():
        ours, about = rows[ref]
        told = opens.get(at, {}).get(field)
        if said.step == over:
            faults.append(f"{ref} holds, and no entry says so")
        elif any(getattr(said, name) != value for name, value in ours.items()):
            faults.append(f"{ref} and entry {at} differ in how it holds")
        elif told is not None and tlog.read_disclosure(told)[1] != about:
            faults.append(f"{ref} and entry {at} differ in what it is about")
    return faults
