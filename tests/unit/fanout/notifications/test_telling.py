"""Tellings: put off while a law is silent, written down when no carrier takes the mail; what nobody confirms goes."""

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from chaupal.fanout.notifications import letters, served, telling
from chaupal.fanout.notifications.telling import WordDue
from chaupal.fanout.runner import Runner
from chaupal.governance.appeals import notices
from chaupal.governance.events import DecisionServed
from chaupal.governance.people import reports
from chaupal.governance.people.reports import Guest, Report
from chaupal.governance.regimes import Duration
from chaupal.kernel.clock import DAY, HOUR
from chaupal.kernel.errors import Unavailable
from chaupal.policy.measures import Measure
from chaupal.ports.mail import Letter
from chaupal.social.people import accounts
from chaupal.store.court import ledger, reports as report_rows, tellings
from chaupal.store.court.docket import Order
from chaupal.store.machine import outbox
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Writing
from chaupal.store.machine.work_sqlite import SqliteWork
from chaupal.store.tables.square import posts
from chaupal_audit.law.regime import Gag, Notice
from court import Bench
from neighbours import LAWS, Street, by

ORDER = Order(
    id=1, ref="IN-2021-0001", authority_id=1, officer="", officer_rank="", reference_no="", legal_basis="s. 69A", grounds="", reasons="",
    territory=("IN",), dated=0, received_at=0, act_by=None, ends_at=None, received_by=1, log_index=0,
)  # fmt: skip
LAW = LAWS.version("IN-69A", 1)
SILENT = Notice(author="after_gag", before=False, public_placeholder="neutral")


def law(author: str, longest: str = "") -> Any:
    gag = Gag(basis="r. 16", max=Duration(longest) if longest else None, review_every=Duration("P90D"))
    return msgspec.structs.replace(LAW, gag=gag, notice=msgspec.structs.replace(SILENT, author=author))


@pytest.mark.parametrize(
    ("order", "regime", "until"),
    [
        (None, law("no"), 5),
        (ORDER, law("default_yes"), 5),
        (ORDER, law("no"), None),
        (ORDER, law("after_gag", "P30D"), 1 + 30 * DAY),
        (ORDER, law("after_gag"), 5 + 90 * DAY),
        (msgspec.structs.replace(ORDER, secrecy="gag"), law("default_yes"), 5 + 90 * DAY),
        (msgspec.structs.replace(ORDER, secrecy="aggregate_only"), law("default_yes"), 5),
        (msgspec.structs.replace(ORDER, gag_until=9), law("default_yes"), 9),
        (msgspec.structs.replace(ORDER, gag_until=400 * DAY), law("default_yes"), 5 + 90 * DAY),
        (msgspec.structs.replace(ORDER, gag_until=400 * DAY), law("default_yes", "P30D"), 1 + 30 * DAY),
        (msgspec.structs.replace(ORDER, gag_until=400 * DAY), LAWS.version("IN-COURT", 1), 400 * DAY),
    ],
)
def test_until_when_somebody_may_not_be_told(order: Order | None, regime: Any, until: int | None):
    assert notices.silent_until(order, regime, 1, 5) == until


async def notes(bench: Bench) -> list[dict[str, Any]]:
    """What entries say of notices, those that are sealed for now too, as whoever keeps their disclosures reads them."""
    async with bench.court.work.reading() as reading:
        found = await ledger.entries(reading, 0, await ledger.size(reading))
        told = [(json.loads(entry), await ledger.disclosures_of(reading, index)) for index, entry in enumerate(found)]
    said = [_opened(entry, {name: text for name, (text, _) in kept.items()}) for entry, kept in told]
    return [public for t, public in said if t == "notice"]


