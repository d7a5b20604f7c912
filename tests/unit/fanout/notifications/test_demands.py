"""Whoever's things an order names hears once that the last of them was decided, and no decision reads all that was said before."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from chaupal.fanout.notifications import alerts, demands, telling
from chaupal.governance.appeals import appeals, notices
from chaupal.governance.cases import clocks, decisions
from chaupal.governance.orders import orders, publishing, replacing
from chaupal.kernel.clock import DAY, HOUR, StillClock
from chaupal.kernel.event import decode_event
from chaupal.policy.sentences.demand_texts import FURTHER
from chaupal.policy.viewer import Viewer
from chaupal.ports.mail_local import MailToFiles
from chaupal.store.court import case_events, docket, ledger
from court import REFUSE, Bench
from mails import sent

MANY = 6


class Watched:
    """What is told, and how many cases are read at a time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[tuple[str, list[int]]] = []
        self.read: list[int] = []
        events_of = case_events.events_of

        async def tell(carrier: Any, w: Any, order: Any, owner: int, some: Any, kind: str, about: str) -> None:
            self.told.append((kind, [target.number for target in some]))

        async def counted(reading: Any, ids: Sequence[int]) -> Any:
            self.read.append(len(ids))
            return await events_of(reading, ids)

        monkeypatch.setattr(demands, "_tell", tell)
        self._counted = counted

    async def settle(self, bench: Bench) -> None:
        """What follows from decisions; whoever decides may read what they decide about."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(case_events, "events_of", self._counted)
            await bench.street.settle()


async def many(bench: Bench) -> str:
    posts = [bench.post, *[await bench.street.say(bench.meera, f"the gate is open {at}") for at in range(1, MANY)]]
    ref = await bench.order(targets="\n".join(f"http://localhost:8000/@meera/{post}" for post in posts))
    await bench.street.settle()
    return ref


async def refuse(bench: Bench, ref: str, number: int) -> None:
    bench.street.clock.move(1_000)
    await decisions.propose(bench.court, bench.asha, ref, number, **REFUSE)
    await decisions.approve(bench.court, bench.dev, ref, number)


@pytest.mark.parametrize("by", ["one by one", "before anything follows from them", "at one moment"])
async def test_the_last_decision_speaks_for_all_and_alone_reads_them(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, by: str
):
    watched = Watched(monkeypatch)
    ref = await many(bench)
    watched.told.clear()
    if by == "at one moment":
        monkeypatch.setattr(type(bench.street.clock), "move", lambda clock, ms: None)
    for number in (3, 1, 6, 2, 5, 4):
        await refuse(bench, ref, number)
        if by == "one by one":
            await watched.settle(bench)
    await watched.settle(bench)
    assert watched.told == [("demand_refused", [1, 2, 3, 4, 5, 6])]
    assert [size for size in watched.read if size > 1] == [MANY]


async def test_nothing_is_told_while_one_waits(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    watched = Watched(monkeypatch)
    ref = await many(bench)
    watched.told.clear()
    for number in range(1, MANY):
        await refuse(bench, ref, number)
    await bench.street.settle()
    assert watched.told == []
    await bench.withhold(ref, MANY)
    await bench.street.settle()
    assert watched.told == [("demand_refused", [1, 2, 3, 4, 5])]


def give_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address for everybody here, who has no log-in."""
    ear = telling.ear

    async def with_mail(carrier: Any, reading: Any, account: int) -> telling.ToldAccount:
        found = await ear(carrier, reading, account)
        return found._replace(email=f"{found.handle}@example.org")

    monkeypatch.setattr(telling, "ear", with_mail)


def mails_to(bench: Bench, name: str) -> list[str]:
    """The mails to somebody, with their subjects."""
    found = [mail for mail in sent(bench.street.mailbox) if str(mail["to"]).startswith(f"{name}@")]
    return [f"{mail['subject']} {mail.get_content()}" for mail in found]


@pytest.mark.parametrize("secret", [0, 3])
async def test_by_no_reminder_that_is_missing_staff_learn_of_a_secret_order_about_themselves(
    bench: Bench, clock: StillClock, monkeypatch: pytest.MonkeyPatch, secret: int
):
    monkeypatch.setattr(alerts, "MOST_REMINDED", 1)
    give_mail(monkeypatch)
    for _ in range(secret):
        await bench.order(checked=False, targets="@dev", gag_until="2021-06-01")
    ref = await bench.order(checked=False)
    clock.move(DAY)
    await clocks.alert(bench.court)
    await bench.street.settle()
    assert all(f"{ref} ({due})" in "\n".join(mails_to(bench, "dev")) for due in ("पावती देनी है", "कार्रवाई करनी है"))
    assert (ref in "\n".join(mails_to(bench, "owner"))) is not bool(secret)
    # What a server of the version before put into the outbox has no event beside it that writes the letter.
    told = len(mails_to(bench, "dev"))
    async with bench.court.work.writing() as w:
        order = await docket.order(w, ref)
        assert order is not None
        told_before = decode_event(
            "ClockAlert", f'{{"what":"order","of":{order.id},"clock":"act","share":100,"due_at":{clock()}}}'
        )
        assert told_before is not None
        w.tell(told_before)
    await bench.street.settle()
    letters = mails_to(bench, "dev")
    assert len(letters) == told + 1 and ref in letters[-1]


