"""The desk: whose turn an order is, the law that follows from its authority, rows to be confirmed, what is public and what is not."""

import re
from typing import Any

import pytest

from chaupal.governance.cases import decisions, desk
from chaupal.governance.cases.lifecycle import OPEN, State
from chaupal.governance.orders.changes import ChangeForm
from chaupal.governance.orders.procedure import Stage
from chaupal.policy.viewer import Role
from chaupal.reads.court import desk as desk_reads
from chaupal.web.court import filing
from desk import REASON, AtDesk
from surfaces.insiders import protect
from village import Village

DECIDE, LOOK = "Decide 2", "Look at 2 proposals"


async def letter(v: Village, clerk: AtDesk, *targets: str, act: str = "file", **more: Any) -> Any:
    """A letter of the ministry, typed at the desk."""
    await v.receives(v.asha.latest.path)  # so that the ministry is in the register
    page = (await clerk.get("/office/orders/new")).text
    issuer = re.search(r'name="authority" value="(\d+)"', page)
    assert issuer, "the only authority there is is chosen"
    typed: dict[str, Any] = {
        "authority": issuer[1],
        "regime": "IN-69A",
        "role": "designated_officer",
        "officer": "A. Sharma",
        "officer_rank": "Joint Secretary",
        "reference_no": f"16/{v.clock()}",
        "legal_basis": "IT Act 2000, section 69A",
        "bases[]": "public_order",
        "grounds": "public order",
        "dated": "2021-02-10",
        "territory": "IN",
        "targets": "\n".join(targets),
        "act": act,
    }
    return await clerk.send("/office/orders", typed | more)


def test_turns_know_the_states_and_stages_of_the_court():
    assert {*desk_reads.TO_PROPOSE, *desk_reads.TO_APPROVE} <= {*State} and {*OPEN} <= {
        *desk_reads.TO_PROPOSE,
        *desk_reads.TO_APPROVE,
    }
    assert {*desk_reads.BEGUN, *desk_reads.OUTSIDE} <= {*Stage}


async def test_the_queue_says_what_waits_for_me_and_whose_turn_the_rest_is(village: Village):
    v = village
    ref = await v.receives(v.asha.latest.path, v.ravi.latest.path, checked=False)
    clerk, chitra, dev = AtDesk(v, await v.joins("clerk", role=Role.CLERK)), AtDesk(v, v.chitra), AtDesk(v, v.dev)

    async def mine(who: AtDesk) -> str:
        """What waits for them in the queue."""
        page = (await who.get("/office")).text
        return page.partition('id="mine"')[2].partition('id="others"')[0].partition("<details")[0]

    assert "Check it" in await mine(chitra) and "Check it" in await mine(clerk)
    await chitra.send(f"/office/orders/{ref}/step", verb="check")
    assert DECIDE in await mine(chitra) and "waits for a reviewer" in (await clerk.get("/office")).text
    for number in (1, 2):
        await chitra.send(f"/office/orders/{ref}/{number}/propose", outcome="withhold_post", reason=REASON)
    assert await mine(chitra) == "" and "waits for an approver, somebody else" in (await chitra.get("/office")).text
    assert LOOK in await mine(dev)
    for number in (1, 2):
        await dev.send(f"/office/orders/{ref}/{number}/approve")
    shown = (await chitra.get(f"/office/orders/{ref}")).text.partition('id="next"')[2].partition("</section>")[0]
    assert 'value="report_effect"' in shown


async def test_whoever_files_finds_one_main_button_on_the_first_page(village: Village):
    clerk, dev = AtDesk(village, await village.joins("clerk", role=Role.CLERK)), AtDesk(village, village.dev)
    assert (await clerk.get("/office")).text.count('class="button" href="/office/orders/new"') == 1
    assert "/office/orders/new" not in (await dev.get("/office")).text  # an approver takes nothing in


async def test_the_law_follows_from_the_authority_and_its_country(village: Village):
    v = village
    clerk = AtDesk(v, await v.joins("clerk", role=Role.CLERK))
    await v.receives(v.asha.latest.path)
    page = (await clerk.get("/office/orders/new")).text
    offered = re.findall(
        r'<option value="([A-Z0-9-]+)"( selected)?>', page.partition('id="regime"')[2].partition("</select>")[0]
    )
    assert ("IN-69A", " selected") in offered
    assert not [law for law, _ in offered if law.startswith(("EU-", "US-"))]
    assert 'value="IT Act, s. 69A' in page and re.search(r'value="designated_officer" selected', page)


