"""Changes of many things at once, by a file, on the page, over the API and on the command line: checked whole, decided by two."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from chaupal.governance.appeals import appeals
from chaupal.governance.cases import bulk_jobs, decisions
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.orders import csv_files
from chaupal.governance.people import role_grants
from chaupal.kernel.clock import iso
from chaupal.policy.viewer import Role
from chaupal.reads.court import dossier
from desk import AtDesk
from surfaces.insiders import as_app, at_prompt, binding, count, hire
from village import REASON, Village, Villager

ENDS, LATER = "2021-02-15T00:00:00Z", "2021-02-25T00:00:00Z"
FORM = {"reason": REASON, "body": "court", "until": LATER}
FILE, MARKS, ROWS, PROMPT = "file on the page", "marks on the page", "rows over the API", "file on the command line"
WAYS = (FILE, MARKS, ROWS, PROMPT)
OWN = 4


class Outcome:
    """What came of a call: how many rows of each word, and the number of each bad row with its faults."""

    def __init__(self, counts: dict[str, int], bad: dict[int, str]) -> None:
        self.counts, self.bad = counts, bad


async def scene(v: Village) -> str:
    """Four posts withheld until the same day, the last one the insider's own, who is made reviewer after that."""
    mine, court = await v.joins("mine"), v.running.house.court
    for who in (v.asha, v.ravi, v.meera, mine):
        await v.says(who, "Something about the village.")
    ref = await v.receives(*(who.latest.path for who in (v.asha, v.ravi, v.meera, mine)), ends_at=ENDS)
    for number in range(1, 5):
        await decisions.propose(court, v.chitra.viewer, ref, number, outcome="withhold_post", reason=REASON)
        await decisions.approve(court, v.dev.viewer, ref, number)
    await role_grants.grant(court, v.owner.viewer, mine.id, Role.REVIEWER)
    await v.settle()
    return ref


async def send(
    v: Village, way: str, who: Villager, ref: str, act: str, rows: list[dict[str, Any]], tmp_path: Path
) -> Outcome:
    """The rows (number, seen and words) sent by one of the ways; done as far as it is going to be."""
    if way == MARKS:
        return await _marked(v, who, ref, act, rows)
    if way == ROWS:
        answer = await as_app(v, who, "POST", f"/api/v1/admin/orders/{ref}/bulk", verb=act, rows=rows)
        assert answer.status_code == 202, answer.text
        return await _carried_on(v, who, int(answer.json()["id"]))
    written = _file(ref, act, rows)
    if way == FILE:
        desk = AtDesk(v, who)
        await desk.get(f"/office/orders/{ref}/many?act={act}")
        answer = await v.client.post(
            f"/office/orders/{ref}/many/file",
            data={"csrf": desk.word, "act": act},
            files={"csv": ("x.csv", written)},
            headers=desk.headers,
        )
        assert answer.status_code == 303, answer.text
        sent = await _carried_on(v, who, int(answer.headers["location"].rpartition("/")[2]))
        page = (await desk.get(answer.headers["location"])).text
        assert all(f"{number}" in page for number in sent.bad)
        return sent
    path = tmp_path / f"{act}.csv"
    path.write_bytes(written)
    done = await at_prompt(v, "order", act, str(path), "--as", who.handle)
    said = done.stdout.splitlines()[-1] if done.stdout else ""
    counts = {word: int(many) for many, word in (one.split() for one in said.split(", ") if one)}
    lines = [line for line in done.stderr.splitlines() if line.startswith("line ")]
    bad = {rows[int(line.split()[1].strip(",:")) - 2]["number"]: line for line in lines}
    assert (done.returncode == 0) == (not bad), done
    return Outcome(counts, bad)


def _file(ref: str, act: str, rows: list[dict[str, Any]]) -> bytes:
    names = ("kind", "body", "reason", "until", "territory") if act == "change" else ("do",)
    called = {"kind": "change"}
    head = ["order", "target", *(called.get(name, name) for name in names), "version"]
    said = ([str(row.get(name, "yes" if name == "do" else "")) for name in names] for row in rows)
    cells = ([ref, str(row["number"]), *words, str(row["seen"])] for row, words in zip(rows, said, strict=True))
    return csv_files.written([head, *cells])


