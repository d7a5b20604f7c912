"""The order of 4 February 2021 at a real desk: 1,178 targets out as CSV, thought about, in again, and approved by another person.

On the way: rows that are wrong, cases that somebody moves meanwhile, things of the deciders' own. Everything is counted.
"""

import asyncio
import csv
import io
import time
from collections import Counter

import httpx2

from chaupal.governance.appeals import notices
from chaupal.governance.cases import bulk_jobs, decisions
from chaupal.governance.log import log
from chaupal.policy.viewer import Viewer
from chaupal.reads.court import dossier
from chaupal.social.posts import posts
from chaupal.store.identity.facts_cache import rulings_in_force
from desk import AtDesk
from village import Village, Villager

REASON = "The post names a person as armed, which the order shows to be false: it is number {}."
PROTECTED = "It reports what happened in the street; the law protects that, whoever it annoys: number {}."
GROUND = "protected_expression"
FASTEST = 30.0  # seconds of this process, for all of them: what others take of the machine is not its fault
REFUSED_EVERY = 4  # so many are refused


def many_of(v: Village) -> int:
    """All of them; fewer where every statement goes to another process."""
    return 150 if v.running.house.settings.postgres else 1_178


async def written(v: Village, many: int) -> list[str]:
    """Paths of so many posts: the last but one of the reviewer's own, the last of the approver's."""
    square = v.running.house.square
    authors = [v.asha, v.ravi, v.meera]
    whose = [authors[n % 3] for n in range(many - 2)] + [v.chitra, v.dev]
    paths: list[str] = []
    for start in range(0, many, 50):
        some = whose[start : start + 50]
        drafts = [posts.publish(square, who.viewer, posts.Draft(text=f"बात {start + n}")) for n, who in enumerate(some)]
        paths += [f"{who.path}/{id_}" for who, id_ in zip(some, await asyncio.gather(*drafts), strict=True)]
    await v.settle()
    return paths


def table(answer: httpx2.Response) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))]