async def test_very_many_orders_in_a_day_fill_nobodys_mailbox_and_are_told_all_the_same(
    bench: Bench, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(demands.telling, "MOST_MAILS", 3)
    monkeypatch.setattr(alerts, "MOST_REMINDED", 1)
    monkeypatch.setattr(MailToFiles, "carries", True)
    give_mail(monkeypatch)
    refs = [await bench.order(checked=False)]
    for _ in range(3):  # the mails are those of a world without them
        await bench.order(checked=False, gag_until="2021-06-01")
    refs.append(await bench.order(checked=False, reasons=""))
    await bench.step(refs[1], "return_order", codes=("no_reasons",), reason="It gives no reasons for what it asks.")
    form = (await replacing.to_take_in(bench.court, bench.clerk, refs[1])).form
    refs.append(await orders.receive(bench.court, bench.clerk, form))
    refs.append(await bench.order(checked=False))
    urgent = await bench.order(
        checked=False, regime="IN-69A-EMERG", role="secretary", officer_rank="Secretary", targets="@dev"
    )
    await bench.street.settle()
    told = mails_to(bench, "meera")
    further = [[said.strip() in one for said in FURTHER.values()].count(True) for one in told]
    assert sorted(further) == [0, 0, 1] and refs[2] in told[further.index(1)], told
    async with bench.court.work.reading() as reading:
        found = [msgspec.json.decode(raw) for raw in await ledger.entries(reading, 0, await ledger.size(reading))]
    ways = [one["public"]["ways"] for one in found if one["t"] == "notice" and one["ref"] in refs]
    assert sorted(ways) == [["post"], *[["post", "mail"]] * 3]
    clock.move(DAY)
    await clocks.alert(bench.court)
    await bench.street.settle()
    reminded = "\n".join(mails_to(bench, "asha"))
    assert refs[0] in reminded and urgent in reminded and refs[1] not in reminded, "what others ask is not drowned"
    clock.move(DAY)
    await bench.order(checked=False)
    await bench.street.settle()
    assert len(mails_to(bench, "meera")) == 4, "another day begins anew"


async def test_whoever_may_act_on_what_comes_in_with_little_time_hears_at_once_what_and_until_when(
    bench: Bench, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    give_mail(monkeypatch)

    async def told(of: str) -> set[str]:
        await bench.street.settle()
        staff = ("clerk", "asha", "dev", "owner", "meera")
        return {one for one in staff if any(of in mail and "कुछ नया आया है" in mail for mail in mails_to(bench, one))}

    first = await bench.order()
    assert await told(f"{first} (कार्रवाई करनी है)") == {"asha", "dev", "owner"}
    assert all("फ़रवरी 2021" in mail for mail in mails_to(bench, "dev") if first in mail), "and until when"
    mine = await orders.receive(bench.court, bench.asha, bench.form(targets="@dev"))
    assert await told(mine) == {"owner"}, "not who took it in, nor whose things alone it names"
    secret = await bench.order(checked=False, targets="@dev", gag_until="2021-06-01")
    assert await told(secret) == {"asha", "owner"}
    monkeypatch.setattr(alerts, "SHORT", HOUR)
    assert await told(await bench.order(checked=False)) == set(), "there is time: they are reminded of it"
    urgent = await bench.order(
        checked=False, regime="IN-69A-EMERG", role="secretary", officer_rank="Secretary", targets="@dev"
    )
    assert await told(urgent) == {"asha", "owner"}
    await bench.withhold(first)
    meera = Viewer(account=bench.meera, country="IN")
    (strike,) = await notices.of_viewer(bench.court, meera)
    await appeals.file(bench.court, meera, strike.ruling.id, "It is about a gate, and harms nobody.")
    assert await told("एक अपील") == {"owner"}, "asha and dev decided it"
    told_of = len(mails_to(bench, "owner"))
    clock.move(200 * DAY)
    assert await publishing.publish_due(bench.court) == 1
    await bench.street.settle()
    assert len(mails_to(bench, "owner")) == told_of, "what is only made public has been here before"
