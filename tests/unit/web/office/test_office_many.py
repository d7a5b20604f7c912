"""Many things of one order in one form: each is decided by itself, and what cannot be done leaves the others as they are."""

import csv
import io
from collections import Counter

import httpx2
import regex

from chaupal.governance.cases import bulk_jobs, desk, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.log import log
from chaupal.http import bodies
from chaupal.kernel.clock import DAY
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Role
from chaupal.web.office import many
from desk import REASON, AtDesk
from mails import mails_of
from village import Village

GROUND = "protected_expression"
GROUPS = regex.compile(r'group=([0-9a-f]{12})"[^>]*><b>(\d+)</b>')


def groups_of(page: str) -> dict[str, str]:
    """How many things are in a group -> the group's key."""
    return {many: key for key, many in GROUPS.findall(page)}


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
    approved = await dev.send(page, items((1, 2, "", ""), (2, 1, "", ""), (4, 1, "", "")), act="approve")
    became = regex.findall(r"<li>(\d)\. <span class=\"(mark good|error)\"", approved.text)
    assert became == [("1", "mark good"), ("2", "error"), ("4", "error")]
    # The second was looked at before it was proposed.
    assert (
        '<p>2. <span class="error">This case has moved meanwhile; please look at it again · @chitra<' in approved.text
    )
    assert (await dev.send(page, items((2, 2, "", "")), act="approve")).status_code == 200
    assert [(await v.look("IN", path)).status_code for path in said] == [451, 200, 200, 200]


async def test_only_acts_that_something_waits_for_are_offered_with_how_many(village: Village):
    ref, _ = await order_of(village, 2)
    at = AtDesk(village, village.chitra)
    page = f"/office/orders/{ref}/many"
    chips = regex.compile(r'many\?act=(\w+)"[^>]*>[^<]*<b>(\d+)</b>')
    assert chips.findall((await at.get(page)).text) == [("propose", "2")]
    await at.send(page, items((1, 1, "withhold_post", REASON)), act="propose")
    assert ("propose", "1") in chips.findall((await at.get(page)).text)


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
    await at.send(
        "/office/templates", name="armed", text="Number {number} of {ref}, by {handle}, under {law}: it names somebody."
    )
    id_ = (await at.get("/office/templates")).text.partition("/office/templates/")[2].partition("/drop")[0]
    page = (await at.get(f"/office/orders/{ref}/many?template={id_}&outcome=refuse&code={GROUND}")).text
    for number in (1, 2):
        assert f"Number {number} of {ref}, by asha, under IT Act, s. 69A: it names somebody." in page
    assert page.count('<option value="refuse" selected>') == 2  # of each thing


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


async def test_approve_is_offered_to_those_alone_whom_the_table_lets(village: Village):
    v = village
    ref, _ = await order_of(v, 2)
    page = f"/office/orders/{ref}/many?act=approve"
    reviewer, approver = await AtDesk(v, v.chitra).get(page), await AtDesk(v, v.dev).get(page)
    assert v.chitra.viewer.role is Role.REVIEWER and v.dev.viewer.role is Role.APPROVER
    assert "act=approve" not in reviewer.text and 'value="approve"' not in reviewer.text
    assert "act=approve" in approver.text and 'aria-current="page">Approve' in approver.text
    order = f"/office/orders/{ref}"
    assert "Approve many" not in (await AtDesk(v, v.chitra).get(order)).text
    assert "Approve many" in (await AtDesk(v, v.dev).get(order)).text
    sent = await AtDesk(v, v.chitra).send(f"{order}/many", items((1, 1, "", "")), act="approve")
    assert sent.status_code == 403


async def test_nothing_is_chosen_for_anybody_until_they_ask(village: Village):
    v = village
    ref, _ = await order_of(v, 3)
    at, page = AtDesk(v, v.chitra), f"/office/orders/{ref}/many"
    chosen = r"<(?:input type=\"checkbox\" name=\"items|option)[^>]* (?:checked|selected)>"
    assert not regex.findall(chosen, (await at.get(page)).text)
    for mark, how_many in (("page", 3), ("kind:post", 3), ("kind:account", 0), ("plain", 3), ("class:journalist", 0)):
        assert len(regex.findall(chosen, (await at.get(f"{page}?mark={mark}")).text)) == how_many, mark


