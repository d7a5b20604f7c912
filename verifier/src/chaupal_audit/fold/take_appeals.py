"""Entries of people become facts: appeals inside and outside the house, reports, counter-notices."""

from sys import intern

import msgspec

from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import State, either
from chaupal_audit.log import entries
from chaupal_audit.log.entries import Entry
from chaupal_audit.minutes import minute

_appeal = msgspec.json.Decoder(entries.Appeal).decode
_report = msgspec.json.Decoder(entries.Report).decode
_external = msgspec.json.Decoder(entries.External).decode
_counter = msgspec.json.Decoder(entries.Counter).decode


def take_appeal(state: State, index: int, at: int, head: Entry) -> None:
    new, prev = _appeal(head.public), -1 if head.prev is None else head.prev
    when = either(minute(new.at), at)
    if new.step == "filed":
        of = state.measure_at.get(prev)
        filed = facts.Appeal(
            index,
            head.ref,
            of,
            intern(new.language or ""),
            intern(new.rule or (of.rule if of else "")),
            when,
            minute(new.due),
        )
        state.facts.appeals.append(filed)
        state.appeal_at[index] = filed
        if of is not None:
            of.appealed = True
    elif (filed := state.appeal_at.get(prev)) is not None and filed.decided is None:
        filed.decided = when
        filed.outcome, filed.withdrawn = intern(new.outcome or ""), new.step == "withdrawn"


def take_report(state: State, index: int, at: int, head: Entry) -> None:
    new = _report(head.public)
    when = either(minute(new.at), at)
    found = state.facts.reports.get(head.ref)
    if new.step == "received" and found is None:
        state.facts.reports[head.ref] = facts.Report(
            head.ref,
            intern(new.regime or head.regime or ""),
            intern(new.category or "other"),
            intern(new.language or ""),
            when,
            minute(new.ack_due),
            minute(new.resolve_due),
        )
    elif found is not None and new.step == "acknowledged":
        found.acknowledged = when
    elif found is not None and new.step == "resolved":
        found.resolved, found.outcome = when, intern(new.outcome or "none")


def take_external(state: State, index: int, at: int, head: Entry) -> None:
    new, prev = _external(head.public), -1 if head.prev is None else head.prev
    when = either(minute(new.at), at)
    if new.step == "filed":
        appeal = state.appeal_at.get(prev)
        of = state.measure_at.get(prev) or (appeal.of if appeal else None)
        filed = facts.External(head.ref, of, intern(new.body or ""), when)
        state.facts.externals.append(filed)
        state.external_at[index] = filed
        return
    filed = state.external_at.get(prev) or next(
        (e for e in state.facts.externals if e.ref == head.ref and not e.outcome), None
    )
    if filed is not None:
        filed.decided, filed.outcome, filed.in_time = when, intern(new.outcome or ""), new.complied_in_time


def take_counter(state: State, index: int, at: int, head: Entry) -> None:
    new = _counter(head.public)
    of = state.measure_at.get(-1 if head.prev is None else head.prev)
    state.facts.counters.append(facts.Counters(intern(new.step), either(minute(new.at), at), of))
    if of is not None:
        state.measure_at[index] = of
