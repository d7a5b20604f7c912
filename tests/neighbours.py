"""A few people of one square for tests of ties, search and trends: they come in, write, and are limited by rulings."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from chaupal.fanout.context import Carrier
from chaupal.fanout.placing import PLACING
from chaupal.fanout.runner import Hub, Runner
from chaupal.fanout.streams import Streams
from chaupal.governance.context import Court
from chaupal.governance.laws.house_rules import load_house_rules
from chaupal.governance.log.keys import Keys
from chaupal.governance.regimes import load_regimes
from chaupal.kernel.clock import StillClock
from chaupal.kernel.ids import Ids
from chaupal.kernel.settings import load_settings
from chaupal.policy.facts import Visibility
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Viewer
from chaupal.ports.bus_local import LocalBus
from chaupal.ports.files_local import LocalFiles
from chaupal.ports.homes_local import LocalHomes
from chaupal.ports.mail_local import MailToFiles
from chaupal.reads.context import Reads
from chaupal.social import mail_proofs
from chaupal.social.context import Square
from chaupal.social.posts import posts
from chaupal.store.court import rulings
from chaupal.store.identity import accounts
from chaupal.store.machine.dialect import Statement
from chaupal.store.machine.work import Reading, Work
from chaupal.text import analyse

LAWS, RULES = load_regimes(None), load_house_rules(None)


class Street:
    """`square` and `reads` as the house has them; `settle` carries out what events cause."""

    def __init__(self, work: Work, clock: StillClock, folder: Path) -> None:
        settings = load_settings(
            environ={}, data=str(folder), rate_limits=False, public_url="http://localhost:8000", log_batch_minutes=0
        )
        ids, files = Ids(clock), LocalFiles(folder / "files")
        mail = MailToFiles(folder / "mail", settings.mail_from, partial(mail_proofs.message_id, settings))
        self.clock = clock
        self.mailbox = folder / "mail"
        self.work = work
        self.make_id = ids
        self.homes = LocalHomes()
        self.square = Square(settings, work, clock, ids, files, mail)
        self.reads = Reads(settings, work, clock, self.homes, files)
        self.court = Court(settings, work, clock, ids, Keys(folder / "keys", f"{settings.domain}/log"), LAWS, RULES)
        self.carrier = Carrier(
            settings,
            work,
            clock,
            ids,
            self.homes,
            LocalBus(),
            mail,
            Streams(settings, work, PLACING),
            self.square,
            self.court,
        )
        self.runner = Runner(self.carrier)
        work.after_commit = Hub(self.carrier)

    async def person(self, handle: str, name: str = "", *, locked: bool = False, role: str = "member") -> int:
        id_ = self.make_id()
        async with self.work.writing() as w:
            await accounts.add(w, id_, handle, name=name, role=role, state="active", locked=locked)
            await accounts.find_by(w, id_, analyse.name_words(name, handle))
        return id_

    async def people(self, *handles: str) -> list[int]:
        return [await self.person(handle) for handle in handles]

    async def say(self, who: int, text: str, **more: Any) -> int:
        """A post, a second after the one before."""
        self.clock.move(1_000)
        return await posts.publish(self.square, by(who), posts.Draft(text=text, **more))

    async def rule(
        self, subject: int, measure: Measure, territory: str = "IN", term: str = "", *, secret_from: int = 0
    ) -> int:
        """A ruling as a court would make it, without the court; its id. `secret_from`: in secret, about something of theirs."""
        row = self.ruling(subject, measure, territory, term)
        if secret_from:
            row = replace(row, neutral=True, owner_id=secret_from)
        async with self.work.writing() as w:
            await rulings.begin(w, row)
        return row.id

    def ruling(self, subject: int, measure: Measure, territory: str = "IN", term: str = "") -> rulings.RulingRow:
        """The same, for a test's own unit."""
        basis = "own_rules" if measure in (Measure.SUSPEND, Measure.REMOVE_POST) else "legal_order"
        return rulings.RulingRow(
            id=self.make_id(), subject_id=subject, term=term, measure=measure, territory=territory, starts_at=0, ends_at=None,
            lifted_at=None, target_id=None, owner_id=None, order_ref="1", authority="A", authority_hi="अ", legal_basis="L",
            reason="R", decided_by=1, approved_by=2, log_index=0, basis=basis, review_at=2**45,
        )  # fmt: skip

    def letters(self) -> list[str]:
        """Every mail that has left, as text, in the order of their names."""
        return [file.read_text("utf-8") for file in sorted(self.mailbox.glob("*"))]

    async def settle(self) -> None:
        await self.runner.settle()


def by(who: int | None, country: str = "DE") -> Viewer:
    """A viewer, abroad unless said otherwise."""
    return Viewer(account=who, country=country)


async def asked(street: Street, monkeypatch: pytest.MonkeyPatch) -> list[Statement]:
    """The statements that reads ask the store from now on."""
    return await asked_of(street.work, monkeypatch)


async def asked_of(work: Work, monkeypatch: pytest.MonkeyPatch) -> list[Statement]:
    """The same of any store."""
    told: list[Statement] = []
    async with work.reading() as reading:
        kind: type[Reading] = type(reading)
    fetch = kind.fetch

    async def counted(self: Reading, stmt: Statement, /, **params: object) -> object:
        told.append(stmt)
        return await fetch(self, stmt, **params)

    monkeypatch.setattr(kind, "fetch", counted)
    return told


PRIVATE = Visibility.PRIVATE
DIRECT = Visibility.DIRECT
UNLISTED = Visibility.UNLISTED


@pytest.fixture
async def street(work: Work, clock: StillClock, tmp_path: Path) -> Street:
    """An empty street, on both databases."""
    return Street(work, clock, tmp_path)