async def test_what_is_ones_own_is_marked_in_words(village: Village):
    v = village
    mine, other = await v.says(v.chitra, "मेरी अपनी बात"), await v.says(v.asha, "किसी और की बात")
    page = f"/office/orders/{await v.receives(mine.path, other.path)}/many"
    english = (await AtDesk(v, v.chitra).get(page)).text
    assert english.count("This is about something of your own; somebody else must act") == 1
    assert "about_yours" not in english


async def test_the_evidence_stands_on_the_page(village: Village):
    v = village
    said = await v.says(v.asha, "ट्रैक्टर रैली शांति से निकली")
    ref = await v.receives(said.path, "@ravi")
    v.clock.move(60_000)
    from chaupal.social.posts import editing
    from chaupal.social.posts.editing import Edit

    await editing.edit(v.running.house.square, v.asha.viewer, said.id, Edit(text="ट्रैक्टर रैली बहुत शांति से निकली"))
    page = (await AtDesk(v, v.chitra).get(f"/office/orders/{ref}/many")).text
    assert "ट्रैक्टर रैली बहुत शांति से निकली" in page and 'class="curtain" open' in page
    assert "@asha" in page and "@ravi" in page and "joined" in page
    assert page.count("Its author has changed it since the order came.") == 1


async def test_a_thousand_are_paged_by_what_waits_not_by_number(village: Village):
    v = village
    ref, _ = await order_of(v, 45)
    at, page = AtDesk(v, v.chitra), f"/office/orders/{ref}/many"
    first = (await at.get(page)).text
    assert "45 of 45 wait for this." in first and first.count("data-row") == 40 and "first=41" in first
    rows = [(number, 1, "withhold_post", REASON) for number in range(1, 41)]
    await at.send(page, items(*rows), act="propose")
    left = (await at.get(page)).text
    assert "5 of 45 wait for this." in left and left.count("data-row") == 5 and 'value="41:1"' in left
    dev = AtDesk(v, v.dev)
    approving = (await dev.get(f"{page}?act=approve")).text
    assert "40 of 45 wait for this." in approving and "on a page" not in approving


async def test_whoever_wants_to_reads_and_decides_many_more_on_a_page(village: Village):
    """Of each all fields that its row has, within what a form may hold; what stands on no page is not decided."""
    v = village
    ref = await v.receives("@ravi", *[(await v.says(v.asha, f"बात {n}")).path for n in range(45)])
    at, page = AtDesk(v, v.chitra), f"/office/orders/{ref}/many"
    assert f"act=propose&amp;most={many.MOST}" in (await at.get(page)).text
    whole = (await at.get(f"{page}?most={many.MOST}&mark=page")).text
    assert whole.count("data-row") == whole.count('value="1" checked') == 46 and "on a page" not in whole
    of_each = Counter(regex.findall(r'name="items\[(\d+)\]\[\w+\]"', whole))
    assert max(of_each.values()) * many.MOST + 20 <= bodies.MOST_FIELDS
    rows = items(*[(number, 1, "", "") for number in range(1, 46)])
    sent = await at.send(page, rows, act="propose", most=many.MOST, all_code=GROUND, all_reason=REASON)
    assert sent.status_code == 200 and "1 of 46 wait for this." in sent.text
    assert (await at.get(f"{page}?most={many.MOST + 1}")).status_code in (404, 422)


async def test_a_matter_of_the_houses_own_offers_no_ground_that_an_order_alone_can_lack(village: Village):
    v = village
    form = MatterForm(targets="@asha\n@ravi", rule="9@1", grounds="The same lines, posted by machine.")
    ref = await house.open_matter(v.running.house.court, v.owner.viewer, form)
    at = AtDesk(v, v.chitra)
    for page in f"/office/orders/{ref}/many", f"/office/orders/{ref}/1":
        offered = set(regex.findall(r'value="(\w+)"', (await at.get(page)).text))
        assert {"protected_expression", "duplicate"} <= offered, page
        assert offered.isdisjoint({"no_legal_basis", "not_authorised_issuer", "own_rules_action", "out_of_scope"}), page
        brought = v.running.house.court.rules.cited("9@1").measures
        assert offered.isdisjoint({measure.value for measure in Measure if measure not in brought}), page


