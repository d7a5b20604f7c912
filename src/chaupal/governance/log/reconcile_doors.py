"""Nets and mails that are blocked, and servers that are let in by name, held against the newest entry about each, both ways."""

from chaupal.governance.log import record, refilling
from chaupal.store.federation import limits
from chaupal.store.identity import ip_and_mail_blocks
from chaupal.store.machine import auditing
from chaupal.store.machine.work import Reading
from chaupal_audit import tlog
from chaupal_audit.log import entries

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
    newest = {head.ref: (index, said) for index, head, said in await refilling.own(reading, kind)}
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
