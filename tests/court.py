"""A court in session for tests: a street with its staff, an authority, and an order that can be walked through."""

import itertools
import json
import re
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from chaupal.governance.cases import decisions
from chaupal.governance.context import Court
from chaupal.governance.log import log
from chaupal.governance.orders import authorities, orders, steps
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.governance.orders.procedure import Stage
from chaupal.governance.orders.steps import StepForm
from chaupal.kernel.clock import StillClock
from chaupal.policy.rulings import RulingIndex
from chaupal.policy.viewer import Role, Viewer
from chaupal.store.court.authorities import Authority
from chaupal.store.court.docket import Order
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine.work import Work
from neighbours import LAWS, RULES, Street

REASON = "The post names a person as armed, which the order shows to be false."
FINDING = "The account posts the same call every hour; single posts would be gone before they are read."
WITHHOLD: dict[str, Any] = {"outcome": "withhold_post", "reason": REASON}
REFUSE: dict[str, Any] = {
    "outcome": "refuse",
    "reason": "A journalist reports what happened; the law protects that.",
    "code": "protected_expression",
}


RANDOM = re.compile(r"[\w-]{22,}", re.ASCII)  # digests and salts; three letters stand in one of them now and then


def in_words(entries: Sequence[object]) -> str:
    """All that entries of the log, or pages, say to whoever looks for a word in them, and nothing that is random."""
    return RANDOM.sub("", json.dumps(entries, ensure_ascii=False))


def staff(account: int, role: Role = Role.REVIEWER, language: str = "en") -> Viewer:
    return Viewer(account=account, country="IN", role=role, language=language)


def order_of(**changes: Any) -> Order:
    """An order that nobody filed, for what is written about one."""
    plain = Order(
        id=1, ref="IN-2021-0042", authority_id=1, officer="", officer_rank="", reference_no="", legal_basis="", grounds="", reasons="",
        territory=("IN",), dated=0, received_at=0, act_by=None, ends_at=None, received_by=1, log_index=0,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


class Bench:
    """The clerk takes orders in; asha proposes, dev or the owner approves; meera has written `post`."""

    def __init__(self, street: Street, court: Court) -> None:
        self.street = street
        self.court = court
        self.letters = itertools.count(1)
        self.ministry: Authority

    async def sit(self) -> None:
        clerk, asha, dev, owner, self.meera = [
            await self.street.person(handle, role=role)
            for handle, role in (
                ("clerk", Role.CLERK),
                ("asha", Role.REVIEWER),
                ("dev", Role.APPROVER),
                ("owner", Role.OWNER),
                ("meera", Role.MEMBER),
            )
        ]
        self.clerk = staff(clerk, Role.CLERK)
        self.asha, self.dev, self.owner = staff(asha), staff(dev, Role.APPROVER), staff(owner, Role.OWNER)
        self.post = await self.street.say(self.meera, "किसान आंदोलन: the gate is closed")
        form = AuthorityForm(name="Ministry of Electronics", name_hi="इलेक्ट्रॉनिकी मंत्रालय", jurisdiction="IN")
        self.ministry = await self.registers(form)

    async def registers(self, form: AuthorityForm) -> Authority:
        """An authority by two people: the clerk proposes it, dev agrees."""
        proposed = await authorities.register(self.court, self.clerk, form)
        return await authorities.agree(self.court, self.dev, proposed.id)

    async def changes(self, id_: int, form: AuthorityForm) -> Authority:
        """What is known of an authority, anew, by the same two."""
        await authorities.change(self.court, self.clerk, id_, form)
        return await authorities.agree(self.court, self.dev, id_)

    async def hire(self, handle: str, role: Role = Role.REVIEWER) -> Viewer:
        """Somebody new of the staff."""
        return staff(await self.street.person(handle, role=role), role)

    def form(self, **changes: object) -> OrderForm:
        typed: dict[str, object] = {
            "authority": self.ministry.id,
            "officer": "A. Sharma",
            "officer_rank": "Joint Secretary",
            "reference_no": f"16(1)/{next(self.letters)}",
            "legal_basis": "IT Act 2000, section 69A",
            "grounds": "public order",
            "territory": "IN",
            "dated": "2021-02-10",
            "targets": f"http://localhost:8000/@meera/{self.post}",
            "regime": "IN-69A",
            "role": "designated_officer",
            "bases": ("public_order",),
            "reasons": "It is said to call people to arms.",
            "particulars": {"signature": "seen in ink"},
            "origin_note": "The desk officer confirmed it on the telephone.",
        }
        return OrderForm(**typed | changes)

    async def order(self, *, checked: bool = True, **changes: object) -> str:
        """An order, taken in and checked: its targets can be decided."""
        ref = await orders.receive(self.court, self.clerk, self.form(**changes))
        if checked:
            await self.step(ref, "check")
        return ref

    async def step(self, ref: str, verb: str, by: Viewer | None = None, **said: object) -> Stage:
        return await steps.take(self.court, by or self.asha, ref, StepForm(verb=verb, **said))

    async def withhold(self, ref: str, number: int = 1, outcome: str = "withhold_post") -> None:
        finding = FINDING if outcome == "withhold_account" else ""
        await decisions.propose(self.court, self.asha, ref, number, outcome=outcome, reason=REASON, finding=finding)
        await decisions.approve(self.court, self.dev, ref, number)

    async def in_force(self) -> RulingIndex:
        async with self.court.work.reading() as reading:
            return await rulings_in_force(reading)


async def court_on(work: Work, street: Street, clock: StillClock) -> Court:
    """A court on the street's own store, with the shipped laws and rules."""
    settings = street.square.settings
    keys = await log.open_keys(work, settings)
    return Court(settings, work, clock, street.make_id, keys, LAWS, RULES)


@pytest.fixture
async def bench(work: Work, street: Street, clock: StillClock) -> Bench:
    """A court in session, on both databases."""
    bench = Bench(street, await court_on(work, street, clock))
    await bench.sit()
    return bench