async def test_of_an_order_withdrawn_meanwhile_that_is_said_once_and_who_heard_of_nothing_is_not_told_again(
    village: Village,
):
    v = village
    ref, _ = await order_of(v, 3)
    page, chitra = f"/office/orders/{ref}/many", AtDesk(v, v.chitra)
    seen = (await desk.matter(v.running.house.court, v.dev.viewer, ref)).seen
    await AtDesk(v, v.dev).send(f"/office/orders/{ref}/step", verb="withdraw", seen=seen)
    rows = items(*[(number, 1, "refuse", REASON) for number in (1, 2, 3)], code=GROUND)
    sent = await chitra.send(page, rows, act="propose")
    assert sent.status_code == 422 and '<p>1–3. <span class="error">This order is over' in sent.text
    assert "has moved meanwhile; please" not in sent.text and "Tell them again" not in sent.text
    # Where one of three was in force, it is that one.
    ref, _ = await order_of(v, 3)
    page, dev = f"/office/orders/{ref}/many", AtDesk(v, v.dev)
    await chitra.send(page, items((2, 1, "withhold_post", REASON)), act="propose")
    await dev.send(page, items((2, 2, "", "")), act="approve")
    seen = (await desk.matter(v.running.house.court, v.dev.viewer, ref)).seen
    await dev.send(f"/office/orders/{ref}/step", verb="withdraw", seen=seen)
    shown, file = await dev.get(f"{page}?act=tell"), await dev.get(f"{page}.csv?act=tell")
    assert "Tell them again <b>1</b>" in shown.text
    assert regex.findall(r'value="(\d+):\d+"', shown.text) == ["2"]
    assert [row["target"] for row in csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))] == ["2"]


async def sent_file(at: AtDesk, path: str, data: bytes, **fields: str) -> httpx2.Response:
    await at.get(path.removesuffix("/file"))
    return await at.village.client.post(
        path, data={"csrf": at.word, **fields}, files={"csv": ("cases.csv", data, "text/csv")}, headers=at.headers
    )


async def test_a_file_goes_out_comes_back_and_its_progress_is_seen_without_a_script(village: Village):
    v = village
    ref, said = await order_of(v, 3)
    at, path = AtDesk(v, v.chitra), f"/office/orders/{ref}/many"
    out = await at.get(f"{path}.csv?act=propose")
    assert out.headers["content-type"] == "text/csv; charset=utf-8" and ref in out.headers["content-disposition"]
    lines = [*csv.DictReader(io.StringIO(out.content.decode("utf-8-sig")))]

    def filled(**more: str) -> bytes:
        text = io.StringIO()
        writer = csv.DictWriter(text, lines[0])
        writer.writeheader()
        writer.writerows([line | more for line in lines])
        return text.getvalue().encode()

    wrong = await sent_file(at, f"{path}/file", filled(outcome="refuse", reason=REASON), act="propose")
    assert wrong.status_code == 303 and wrong.headers["location"].startswith("/office/bulk/")
    page = await at.get(wrong.headers["location"])
    assert 'http-equiv="refresh"' in page.text and "<progress" in page.text
    await bulk_jobs.carry_on(v.running.house.court)
    page = await at.get(wrong.headers["location"])
    assert 'http-equiv="refresh"' not in page.text and "Nothing was entered" in page.text
    assert page.text.count("<code>ground</code>") == 3
    right = await sent_file(at, f"{path}/file", filled(outcome="withhold_post", reason=REASON), act="propose")
    await bulk_jobs.carry_on(v.running.house.court)
    assert "<dt>Entered</dt><dd>3</dd>" in (await at.get(right.headers["location"])).text
    assert (await AtDesk(v, v.dev).get(right.headers["location"])).status_code == 404
    none = await sent_file(at, f"{path}/file", b"a,b\n1,2\n", act="propose")
    assert none.status_code == 422 and "has no column that is called target" in none.text
    assert (await sent_file(AtDesk(v, v.chitra), f"{path}/file", filled(), act="approve")).status_code == 403
    assert [(await v.look("IN", one)).status_code for one in said] == [200, 200, 200]


