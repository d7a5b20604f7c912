"""Blocked addresses as rows: nets, domains of mails and single mails (by their hash), by whom and why."""

from ipaddress import ip_network

import msgspec

from chaupal.kernel import nets
from chaupal.store.machine.shelves import ADDRESS_BLOCKS, ONLY
from chaupal.store.machine.statements import rows_of, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.identity import address_blocks
from chaupal_audit.law.alone import shuts_many_out

NET, DOMAIN, MAIL = "ip", "domain", "email"
NO_ACCESS, NO_SIGN_UP, ASKED_FIRST = "no_access", "sign_up_block", "sign_up_requires_approval"


class AddressBlock(msgspec.Struct, frozen=True, kw_only=True):
    """`what`: a net (`192.0.2.0/24`), a domain, or the SHA-256 of a mail address in its plainest form. Times in ms.

    `agreed_by`: who else wants many shut out for longer than one may alone.
    """

    id: int
    kind: str
    what: str
    severity: str
    comment: str
    created_at: int
    created_by: int
    expires_at: int | None = None
    ended_at: int | None = None
    ended_by: int | None = None
    agreed_by: int | None = None

    @property
    def size(self) -> str:
        """How large a net is (`ipv4/24`); nothing of anything else."""
        net = ip_network(self.what) if self.kind == NET else None
        return "" if net is None else f"ipv{net.version}/{net.prefixlen}"

    @property
    def shuts_many_out(self) -> bool:
        return shuts_many_out(self.size, self.severity)

    def holds(self, now: int) -> bool:
        return self.ended_at is None and (self.expires_at is None or now < self.expires_at)


ALL = rows_of(AddressBlock, address_blocks)
CHANGE = updates(address_blocks, "what severity comment expires_at agreed_by").where(id="of", ended_at=None)
END = updates(address_blocks, ended_at="at", ended_by="me").where(id="of", ended_at=None)
IN_FORCE = ALL.where(ended_at=None).ordered("-id")


async def add(w: Writing, block: AddressBlock) -> None:
    await ALL.add(w, block)
    w.touch(ADDRESS_BLOCKS, ONLY)


async def change(w: Writing, block: AddressBlock) -> bool:
    """False where it was lifted meanwhile."""
    done = await w.run(CHANGE, of=block.id, **ALL.written(block)) == 1
    w.touch(ADDRESS_BLOCKS, ONLY)
    return done


async def end(w: Writing, id_: int, by: int) -> bool:
    """It is blocked no more; False where it was not."""
    done = await w.run(END, of=id_, at=w.now(), me=by) == 1
    w.touch(ADDRESS_BLOCKS, ONLY)
    return done


async def in_force(reading: Reading) -> list[AddressBlock]:
    """Those that nobody has lifted, the newest first; remembered until one of them is changed."""
    kept: list[AddressBlock] | None = reading.memory.address_blocks.get(ONLY)
    if kept is None:
        generation = reading.memory.generation
        kept = await IN_FORCE.all(reading.by(ADDRESS_BLOCKS, ONLY))
        if generation == reading.memory.generation:
            reading.memory.address_blocks.put(ONLY, kept)
    return kept


def on_net(blocks: list[AddressBlock], address: str, now: int) -> str:
    """The hardest that holds for an address of the net; nothing where none does."""
    here = nets.plain(address)
    if here is None:
        return ""
    found = {d.severity for d in blocks if d.kind == NET and d.holds(now) and here in ip_network(d.what)}
    return next((one for one in (NO_ACCESS, NO_SIGN_UP, ASKED_FIRST) if one in found), "")
