"""A house that has one more act of the court, walked by every way in. Run as a program of its own (by `test_new_act`), since
the tables are read once, at the very beginning.

Usage: new_act.py DIRECTORY (with a migrated chaupal.db in it).
"""

import asyncio
import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What it truly does: a move, and a function.
MOVE = """
    *_each((State.IN_FORCE,), "affirm", State.IN_FORCE, "decide", ("reason", "leaf"), "sanction"),
"""
RUN = """
async def _affirm(court, w, viewer, case, reason):
    from chaupal.store.court.case_events import CaseEventBody

    taken = await cases.take(court, w, viewer, case, "affirm")
    await cases.enter(court, w, case, taken, CaseEventBody(reason=reason), case.events[-1].log_index)
    return taken.move.to


"""
ROW = """
    Act(
        name="affirm", verbs=("affirm",), run=_affirm, fields=(_reason("Why it is right."),), do="Affirm it", told="affirmed",
        help="Say that what is in force is right.",
    ),
"""


def put(module: str, *more: tuple[str, str]) -> None:
    """The module with something written before each of those lines."""
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.origin is not None
    source = Path(spec.origin).read_text()
    for before, text in more:
        assert source.count(before) == 1, before
        source = source.replace(before, text + before)
    made = sys.modules[module] = importlib.util.module_from_spec(spec)
    exec(compile(source, spec.origin, "exec"), made.__dict__)


async def walk(data: Path) -> None:
    from tools.make_api import draw

    from chaupal.governance.cases import bulk_jobs, cases
    from chaupal.kernel.clock import StillClock
    from chaupal.kernel.settings import load_settings
    from chaupal.policy.viewer import Role
    from desk import AtDesk
    from surfaces.insiders import as_app, at_prompt
    from village import REASON, open_village

    settings = load_settings(environ={}, data=str(data), port=8000, rate_limits=False, log_batch_minutes=0)
    async with open_village(settings, StillClock()) as v:
        court = v.running.house.court
        ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
        page, path = f"/office/orders/{ref}/1", f"/api/v1/admin/orders/{ref}/targets/1"

        async def number() -> int:
            async with court.work.reading() as reading:
                case = await cases.case_of(court, reading, ref, 1)
            assert case.state == "in_force"
            return case.number

        first = await number()
        # The office offers it to those whom the table lets, and takes it.
        chitra = AtDesk(v, v.chitra)
        shown = (await chitra.get(page)).text
        assert f'action="{page}/affirm"' in shown and "Affirm it" in shown and "Why it is right." in shown
        assert (await chitra.send(f"{page}/affirm", reason=REASON, seen=first)).status_code == 303
        # The API: described, guarded by the same table, and done.
        described = (await v.client.get("/openapi.json")).json()["paths"]
        told = described["/api/v1/admin/orders/{ref}/targets/{number}/affirm"]["post"]
        assert told["summary"] == "Say that what is in force is right."
        done = await as_app(v, v.dev, "POST", f"{path}/affirm", reason=REASON)
        assert done.status_code == 200 and done.json()["events"][-1]["reason"] == REASON, done.text
        assert "affirm" in done.json()["verbs"]
        for role in (Role.CLERK, Role.MODERATOR):
            other = await v.joins(f"a_{role}", role=role)
            assert (await as_app(v, other, "POST", f"{path}/affirm", reason=REASON)).status_code == 403
            assert "/affirm" not in (await AtDesk(v, other).get(page)).text
        # The command.
        assert (
            await at_prompt(v, "order", "affirm", ref, "1", "--reason", REASON, "--as", "chitra")
        ).stdout == "affirmed\n"
        refused = await at_prompt(v, "order", "affirm", ref, "1", "--reason", REASON, "--as", "ravi")
        assert refused.returncode == 1
        # Many at once, in a file too.
        rows = [{"number": 1, "seen": first + 3, "reason": REASON}]
        sent = await as_app(v, v.chitra, "POST", f"/api/v1/admin/orders/{ref}/bulk", verb="affirm", rows=rows)
        assert sent.status_code == 202, sent.text
        while await bulk_jobs.carry_on(court):
            pass
        assert (await as_app(v, v.chitra, "GET", sent.json()["url"].partition("8000")[2])).json()["counts"] == {
            "done": 1
        }
        file = await as_app(v, v.chitra, "GET", f"/api/v1/admin/orders/{ref}/targets.csv", verb="affirm")
        assert "reason" in file.text and ref in file.text
        assert "Affirm it" in (await chitra.get(f"/office/orders/{ref}/many")).text
        assert await number() == first + 4
    assert "/targets/{number}/affirm` | `admin:write:orders`, office | Say that what is in force is right." in draw()


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools"), str(ROOT)]
    put("chaupal.governance.cases.lifecycle", ('    *_each(OPEN, "leave"', MOVE))
    put("chaupal.governance.cases.acts", ("ROWS: tuple[Act, ...] = (", RUN), ('    Act(\n        name="tell"', ROW))
    asyncio.run(walk(Path(sys.argv[1])))