async def test_appeals_have_their_file_too(village: Village):
    v = village
    at = AtDesk(v, v.owner)
    assert "With a spreadsheet" in (await at.get("/office/appeals/many")).text
    out = await at.get("/office/appeals.csv")
    assert out.content.decode("utf-8-sig").startswith("appeal,order,target")
    none = await sent_file(at, "/office/appeals/many/file", out.content)
    assert none.status_code == 422


async def test_a_matter_of_the_houses_own_takes_a_file(village: Village):
    v = village
    at, path = AtDesk(v, v.chitra), "/office/sanctions"
    assert 'name="csv"' in (await at.get(path)).text
    form = {
        "rule": "2@1",
        "grounds": "The same text was sent to two hundred people.",
        "outcome": "warn",
        "csrf": at.word,
    }
    sent = await v.client.post(path, data=form, files={"csv": ("x.csv", b"target\n@asha\n@ravi\n")}, headers=at.headers)
    assert sent.status_code == 303, sent.text
    ref = sent.headers["location"].rpartition("/")[2]
    found = await desk.matter(v.running.house.court, v.dev.viewer, ref)
    assert [(number, event.body.outcome, event.state) for number, event in found.moves] == [
        (1, "warn", "unseconded"),
        (2, "warn", "unseconded"),
    ]
    wrong = await v.client.post(
        path, data=form, files={"csv": ("x.csv", b"target\n@nobody_at_all\n")}, headers=at.headers
    )
    assert wrong.status_code == 422 and "@nobody_at_all" in wrong.text


async def test_whoever_was_told_is_told_again_and_not_twice_on_one_day(village: Village):
    v = village
    ref, _ = await order_of(v, 2)
    page, dev = f"/office/orders/{ref}/many", AtDesk(v, v.dev)
    await AtDesk(v, v.chitra).send(
        page, items(*((n, 1, "withhold_post", f"{REASON} {n}") for n in (1, 2))), act="propose"
    )
    await dev.send(page, items((1, 2, "", ""), (2, 2, "", "")), act="approve")
    mails, court = len(mails_of(v.running)), v.running.house.court
    lately = await dev.send(page, items((1, 3, "", "")), act="tell")
    assert lately.status_code == 422 and "less than a day ago" in lately.text
    v.clock.move(2 * DAY)
    size = await log.recount(court)
    again = await dev.send(page, items((1, 3, "", ""), (2, 3, "", "")), act="tell")
    assert again.text.count('mark good">done') == 2 and len(mails_of(v.running)) == mails + 2
    assert await log.recount(court) == size + 2  # each has its entry
    assert (await dev.send(page, items((1, 3, "", "")), act="tell")).status_code == 422
    assert len(mails_of(v.running)) == mails + 2


async def test_whom_a_law_keeps_in_the_dark_nobody_tells(village: Village):
    v = village
    said = await v.says(v.asha, "बात")
    ref = await v.receives(said.path, gag_until="2021-06-01")
    page, dev = f"/office/orders/{ref}/many", AtDesk(v, v.dev)
    await AtDesk(v, v.chitra).send(page, items((1, 1, "withhold_post", REASON)), act="propose")
    await dev.send(page, items((1, 2, "", "")), act="approve")
    mails = len(mails_of(v.running))
    v.clock.move(2 * DAY)
    sent = await dev.send(page, items((1, 3, "", "")), act="tell")
    assert sent.status_code == 422 and "does not let them be told yet" in sent.text
    assert len(mails_of(v.running)) == mails