async def _marked(v: Village, who: Villager, ref: str, act: str, rows: list[dict[str, Any]]) -> Outcome:
    form: dict[str, Any] = {"act": act}
    for at, row in enumerate(rows):
        form |= {f"items[{at}][at]": f"{row['number']}:{row['seen']}", f"items[{at}][take]": "1"}
        form |= {
            f"items[{at}][{name}]": said
            for name, said in row.items()
            if name in ("kind", "body", "reason", "until", "territory")
        }
    page = await AtDesk(v, who).send(f"/office/orders/{ref}/many", form)
    became = page.text.partition("data-became")[2].partition("</section>")[0]
    bad = {
        int(line.partition(".")[0]): line
        for line in became.split("<p>")[1:]
        if 'class="error"' in line.partition("</p>")[0]
    }
    return Outcome({"done": became.count("mark good")}, bad)


async def _carried_on(v: Village, who: Villager, id_: int) -> Outcome:
    while await bulk_jobs.carry_on(v.running.house.court):
        pass
    found = await bulk_jobs.progress(v.running.house.court, who.viewer, id_)
    return Outcome(found.counts, {one.item.number: str(one.problem) for one in found.bad})


async def stand(v: Village, ref: str) -> list[tuple[str, str]]:
    """State and end of each target."""
    found = await dossier.matter(v.running.house.reads, v.dev.viewer, ref)
    return [(f.state, iso(f.ruling.ends_at)[:10] if f.ruling and f.ruling.ends_at else "") for f in found.dossier.files]


@pytest.mark.parametrize("way", WAYS)
async def test_many_are_extended_by_two_people_checked_whole_before_anything_is_entered(
    village: Village, way: str, tmp_path: Path
):
    v, ref = village, await scene(village)
    before, standing = await count(v), await stand(v, ref)
    mine = v.cast["mine"]
    good = [{"number": n, "seen": 3, "kind": "extend", **FORM} for n in (1, 2, 3)]
    slips: list[dict[str, Any]] = [
        good[0],
        good[1] | {"until": "2021-02-01"},
        good[2] | {"kind": "renew", "body": ""},
        good[0] | {"number": OWN},
    ]
    sent = await send(v, way, mine, ref, "change", slips if way != MARKS else slips[1:], tmp_path)
    assert set(sent.bad) == {2, 3, OWN} and "your own" in sent.bad[OWN], sent.bad
    assert (await count(v), await stand(v, ref)) == (before, standing)

    stale = [good[0] | {"seen": 2}]
    assert set((await send(v, way, mine, ref, "change", stale, tmp_path)).bad) == {1}, "it was not looked at as it is"
    sent = await send(v, way, mine, ref, "change", good, tmp_path)
    assert (sent.counts, sent.bad) == ({"done": 3}, {})
    assert await stand(v, ref) == [(State.CHANGE_PROPOSED, "2021-02-15")] * 3 + standing[3:]
    if way != MARKS:
        assert (await send(v, way, mine, ref, "change", good, tmp_path)).counts == {"already": 3}
    marks = [{"number": n, "seen": 4} for n in (1, 2, 3)]
    sent = await send(v, way, v.dev, ref, "approve", marks, tmp_path)
    assert sent.counts == {"done": 3}
    assert await stand(v, ref) == [(State.IN_FORCE, "2021-02-25")] * 3 + standing[3:]
    assert (await count(v))["steps"] - before["steps"] == 3


async def test_a_role_that_changes_nothing_is_not_even_asked(village: Village, tmp_path: Path):
    v, ref = village, await scene(village)
    clerk, before = await hire(v, "kamal", Role.CLERK), await count(v)
    rows = [{"number": 1, "seen": 3, "kind": "extend", **FORM}]
    sent = await as_app(v, clerk, "POST", f"/api/v1/admin/orders/{ref}/bulk", verb="change", rows=rows)
    assert sent.status_code == 403
    page = await AtDesk(v, clerk).send(
        f"/office/orders/{ref}/many", {"act": "change", "items[0][at]": "1:3", "items[0][take]": "1"}
    )
    assert page.status_code == 403
    path = tmp_path / "x.csv"
    path.write_bytes(_file(ref, "change", rows))
    assert (await at_prompt(v, "order", "change", str(path), "--as", "kamal")).returncode == 1
    assert await count(v) == before