def file(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


async def send(v: Village, at: AtDesk, path: str, rows: list[dict[str, str]], **fields: str) -> bulk_jobs.Progress:
    """The file at the page; what came of it once it has gone through."""
    await at.get(path)
    sent = await v.client.post(
        f"{path}/file", data={"csrf": at.word, **fields}, files={"csv": ("cases.csv", file(rows))}, headers=at.headers
    )
    assert sent.status_code == 303, sent.text
    while await bulk_jobs.carry_on(v.running.house.court):
        pass
    assert (await at.get(sent.headers["location"])).status_code == 200
    return await bulk_jobs.progress(
        v.running.house.court, at.who.viewer, int(sent.headers["location"].rpartition("/")[2])
    )


def filled(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """What the reviewer made of it: every fourth is refused, each with a reason of its own."""
    for row in rows:
        number = int(row["target"])
        if number % REFUSED_EVERY:
            row |= {"outcome": "withhold_post", "reason": REASON.format(number)}
        else:
            row |= {"outcome": "refuse", "ground": GROUND, "reason": PROTECTED.format(number)}
    return rows


def bad_rows(found: bulk_jobs.Progress) -> dict[int, tuple[str, ...]]:
    return {one.item.number: tuple(one.problem.details) if one.problem else () for one in found.bad}


async def states(v: Village, who: Viewer, ref: str, many: int) -> Counter[str]:
    found = await dossier.matter(v.running.house.reads, who, ref, most=many)
    return Counter(one.state for one in found.dossier.files)


async def test_a_thousand_targets_by_two_people_by_thought_and_not_by_clicking(village: Village):
    v, court = village, village.running.house.court
    many = many_of(v)
    paths = await written(v, many)
    ref = await v.receives(*paths)
    chitra, dev, page = AtDesk(v, v.chitra), AtDesk(v, v.dev), f"/office/orders/{ref}/many"

    # Out, filled in with a handful of slips, and in: nothing is entered, and every slip is named.
    out = await chitra.get(f"{page}.csv?act=propose")
    rows = table(out)
    assert len(rows) == many and not any(row["outcome"] for row in rows)
    rows = filled(rows)
    slips: dict[int, dict[str, str]] = {
        7: {"reason": "no"},
        8: {"ground": ""},
        9: {"outcome": "suspend"},
        10: {"until": "yesterday"},
        11: {"version": ""},
    }
    good = {number: dict(rows[number - 1]) for number in slips}
    for number, slip in slips.items():
        rows[number - 1] |= slip
    own = many - 1  # the reviewer's own post
    found = await send(v, chitra, page, rows, act="propose")
    assert (found.job.state, found.counts) == ("refused", {"wrong": 6})
    assert bad_rows(found) == {7: ("reason",), 8: ("code",), 9: ("outcome",), 10: ("until",), 11: ("version",), own: ()}
    assert "something of your own" in str(next(one.problem for one in found.bad if one.item.number == own))
    assert await states(v, v.dev.viewer, ref, many) == {"received": many}

    # The slips are mended, one's own is left to somebody else; meanwhile the owner has decided about two.
    for number, row in good.items():
        rows[number - 1] = row
    rows[own - 1] |= {"outcome": ""}
    for number in (20, 21):
        await decisions.propose(
            court, v.owner.viewer, ref, number, outcome="withhold_post", reason=REASON.format("another")
        )
    found = await send(v, chitra, page, rows, act="propose")
    assert (found.job.state, found.counts, found.job.untouched) == ("refused", {"moved": 2}, 1)
    began = time.process_time()
    found = await send(v, chitra, page, rows, act="propose", what_can="1")
    proposing = time.process_time() - began
    assert (found.job.state, found.counts) == ("done", {"done": many - 3, "moved": 2})
    assert {one.item.number for one in found.bad if one.moved} == {20, 21}
    assert proposing < FASTEST
    await decisions.propose(court, v.owner.viewer, ref, own, outcome="withhold_post", reason=REASON.format(own))

    # Whoever proposed does not approve; a reviewer is not even asked.
    refused = await v.client.post(
        f"{page}/file",
        data={"csrf": chitra.word, "act": "approve"},
        files={"csv": ("x.csv", out.content)},
        headers=chitra.headers,
    )
    assert refused.status_code == 403

    # The approver reads them in the file, marks what is right, sends two back; one moves while they read.
    rows = table(await dev.get(f"{page}.csv?act=approve"))
    assert len(rows) == many and all(row["proposed_reason"] and not row["do"] for row in rows)
    assert Counter(row["proposed"] for row in rows)["refuse"] == len(
        [n for n in range(1, many + 1) if not n % 4]
    ) - 1 - (own % 4 == 0)
    for row in rows:
        row["do"] = "return" if row["target"] in ("1", "2") else "हाँ"
    await decisions.return_(court, v.owner.viewer, ref, 3, reason="The third one is about somebody else.")
    await decisions.propose(court, v.chitra.viewer, ref, 3, outcome="refuse", code=GROUND, reason=PROTECTED.format(3))
    found = await send(v, dev, page, rows, act="approve")
    assert (found.job.state, found.counts, found.job.untouched) == ("refused", {"moved": 1, "wrong": 1}, 2)
    assert bad_rows(found) == {3: (), many: ()}  # what moved, and the approver's own post
    began = time.process_time()
    found = await send(v, dev, page, rows, act="approve", what_can="1")
    approving = time.process_time() - began
    assert found.counts == {"done": many - 4, "moved": 1, "wrong": 1} and approving < FASTEST
    returned = [row | {"reason": "Which person is meant? The post names two."} for row in rows[:2]]
    for_return = [{"order": ref, **{k: row[k] for k in ("target", "do", "reason", "version")}} for row in returned]
    assert (await send(v, dev, page, for_return, act="return")).counts == {"done": 2}

    # The same file once more does nothing: what was done is known, and the rest has moved.
    again = await send(v, dev, page, rows[3:-1], act="approve")
    assert again.counts == {"already": many - 4}

    # Counted: in force and refused, returned and waiting; one reason, two people and one entry each.
    stand = await states(v, v.dev.viewer, ref, many)
    refused_ones = [n for n in range(4, many) if not n % REFUSED_EVERY and n not in (20, own)]
    assert stand == {
        "in_force": many - 4 - len(refused_ones),
        "refused": len(refused_ones),
        "returned": 2,
        "refusal_proposed": 1,
        "measure_proposed" if many % REFUSED_EVERY else "refusal_proposed": 1 + (0 if many % REFUSED_EVERY else 1),
    }
    async with court.work.reading() as reading:
        assert len(await rulings_in_force(reading)) == stand["in_force"]
    file_of = (await dossier.matter(v.running.house.reads, v.dev.viewer, ref, most=many)).dossier.files
    decided = [one for one in file_of if one.state in ("in_force", "refused")]
    # The owner wrote two alike
    assert len({one.proposal.body.reason for one in decided if one.proposal}) == len(decided) - 1
    assert all(one.proposal and one.proposal.by != one.events[-1].by for one in decided)
    leaves = [event.log_index for one in file_of for event in one.events[1:]]
    assert len(set(leaves)) == len(leaves) and await log.recount(court)
    assert [(await v.look("IN", path)).status_code for path in (paths[4], paths[3], paths[2], paths[-1])] == [
        451,
        200,
        200,
        200,
    ]

    # Everybody whose post it was is told, once for each.
    await v.settle()
    told = sum([await warnings(v, who) for who in (v.asha, v.ravi, v.meera, v.chitra)])
    assert told == stand["in_force"]


async def warnings(v: Village, who: Villager) -> int:
    """How many rulings somebody was told of."""
    mine = await notices.of_viewer(v.running.house.court, who.viewer)
    return sum(any(one.sent_at for one in strike.told) for strike in mine)
