"""Everything else in the log that the report counts: demands for data, statements, snapshots, keys."""

from sys import intern

import msgspec

from chaupal.governance.report import facts, said
from chaupal.governance.report.said import Entry
from chaupal.governance.report.state import State, either
from chaupal.governance.report.times import minute

_request = msgspec.json.Decoder(said.DataRequest).decode
_statement = msgspec.json.Decoder(said.Statement).decode
_snapshot = msgspec.json.Decoder(said.Snapshot).decode


def take_request(state: State, index: int, at: int, head: Entry) -> None:
    new = _request(head.public)
    found = state.facts.requests.get(head.ref)
    if found is None:
        found = state.facts.requests[head.ref] = facts.Request(
            head.ref, intern(new.issuer or ""), intern(new.jurisdiction or ""), new.accounts or 0, bool(new.emergency),
            bool(new.preservation), either(minute(new.at), at),
        )  # fmt: skip
    if new.step == "answered":
        found.outcome = intern(new.outcome or "none")


def take_statement(state: State, index: int, at: int, head: Entry) -> None:
    new = _statement(head.public)
    state.facts.statements.append(facts.Statement(
        index, head.ref, new.step, new.title or "", tuple(new.orders or ()), new.authority or "", new.sha256 or "",
        either(minute(new.at), at),
    ))  # fmt: skip


def take_snapshot(state: State, index: int, at: int, head: Entry) -> None:
    new = _snapshot(head.public)
    size = index if new.size is None else new.size
    state.facts.snapshots.append(
        facts.Snapshot(index, new.period or head.ref, new.revision, new.sha256, size, either(minute(new.at), at))
    )


def take_key(state: State, index: int, at: int, head: Entry) -> None:
    state.facts.keys += 1
