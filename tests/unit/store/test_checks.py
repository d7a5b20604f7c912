"""Whether a store is whole: no fault is found where there is none."""

from pathlib import Path

import pytest
from sqlalchemy import delete, insert, text, update

from chaupal.governance.log import batches, log
from chaupal.kernel.clock import StillClock
from chaupal.store.court import ledger
from chaupal.store.machine import checks
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.migrate import migrate, sqlite_url
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.machine.work_sqlite import SqliteWork
from chaupal.store.square import finding
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import poll_votes, polls_open, post_links, posts
from chaupal_audit import tlog
from neighbours import Street
from village import Village


async def test_words_that_somebody_else_has_indexed_are_no_fault(tmp_path: Path, clock: StillClock):
    """SQLite would find one, by what a connection remembers of the index (see `checks.PAGES`)."""
    path = tmp_path / "chaupal.db"
    await migrate(sqlite_url(path))
    looking, serving = SqliteWork(path, clock, beside=True), SqliteWork(path, clock)
    for work in (looking, serving):
        await work.open()
    try:
        for post in range(1, 40):
            async with serving.writing() as w:
                await finding.index(w, post, [f"शब्द{post}", "गेट"])
            async with looking.scanning() as reading:
                assert await checks.integrity(reading) == []
    finally:
        for work in (looking, serving):
            await work.close()


async def test_a_log_that_grows_while_it_is_checked_is_no_fault(street: Street, monkeypatch: pytest.MonkeyPatch):
    """Beside a busy server, SQLite's too: an entry comes between any two statements of those who look."""
    court = street.carrier.court
    count, last, grown = ledger.count, ledger.last_checkpoint, list[int]()

    async def grow() -> None:
        async with court.work.writing() as w:
            entry = tlog.leaf("account", f"{len(grown)}", "2021-02-10T15:00Z", {}).entry
            grown.extend(await batches.append(court, w, [("account", entry)]))

    async def counted(reading: Reading) -> int:
        await grow()
        return await count(reading)

    async def found(reading: Reading) -> ledger.KeptCheckpoint | None:
        if not isinstance(reading, Writing):
            await grow()
        return await last(reading)

    await grow()
    await batches.newest(court)
    monkeypatch.setattr(ledger, "count", counted)
    monkeypatch.setattr(ledger, "last_checkpoint", found)
    await log.check_log(court)
    assert len(grown) > 2


async def lived_in(v: Village) -> None:
    """A square in which everything that is counted has happened, and has been taken back once."""
    said = v.asha.latest.id
    poll = {"options": ["चाय", "कॉफ़ी"], "expires_in": 3600, "multiple": True}
    asked = (await v.api(v.asha, "POST", "/api/v1/statuses", status="क्या पिएँगे?", poll=poll)).json()["id"]
    for who, choices in ((v.ravi, [0, 1]), (v.meera, [1])):
        await v.api(who, "POST", f"/api/v1/polls/{asked}/votes", choices=choices)
    for who in (v.ravi, v.meera):
        answer = (await v.api(who, "POST", "/api/v1/statuses", status="हाँ", in_reply_to_id=str(said))).json()["id"]
        quote = (await v.api(who, "POST", "/api/v1/statuses", status="देखिए", quoted_status_id=str(said))).json()["id"]
        for path in ("reblog", "favourite"):
            await v.api(who, "POST", f"/api/v1/statuses/{said}/{path}")
        await v.api(who, "POST", f"/api/v1/accounts/{v.karl.id}/follow")
    await v.api(v.meera, "DELETE", f"/api/v1/statuses/{answer}")
    await v.api(v.asha, "POST", f"/api/v1/statuses/{said}/quotes/{quote}/revoke")
    for path in ("unreblog", "unfavourite"):
        await v.api(v.meera, "POST", f"/api/v1/statuses/{said}/{path}")
    await v.api(v.meera, "POST", f"/api/v1/accounts/{v.karl.id}/unfollow")
    await v.settle()


async def faults(v: Village) -> list[str]:
    async with v.running.house.square.work.scanning() as reading:
        return await checks.integrity(reading)


async def test_a_square_in_which_people_came_and_went_has_no_fault(village: Village):
    await lived_in(village)
    assert await faults(village) == []


_first = posts.c.id == text("(SELECT min(id) FROM posts)")
_quote = posts.c.quote_state == text("'accepted'")
WRONG = {
    "count of reposts": update(posts).where(_first).values(boosts_count=posts.c.boosts_count + 1),
    "count of answers": update(posts).where(_first).values(replies_count=posts.c.replies_count + 1),
    "count of quotes": update(posts).where(_first).values(quotes_count=posts.c.quotes_count + 1),
    "count of people it follows": update(accounts).values(following_count=accounts.c.following_count + 1),
    "poll whose counts": delete(poll_votes).where(poll_votes.c.choice == text("0")),
    "vote in a poll that is gone": insert(poll_votes).values(post_id=text("1"), account_id=text("1"), choice=text("0")),
    "poll to be closed that is gone": insert(polls_open).values(post_id=text("1"), ends_at=text("1")),
    "quote that stands, of a post": update(posts).where(_quote).values(quote_of=text("1")),
    "link to be followed": insert(post_links).values(post_id=text("1"), url=text("'https://x.example/'")),
}


@pytest.mark.parametrize("what", WRONG)
async def test_each_count_that_drifted_is_found(village: Village, what: str):
    v = village
    await lived_in(v)
    async with v.running.house.square.work.writing() as w:
        await w.run(statement(WRONG[what]))
    assert any(what in fault for fault in await faults(v)), await faults(v)