async def test_what_is_said_once_for_all_that_are_marked_is_a_decision_of_each(village: Village):
    """Nothing is chosen beforehand, least of all withholding; each has its own entry, and a row's own word goes before."""
    v = village
    ref, _ = await order_of(v, 4)
    page, chitra = f"/office/orders/{ref}/many", AtDesk(v, v.chitra)
    blank = (await chitra.get(page)).text
    chosen = regex.findall(r'<option value="([^"]+)" selected', blank.partition("<main")[2])
    assert chosen == [] and not regex.search(r'name="items\[\d\]\[take\]" value="1" checked', blank)
    assert "mark=page" in blank
    rows = items((1, 1, "", ""), (2, 1, "", ""), (3, 1, "withhold_post", REASON)) | {
        "items[3][at]": "4:1",
        "items[3][outcome]": "",
        "items[3][reason]": "",
    }
    said = {"all_code": GROUND, "all_reason": f"{REASON} It only reports."}
    sent = await chitra.send(page, rows | said, act="propose")
    assert sent.status_code == 200 and "data-became" in sent.text and "somebody else decides" in sent.text
    found = await desk.matter(v.running.house.court, v.dev.viewer, ref)
    assert {number: event.body.outcome for number, event in found.moves} == {
        1: "refuse",
        2: "refuse",
        3: "withhold_post",
    }
    assert len({event.log_index for _, event in found.moves}) == 3


async def test_what_the_house_did_by_its_own_rules_is_linked_for_all_that_are_marked(village: Village):
    """Of many things closed by the house's own rules the page asks in which matter, once for all or for each, as one case's page does."""
    v, court = village, village.running.house.court
    ref, said = await order_of(v, 3)
    first, other = [
        await house.open_matter(
            court,
            v.owner.viewer,
            MatterForm(targets="\n".join(said), rule="9@1", grounds="The same lines, posted by machine."),
        )
        for _ in range(2)
    ]
    page, chitra = f"/office/orders/{ref}/many", AtDesk(v, v.chitra)
    blank = (await chitra.get(page)).text
    assert 'name="all_matter"' in blank and 'name="items[0][matter]"' in blank
    rows = items((1, 1, "", ""), (2, 1, "own_rules_action", ""), (3, 1, "own_rules_action", REASON)) | {
        "items[2][matter]": other
    }
    for all_matter, wrong in (("RULES-2021-0999", True), (first, False)):
        sent = await chitra.send(
            page,
            rows | {"all_outcome": "own_rules_action", "all_matter": all_matter, "all_reason": REASON},
            act="propose",
        )
        assert sent.status_code == 200
        assert ("must be a matter of our own rules about the same thing or its account" in sent.text) is wrong
    found = await desk.matter(court, v.dev.viewer, ref)
    assert {number: event.body.matter for number, event in found.moves} == {1: first, 2: first, 3: other}
    own = (await AtDesk(v, v.owner).get(f"/office/orders/{first}/many")).text
    assert 'name="all_matter"' not in own
    for page in (own, (await AtDesk(v, v.owner).get(f"/office/orders/{first}/1")).text):
        assert "Asked for" not in page and "that does what is asked" not in page, "nobody asked the house for anything"


async def test_an_approver_sees_post_country_end_and_reason_and_then_what_happened_and_what_is_due(village: Village):
    v = village
    ref, _ = await order_of(v, 2)
    page, chitra, dev = f"/office/orders/{ref}/many", AtDesk(v, v.chitra), AtDesk(v, v.dev)
    await chitra.send(
        page, items((1, 1, "withhold_post", REASON), (2, 1, "refuse", REASON), code=GROUND), act="propose"
    )
    shown = (await dev.get(f"{page}?act=approve")).text
    row = shown.partition('value="1:2"')[2].partition("</article>")[0]
    assert "बात 0" in row and "India" in row and "until it is decided otherwise" in row and REASON in row
    assert 'class="curtain" open' in row and shown.count(" awaits") == 2
    approved = (await dev.send(page, items((1, 2, "", ""), (2, 2, "", "")), act="approve")).text
    became = approved.partition("data-became")[2].partition("</section>")[0]
    assert "It is in force from now on" in became and f"/orders/{ref}" in became and "Report what was done" in became