async def test_an_order_has_one_next_step_on_top_and_one_timeline_with_a_mark_a_row(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    page = (await AtDesk(v, v.chitra).get(f"/office/orders/{ref}")).text
    assert page.index('id="next"') < page.index('<dl class="facts">') and page.count('<ol class="tale">') == 1
    rows = page.partition('<ol class="tale">')[2].partition("</ol>")[0].split("<li>")[1:]
    assert len(rows) >= 4 and all(row.count('class="seal"') <= 1 for row in rows)
    assert sum(row.count('class="seal"') for row in rows) >= 4


async def test_an_unknown_target_is_a_row_to_confirm_and_no_refused_form(village: Village):
    v = village
    clerk = AtDesk(v, await v.joins("clerk", role=Role.CLERK))
    asked = await letter(v, clerk, v.asha.latest.path, "http://localhost:8000/@nobody/12345")
    assert asked.status_code == 200 and "1 line names nothing here" in asked.text and 'value="confirm"' in asked.text
    assert "does not exist here" in asked.text and "A. Sharma" in asked.text
    lines = f"{v.asha.latest.path}\nhttp://localhost:8000/@nobody/12345"
    other = await letter(v, clerk, lines, act="confirm", confirmed="something else")
    assert other.status_code == 200 and "1 line names nothing here" in other.text  # what was not shown is not confirmed
    taken = await letter(v, clerk, lines, act="confirm", confirmed="http://localhost:8000/@nobody/12345")
    assert taken.status_code == 303
    page = (await clerk.get(taken.headers["location"])).text
    assert "not found here" in page and page.count('id="target-') == 2


async def test_what_lines_name_is_shown_with_author_and_words_but_not_what_is_for_a_few(village: Village):
    v = village
    clerk = AtDesk(v, await v.joins("clerk", role=Role.CLERK))
    public, private = v.asha.latest, await v.says(v.ravi, "केवल अपनों से: गुप्त-शब्द", visibility=2)
    typed = f"{public.path}\n{private.path}\n@meera"
    shown = (await clerk.send("/office/orders/look", targets=typed)).text
    assert "सरसों" in shown and "@asha" in shown and "@meera" in shown and "<main" not in shown
    assert "गुप्त-शब्द" not in shown and "not for everybody" in shown
    without_script = await letter(v, clerk, typed, act="check")
    assert "सरसों" in without_script.text and "गुप्त-शब्द" not in without_script.text
    member = AtDesk(v, v.meera)
    assert (await member.send("/office/orders/look", targets=typed)).status_code in (403, 404)


async def test_each_field_says_whether_everybody_will_read_it_and_that_is_true(village: Village):
    """The note on how an order was verified stays with the staff, telephone number and all."""
    v = village
    clerk = AtDesk(v, await v.joins("clerk", role=Role.CLERK))
    secret = {
        "officer": "Gopaniya Verma",
        "grounds": "gupt-adhaar",
        "reasons": "gupt-kaaran",
        "origin_note": "Called +91 11 2338 0000",
    }
    shown = {"reference_no": "Sankhya-77", "legal_basis": "Kaanoon-88"}
    taken = await letter(v, clerk, v.asha.latest.path, **secret, **shown)
    ref = taken.headers["location"].rpartition("/")[2]
    await v.settle()
    form = (await clerk.get("/office/orders/new")).text
    for name in (*secret, *shown):
        label = form.partition(f'<label for="{name}">')[2].partition("</label>")[0]
        assert label.endswith("public</span>") == (name in filing.PUBLIC) == (name in shown), (name, label)
    entries = await v.page_as("DE", "/log")
    pages = [await v.page_as("DE", f"/orders/{ref}"), await v.page_as("DE", "/orders/feed.atom"), entries]
    pages += [await v.page_as("DE", f"/log/entries/{n}") for n in set(re.findall(r"/log/entries/(\d+)", entries))]
    for text in shown.values():
        assert text in pages[0]
    for text in secret.values():
        assert not any(text in page for page in pages), text


@pytest.mark.parametrize("name", sorted(filing.PUBLIC))
async def test_every_field_that_is_marked_public_stands_in_the_form(village: Village, name: str):
    await village.receives(village.asha.latest.path)
    page = (await AtDesk(village, await village.joins("clerk", role=Role.CLERK)).get("/office/orders/new")).text
    assert name == "interim_until" or f'name="{name}"' in page or f'name="{name}[]"' in page


async def test_a_change_about_a_protected_speaker_waits_for_a_second_reviewer_as_the_measure_did(village: Village):
    v, court = village, village.running.house.court
    await protect(v, v.meera)
    usha = await v.joins("usha", role=Role.REVIEWER)
    ref = await v.receives(v.meera.latest.path)
    for matter in ("the measure", "its change"):
        if matter == "the measure":
            await decisions.propose(court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
        else:
            await decisions.approve(court, v.dev.viewer, ref, 1)
            form = ChangeForm(kind="amend", reason=REASON, body="house", until="2021-02-20")
            await decisions.propose_change(court, v.chitra.viewer, ref, 1, form)
        order = (await desk.matter(court, usha.viewer, ref)).order
        turn = await desk_reads.turn_of(v.running.house.reads, usha.viewer, order)
        assert (turn.act, turn.mine, turn.many) == ("concur", True, 1), matter
        mine = await desk_reads.turn_of(v.running.house.reads, v.chitra.viewer, order)
        assert mine.act != "concur", "whoever proposed it does not agree to it"
        await decisions.concur(court, usha.viewer, ref, 1)