async def test_what_is_said_once_for_all_on_the_page_is_proposed_about_each_that_is_marked(village: Village):
    v, ref = village, await scene(village)
    desk = AtDesk(v, v.chitra)
    page = (await desk.get(f"/office/orders/{ref}/many?act=change&mark=page")).text
    assert (
        page.count('[take]" value="1" checked') == 4 and 'name="all_until"' in page and 'name="items[0][until]"' in page
    )
    form = {
        "act": "change",
        "all_kind": "extend",
        "all_body": "court",
        "all_until": "2021-02-25T05:30",
        "all_reason": REASON,
    }
    form |= {f"items[{at}][{name}]": said for at in (0, 1) for name, said in (("at", f"{at + 1}:3"), ("take", "1"))}
    form["items[1][kind]"], form["items[1][until]"] = "amend", "2021-02-12T05:30"
    assert (await desk.send(f"/office/orders/{ref}/many", form)).status_code == 200
    approving = await AtDesk(v, v.dev).get(f"/office/orders/{ref}/many?act=approve")
    assert "It lasts longer" in approving.text and "It is made less" in approving.text
    for number in (1, 2):
        await decisions.approve(v.running.house.court, v.dev.viewer, ref, number)
    assert [ends for _, ends in await stand(v, ref)] == ["2021-02-25", "2021-02-12", "2021-02-15", "2021-02-15"]


async def test_the_file_shows_an_approver_what_change_is_proposed(village: Village):
    v, ref = village, await scene(village)
    rows = [{"number": 1, "seen": 3, "kind": "extend", **FORM}]
    await as_app(v, v.chitra, "POST", f"/api/v1/admin/orders/{ref}/bulk", verb="change", rows=rows)
    while await bulk_jobs.carry_on(v.running.house.court):
        pass
    out = await as_app(v, v.dev, "GET", f"/api/v1/admin/orders/{ref}/targets.csv", verb="approve")
    (row,) = csv.DictReader(io.StringIO(out.content.decode("utf-8-sig"), newline=""))
    assert (
        row["proposed_change"],
        row["proposed_body"],
        row["proposed_until"],
        row["proposed_reason"],
        row["proposed_by"],
    ) == ("extend", "court", LATER.replace("Z", ".000Z"), REASON, "chitra")


@pytest.mark.parametrize("way", [FILE, ROWS, PROMPT])
async def test_appeals_in_bulk_narrow_an_account_to_posts_of_it(village: Village, way: str, tmp_path: Path):
    v, court = village, village.running.house.court
    await v.withhold_account(v.meera, by=v.chitra, second=v.dev)
    other, judge = await v.says(v.meera, "It rains in Punjab."), await hire(v, "usha", Role.REVIEWER)
    (row,) = await binding(v, v.meera)
    filed = await appeals.file(court, v.meera.viewer, row.id, "Only one of my posts speaks of the gate.")
    post = v.meera.said[0]
    rows = [
        {
            "number": filed.id,
            "seen": 0,
            "outcome": "modified",
            "reason": REASON,
            "measure": "withhold_post",
            "parts": [post.id],
        }
    ]
    bad = [rows[0] | {"parts": [v.asha.latest.id]}]
    for sent, done in ((bad, False), (rows, True)):
        if way == ROWS:
            answer = await as_app(v, judge, "POST", "/api/v1/admin/appeals/bulk", rows=sent)
            assert (await _carried_on(v, judge, int(answer.json()["id"]))).counts == {"done" if done else "wrong": 1}
        else:
            desk = AtDesk(v, judge)
            out = await desk.get("/office/appeals.csv")
            (line,) = csv.DictReader(io.StringIO(out.content.decode("utf-8-sig"), newline=""))
            part = sent[0]["parts"][0]
            line |= {"outcome": "modified", "reason": REASON, "narrower": "withhold_post", "parts": str(part)}
            written = csv_files.written([[*line], [*line.values()]])
            if way == PROMPT:
                path = tmp_path / "appeals.csv"
                path.write_bytes(written)
                assert (await at_prompt(v, "order", "appeal", str(path), "--as", "usha")).returncode == (
                    0 if done else 1
                )
            else:
                answer = await v.client.post(
                    "/office/appeals/many/file",
                    data={"csrf": desk.word or await _word(desk), "act": "appeal"},
                    files={"csv": ("x.csv", written)},
                    headers=desk.headers,
                )
                job = int(answer.headers["location"].rpartition("/")[2])
                assert (await _carried_on(v, judge, job)).counts == {"done" if done else "wrong": 1}
        held = {one.subject_id for one in await binding(v, v.meera)}
        assert held == ({post.id} if done else {v.meera.id})
    assert other.id not in held


async def _word(desk: AtDesk) -> str:
    await desk.get("/settings")
    return desk.word