async def test_things_that_are_alike_make_a_group_and_a_group_is_decided_thing_by_thing(village: Village):
    """Groups share class, kind, age, measure and reason; nothing outside a group is on its page, or decided with it."""
    v = village
    said = [(await v.says(v.asha, f"बात {n}")).path for n in range(3)]
    ref = await v.receives(*said, "@ravi")
    page, chitra, dev = f"/office/orders/{ref}/many", AtDesk(v, v.chitra), AtDesk(v, v.dev)
    offered = groups_of((await chitra.get(page)).text)
    assert sorted(offered) == ["1", "3"]
    shown = (await chitra.get(f"{page}?group={offered['3']}&mark=page")).text
    assert regex.findall(r'value="(\d):1"', shown) == ["1", "2", "3"] and shown.count('[take]" value="1" checked') == 3
    assert f'name="group" value="{offered["3"]}"' in shown
    other = f"{REASON} It names somebody."
    for numbers, reason in (((1, 3), REASON), ((2,), other)):
        await chitra.send(page, items(*((n, 1, "withhold_post", reason) for n in numbers)), act="propose")
    waiting = (await dev.get(f"{page}?act=approve")).text
    alike = groups_of(waiting)
    assert sorted(alike) == ["1", "2"] and "It names somebody." in waiting  # told apart by their reasons
    left = await dev.send(page, items((1, 2, "", ""), (3, 2, "", "")), act="approve", group=alike["2"])
    found = await desk.matter(v.running.house.court, v.dev.viewer, ref)
    assert [n for n, event in found.moves if event.state == "in_force"] == [1, 3]
    assert regex.findall(r'value="(\d):\d"', left.text) == []  # that group is done: no other takes its place unasked
    assert (await dev.get(f"{page}?act=approve&group=nothing")).status_code == 200


async def test_a_group_is_read_page_by_page(village: Village):
    v = village
    said = [(await v.says(v.asha, f"बात {n}")).path for n in range(3)]
    ref = await v.receives(said[0], "@ravi", *said[1:])
    page, chitra = f"/office/orders/{ref}/many", AtDesk(v, v.chitra)
    key = groups_of((await chitra.get(page)).text)["3"]
    first = (await chitra.get(f"{page}?group={key}&most=2")).text
    assert regex.findall(r'value="(\d):1"', first) == ["1", "3"]
    onward = regex.findall(rf'first=(\d+)&amp;group={key}&amp;most=2"', first)
    assert onward == ["4"] and f"group={key}&amp;most={many.MOST}" in first
    assert regex.findall(r'value="(\d):1"', (await chitra.get(f"{page}?group={key}&first=4")).text) == ["4"]


async def test_what_it_would_do_is_shown_for_all_that_are_marked_and_nothing_is_entered(village: Village):
    v = village
    ref, said = await order_of(v, 3)
    page, chitra, dev = f"/office/orders/{ref}/many", AtDesk(v, v.chitra), AtDesk(v, v.dev)
    rows = items((1, 1, "withhold_post", REASON), (2, 1, "", ""), (3, 1, "refuse", REASON), code=GROUND)
    shown = await chitra.send(page, rows, act="propose", all_outcome="withhold_post", all_reason=REASON, look="1")
    assert shown.status_code == 200 and "2 measures of those that are marked." in shown.text
    assert shown.text.count("<h3>As from India") == shown.text.count("<h3>As from Germany") == 2
    assert len(regex.findall(r'<h3>As from India</h3>\s*<section class="gap">', shown.text)) == 2
    assert not regex.findall(r'<h3>As from Germany</h3>\s*<section class="gap">', shown.text)
    assert REASON in shown.text and shown.text.count('[take]" value="1" checked') == 3  # nothing typed is lost
    found = await desk.matter(v.running.house.court, v.dev.viewer, ref)
    assert all(event.state == "received" for _, event in found.moves)
    await chitra.send(page, items((1, 1, "withhold_post", REASON)), act="propose")
    before = (await dev.send(page, items((1, 2, "", "")), act="approve", look="1")).text
    assert "1 measure of those that are marked." in before and before.count("<h3>As from India") == 1
    assert [(await v.look("IN", path)).status_code for path in said] == [200, 200, 200]
