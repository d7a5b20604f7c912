"""Many things of one order in one form: each is decided by itself, and what cannot be done leaves the others as they are."""

import regex

from chaupal.governance import desk, log
from desk import REASON, AtDesk
from village import Village

GROUND = "protected_expression"


async def order_of(village: Village, many: int) -> tuple[str, list[str]]:
    said = [(await village.says(village.asha, f"बात {n}")).path for n in range(many)]
    return await village.receives(*said), said


def items(*rows: tuple[int, int, str, str], code: str = "", take: bool = True) -> dict[str, str]:
    """Rows of (number, seen, outcome, reason) as the form sends them."""
    fields: dict[str, str] = {}
    for at, (number, seen, outcome, reason) in enumerate(rows):
        fields |= {
            f"items[{at}][at]": f"{number}:{seen}",
            f"items[{at}][outcome]": outcome,
            f"items[{at}][reason]": reason,
        }
        fields |= {f"items[{at}][code]": code} if outcome == "refuse" else {}
        fields |= {f"items[{at}][take]": "1"} if take else {}
    return fields


async def test_each_is_decided_by_itself(village: Village):
    v = village
    ref, said = await order_of(v, 4)
    page, chitra, dev = f"/office/orders/{ref}/many", AtDesk(v, v.chitra), AtDesk(v, v.dev)
    rows = items(
        (1, 1, "withhold_post", REASON),
        (2, 1, "refuse", f"{REASON} It reports."),
        (3, 1, "withhold_post", "no"),
        code=GROUND,
    )
    sent = await chitra.send(page, rows, act="propose")
    assert sent.status_code == 200
    became = regex.findall(r"<li>(\d)\. <span class=\"(mark good|error)\"", sent.text)
    assert became == [("1", "mark good"), ("2", "mark good"), ("3", "error")]
    assert "say why in a whole sentence" in sent.text
    found = await desk.matter(v.running.house.court, v.dev.viewer, ref)
    reasons = {number: event.body.reason for number, event in found.moves}
    assert reasons == {1: REASON, 2: f"{REASON} It reports."}
    leaves = [event.log_index for _, event in found.moves]
    assert len(set(leaves)) == 2 and await log.recount(v.running.house.court)
    approved = await dev.send(page, items((1, 2, "", ""), (2, 1, "", "")), act="approve")
    became = regex.findall(r"<li>(\d)\. <span class=\"(mark good|error)\"", approved.text)
    assert became == [("1", "mark good"), ("2", "error")]  # the second was looked at before it was proposed
    assert (await dev.send(page, items((2, 2, "", "")), act="approve")).status_code == 200
    assert [(await v.look("IN", path)).status_code for path in said] == [451, 200, 200, 200]


async def test_ones_own_proposals_are_not_approved_in_bulk_either(village: Village):
    v = village
    ref, said = await order_of(v, 2)
    dev = AtDesk(v, v.dev)
    await dev.send(f"/office/orders/{ref}/many", items((1, 1, "withhold_post", REASON)), act="propose")
    sent = await dev.send(f"/office/orders/{ref}/many", items((1, 2, "", "")), act="approve")
    assert sent.status_code == 422 and "a second person must decide" in sent.text
    assert (await v.look("IN", said[0])).status_code == 200


async def test_a_template_is_filled_in_for_each_thing(village: Village):
    v = village
    ref, _ = await order_of(v, 2)
    at = AtDesk(v, v.chitra)
    await at.send("/office/templates", name="armed", text="Number {number} of {ref}, by {handle}: it names somebody.")
    id_ = (await at.get("/office/templates")).text.partition("/office/templates/")[2].partition("/drop")[0]
    page = (await at.get(f"/office/orders/{ref}/many?template={id_}&outcome=refuse&code={GROUND}")).text
    assert f"Number 1 of {ref}, by asha: it names somebody." in page
    assert f"Number 2 of {ref}, by asha: it names somebody." in page
    assert page.count('<option value="refuse" selected>') == 3  # of the filter, and of each thing


async def test_nothing_chosen_and_nonsense_are_said(village: Village):
    v = village
    ref, _ = await order_of(v, 2)
    at, page = AtDesk(v, v.chitra), f"/office/orders/{ref}/many"
    none = await at.send(page, items((1, 1, "withhold_post", "kept as typed"), take=False), act="propose")
    assert none.status_code == 422 and "choose at least one" in none.text and "kept as typed" in none.text
    assert (await at.send(page, {"items[0][at]": "x", "items[0][take]": "1"}, act="propose")).status_code == 422
    assert (await at.send(page, items((1, 1, "withhold_post", REASON)), act="dance")).status_code == 404
    gone = await at.send(page, items((99, 1, "withhold_post", REASON)), act="propose")
    assert gone.status_code == 422
