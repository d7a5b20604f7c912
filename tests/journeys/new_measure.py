"""A house that has one more row in its table of measures, walked from the office to the report. Run as a program of its own
(by `test_new_measure`), since a table of measures is read once, at the very beginning.

Usage: new_measure.py DIRECTORY (with a migrated chaupal.db in it).
"""

import asyncio
import importlib.util
import re
import sys
from pathlib import Path

ROW = """
    HUSH = "hush", MeasureRow(
        on=("account",), by=HOUSE, sought=False,
        do="Ask for quiet", done="asked for quiet", told="quiet was asked for", stays="All of it stays.",
        begun={"account": ("Quiet is asked of you{because}.", "{because}आपसे चुप रहने को कहा गया है।")},
        banner=("Quiet since {since}. Reason: {reason}", "{since} से चुप। कारण: {reason}"), dsa=(SHOWN, "CONTENT_DEMOTED"),
    )
"""


def with_the_row() -> None:
    """The table of this process, with the row between `limit` and `freeze`."""
    spec = importlib.util.find_spec("chaupal_audit.law.measures")
    assert spec is not None and spec.origin is not None
    source = (
        Path(spec.origin)
        .read_text()
        .replace('    FREEZE = "freeze", MeasureRow(', f'{ROW}    FREEZE = "freeze", MeasureRow(')
    )
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    exec(compile(source, spec.origin, "exec"), module.__dict__)


def with_the_rule(data: Path) -> None:
    """The operator's files let it be used: what may be done under a law is that law's text, and not the code's."""
    from chaupal.governance.laws.house_rules import SHIPPED
    from chaupal.governance.regimes import SHIPPED as LAWS

    for source, folder in ((SHIPPED / "house_rules.1.toml", "rules"), (next(LAWS.glob("OWN-RULES.*")), "regimes")):
        text = re.sub(r'((?:measures|measures_allowed) = \["warn", )', r'\1"hush", ', source.read_text(), count=1)
        (data / folder).mkdir()
        (data / folder / source.name).write_text(text)


async def walk(data: Path) -> None:
    from chaupal.governance.cases import house
    from chaupal.governance.cases.house import MatterForm
    from chaupal.governance.cases.ladder import Draft
    from chaupal.governance.report import dsa
    from chaupal.kernel.clock import StillClock
    from chaupal.kernel.settings import load_settings
    from chaupal.policy import measures
    from chaupal.policy.measures import Measure
    from disputes import entries, strikes
    from told import ToldLog
    from village import open_village

    hush = Measure("hush")
    assert measures.narrower("limit", hush) and measures.narrower(hush, "freeze")
    settings = load_settings(environ={}, data=str(data), port=8000, rate_limits=False, log_batch_minutes=0)
    async with open_village(settings, StillClock()) as v:
        office = await v.page_as("IN", "/office/sanctions", v.owner)
        assert 'value="hush"' in office and "Ask for quiet" in office
        search = (await v.client.get("/search?q=asha", headers={"cookie": "look_as=IN"})).text
        assert "/@asha" in search
        form = MatterForm(targets="@asha", rule="1@1", source="staff", grounds="बार-बार एक ही बात लिखी गई है।")
        ref, alone = await house.sanction(
            v.running.house.court, v.owner.viewer, form, Draft(outcome="hush", reason="एक ही बात बार-बार लिखी गई है।")
        )
        await v.settle()
        assert alone and ref
        [strike] = await strikes(v, v.asha)
        assert (strike["measure"], strike["action"]) == ("hush", "none")
        for language, told in (("hi", "आपसे चुप रहने को कहा गया है।"), ("en", "Quiet is asked of you")):
            headers = {"cookie": f"chaupal={v.asha.cookie}; language={language}; look_as=IN"}
            page = (await v.client.get(f"/disputes/strikes/{strike['id']}", headers=headers)).text
            assert "uiet was asked for" in page and "All of it stays." in page, language
            letters = (await v.client.get("/notifications", headers=headers)).text
            assert told in letters or language == "en", letters
        [entry] = await entries(v, "measure")
        assert entry["public"]["measure"] == "hush"
        search = (await v.client.get("/search?q=asha", headers={"cookie": "look_as=IN"})).text
        assert "/@asha" not in search
        report = await v.client.get("/transparency", headers={"cookie": "language=en"})
        assert report.status_code == 200
    story = ToldLog()
    story.sanction("O-1", "hush", kind="account", territory=["XX"])
    [measure] = story.fold.facts.measures
    assert dsa.is_statement(measure)
    assert dsa.statement(measure, "https://x.example", {})["decision_visibility"] == [
        "DECISION_VISIBILITY_CONTENT_DEMOTED"
    ]


if __name__ == "__main__":
    with_the_row()
    home = Path(__file__).parents[2]
    sys.path[:0] = [str(home / "tests"), str(home / "verifier" / "tests")]
    with_the_rule(Path(sys.argv[1]))
    asyncio.run(walk(Path(sys.argv[1])))