def _opened(entry: dict[str, Any], kept: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """(type, public fields) of an entry, or of what a sealed one holds."""
    if entry["t"] != "cover" or "act" not in kept:
        return entry["t"], entry["public"]
    act, public = (json.loads(urlsafe_b64decode(kept[name] + "=="))[2] for name in ("act", "public"))
    return act["t"], public


async def test_a_silence_is_an_entry_with_its_ground_and_end_and_the_telling_another(bench: Bench):
    street = bench.street
    await bench.withhold(await bench.order(gag_until="2021-02-20T12:00"))
    await street.settle()
    (delayed,) = await notes(bench)
    assert (delayed["step"], delayed["until"], delayed["ways"]) == ("delayed", "2021-02-20T06:30Z", [])
    assert "16" in delayed["gag"]
    assert await served.release(street.carrier) == 0
    street.clock.move(11 * DAY)
    assert await served.release(street.carrier) == 1
    await street.settle()
    assert [(note["about"], note["step"]) for note in await notes(bench)] == [("begun", "delayed"), ("begun", "sent")]
    async with bench.court.work.reading() as reading:
        assert await tellings.due(reading, street.clock()) == []


async def limit(street: Street, owner: int, subject: int, measure: Measure = Measure.WITHHOLD_POST) -> None:
    """Of one's post or account; whoever carries it out tells of it."""
    told = await limited(street, owner, subject, measure)
    async with street.work.writing() as w:
        w.tell(told)


async def limited(street: Street, owner: int, subject: int, measure: Measure = Measure.WITHHOLD_POST) -> DecisionServed:
    """The same, that nobody carries out yet."""
    ruling, kind = await street.rule(subject, measure), "account" if subject == owner else "post"
    return DecisionServed(
        order="O-1",
        target=1,
        ruling=ruling,
        subject=subject,
        kind=kind,
        owner=owner,
        measure=measure,
        territory=("IN",),
    )


class NoCarrier:
    """Takes no mail."""

    carries = True

    async def send(self, letter: Letter) -> None:
        raise OSError("no route to host")


async def test_a_mail_that_no_carrier_takes_is_written_down_as_failed(street: Street):
    asha = await accounts.create(street.square, handle="asha", email="asha@example.org", password="lamba-wala-shabd")
    carrier = msgspec.structs.replace(street.carrier, mail=NoCarrier())
    await limit(street, asha, await street.say(asha, "सभा कल"))
    for _ in range(outbox.GIVE_UP_AFTER):
        await Runner(carrier).settle()
        street.clock.move(3 * HOUR)
    async with street.work.reading() as reading:
        found = [json.loads(entry) for entry in await ledger.entries(reading, 0, await ledger.size(reading))]
    steps = [(entry["public"]["step"], entry["public"]["ways"]) for entry in found if entry["t"] == "notice"]
    assert steps == [("sent", ["app", "post", "mail"]), ("failed", ["mail"])]
    for kept, later in ((1, 29 * DAY), (0, DAY)):  # and is not kept for good, with whose address stands in it
        street.clock.move(later)
        await letters.tidy(carrier)
        async with street.work.reading() as reading:
            assert (await outbox.depth(reading)).given_up == kept


async def words(street: Street) -> list[str]:
    """What the house said to people, by whom it names and its own words."""
    house = await accounts.ensure_system_account(street.square)
    async with street.work.reading() as reading:
        rows = await reading.fetch(selects(posts.c.text).where(author="me").ordered("id"), me=house)
    return sorted(row[0] for row in rows)


async def test_many_are_told_in_one_commit_once_each_and_one_that_cannot_be_holds_up_nobody(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    await accounts.ensure_system_account(street.square)
    people = await street.people(*(f"one_{n}" for n in range(5)))
    due = [
        WordDue(account=account, text=f"@one_{n} सुनिए", key=f"{n}", language="hi") for n, account in enumerate(people)
    ]
    struck, done = list[int](), outbox.done

    async def counted(w: Writing, seqs: Sequence[int]) -> None:
        struck.append(len(seqs))
        await done(w, seqs)

    async def lost(w: Writing, seqs: Sequence[int]) -> None:
        await counted(w, seqs)
        raise Unavailable

    async with street.work.writing() as w:
        w.tell(*due, *due[:2])  # of the same key only one is said
    monkeypatch.setattr(outbox, "done", lost)
    await street.runner.step()
    assert struck[0] == 7 and await words(street) == [], "what is not struck off is not said"
    monkeypatch.setattr(outbox, "done", counted)
    street.clock.move(DAY)
    struck.clear()
    await street.runner.step()
    assert struck == [7] and await words(street) == [f"@one_{n} सुनिए" for n in range(5)]
    async with street.work.writing() as w:
        w.tell(due[0], msgspec.structs.replace(due[1], text=""), msgspec.structs.replace(due[2], key="again"))
    await street.settle()
    assert await words(street) == sorted(f"@one_{n} सुनिए" for n in (0, 1, 2, 2, 3, 4))
    async with street.work.reading() as reading:
        assert (await outbox.depth(reading))[:2] == (0, 1)


class AnyCarrier:
    """Takes every mail, and keeps it."""

    carries = True

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)


async def test_whose_posts_a_long_order_names_has_ten_letters_of_a_day_and_is_told_of_each(street: Street):
    """One had as many as the order named of theirs, within minutes."""
    asha = await accounts.create(street.square, handle="asha", email="asha@example.org", password="lamba-wala-shabd")
    carrier = msgspec.structs.replace(street.carrier, mail=(mail := AnyCarrier()))
    for n in range(12):
        await limit(street, asha, await street.say(asha, f"सभा {n}"))
        await Runner(carrier).settle()
    assert len(mail.letters) == telling.MOST_MAILS == 10
    says_so = [f"{street.square.settings.origin}/disputes/strikes\n" in one.body for one in mail.letters]
    assert says_so == [*[False] * 9, True]
    async with street.work.reading() as reading:
        found = [json.loads(entry) for entry in await ledger.entries(reading, 0, await ledger.size(reading))]
    ways = [entry["public"]["ways"] for entry in found if entry["t"] == "notice"]
    assert ways == [["app", "post", "mail"]] * 10 + [["app", "post"]] * 2
    await limit(street, asha, asha, Measure.WITHHOLD_ACCOUNT)  # of the whole account in any case
    await Runner(carrier).settle()
    street.clock.move(DAY)
    await limit(street, asha, await street.say(asha, "कल की बात"))
    await Runner(carrier).settle()
    assert len(mail.letters) == 12


async def test_of_two_notices_at_once_one_is_the_tenth_and_says_so(street: Street, monkeypatch: pytest.MonkeyPatch):
    """Each counted what was committed and itself: both were the ninth, and the next was the eleventh."""
    asha = await accounts.create(street.square, handle="asha", email="asha@example.org", password="lamba-wala-shabd")
    carrier = msgspec.structs.replace(street.carrier, mail=(mail := AnyCarrier()))
    told = [await limited(street, asha, await street.say(asha, f"सभा {n}")) for n in range(11)]

    async def tell(event: DecisionServed) -> None:
        async with street.work.writing() as w:
            await served.tell(carrier, w, event)

    for one in told[:8]:
        await tell(one)
    wanted, hold = asyncio.Event(), ledger.hold
    async with street.work.writing() as w:
        await served.tell(carrier, w, told[8])

        async def waits(unit: Writing) -> int:
            wanted.set()
            return await hold(unit)

        monkeypatch.setattr(ledger, "hold", waits)
        other = asyncio.create_task(tell(told[9]))
        if not isinstance(street.work, SqliteWork):  # there a unit begins when the one before it is over
            await wanted.wait()
    await other
    await tell(told[10])
    await Runner(carrier).settle()
    says_so = [f"{street.square.settings.origin}/disputes/strikes\n" in one.body for one in mail.letters]
    assert says_so == [*[False] * 9, True]


async def test_what_a_guest_does_not_confirm_in_time_is_kept_by_nobody(street: Street):
    asha = await street.person("asha")
    await reports.file_as_guest(
        street.court, by(None), Report(account=asha, kind="spam"), Guest(email="a@b.example", name="A")
    )
    assert await reports.tidy(street.court) == 0
    street.clock.move(3 * DAY + 1)
    assert await reports.tidy(street.court) == 1
    async with street.work.reading() as reading:
        assert await report_rows.latest(reading, ("unconfirmed", "open", "resolved")) == []
