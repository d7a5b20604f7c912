"""As insider, on the command line: every role, every act of the tables, on one's own things and on others'.

From every state of a case, and of an order, what one types there is refused by `test_insider_own`, in whose villages pages and
programs are tried: nothing of it changes anything.
The acts are read from the tables (`cases/acts.py`, `orders/procedure.py`), so that a new one without a line here fails.
"""

import itertools
from pathlib import Path

import pytest

from chaupal.api.admin.orders import ROUTES as API
from chaupal.app import cli_bulk, cli_order
from chaupal.governance.cases import acts, bulk, decisions
from chaupal.governance.cases.lifecycle import MOVES, State
from chaupal.governance.orders import csv_files
from chaupal.policy.viewer import MAY, Role
from chaupal.web.office import case
from surfaces.insiders import (
    ACTS,
    GROUNDS,
    ROLES,
    WITH_REASON,
    WORDS,
    at_prompt,
    binding,
    count,
    hire,
    opened,
    rule_for,
    words,
)
from surfaces.test_insider_own import scene
from village import AUTHORITY, REASON, Village

BY_FILE = {"act_alone": "act"}  # the command line takes it in a file alone
IN_FILES = tuple(name for name in cli_bulk.ACTS if name != "appeal")


def test_every_act_of_the_tables_has_words_that_are_tried_here_and_every_command_is_an_act():
    assert {*WORDS, *BY_FILE} == set(ACTS)
    named = {words[0] for words in WORDS.values()} | set(BY_FILE.values())
    beside = {
        "authority",
        "receive",
        "matter",
        "export",
        "list",
        "show",
        "step",
        "refuse",
        "second",
        "glass",
        "appeal",
        "tell",
    }
    assert set(cli_order.order.commands) == named | beside, "a command that no insider tries"
    assert {"propose" if word == "decide" else word for word in named} - {"emergency"} <= {*bulk.VERBS}


def test_every_way_in_of_every_act_is_attacked_by_a_test_that_reads_it_from_the_table():
    """Pages, routes and the prompt are tried by `test_insider_own`, one by one and as the tables name them; files here."""
    assert set(case.ACTS) == set(ACTS), "an act of the page that is none of the table's"
    routes = {
        route.path.rpartition("/")[2] for route in API if route.method == "POST" and "/targets/{number}/" in route.path
    }
    assert routes == set(acts.addresses("office")) - {"act_alone"}, (
        "a route for an act that is none of the table's, or one that lacks its route"
    )
    assert {cli_bulk.ACTS[name] for name in IN_FILES} == set(bulk.VERBS) - {bulk.APPEAL}, (
        "an act about many that nobody tries"
    )
    assert {verb for verbs in ACTS.values() for verb in verbs} <= {
        move.verb for move in MOVES if "not_own" in move.guards
    }


async def test_nobody_takes_in_or_opens_what_names_something_of_their_own_nor_whose_role_it_is_not(village: Village):
    v = village
    await v.receives(v.ravi.latest.path)  # so that there is an authority
    letter = (
        "order", "receive", "--authority", AUTHORITY.name, "--officer", "S. Verma", "--rank", "Joint Secretary", "--law", "s. 69A",
        "--regime", "IN-69A", "--role", "designated_officer", "--grounds", "public order", "--territory", "IN", "--dated", "2021-02-09",
        "--basis", "public_order",
    )  # fmt: skip
    matter = ("order", "matter", "--rule", rule_for(v, "warn"), "--grounds", GROUNDS)
    for role in ("member", *ROLES):
        who = await hire(v, f"in_{role}", Role(role))
        await v.says(who, "Something of my own.")
        before = await count(v)
        for act, word in ((letter, "receive_order"), (matter, "sanction")):
            own = ("--reference", f"own {role}") if act is letter else ()
            targets = [who.latest.path] if Role(role) in MAY[word] else [who.latest.path, v.ravi.latest.path]
            for target in targets:
                done = await at_prompt(v, *act, *own, "--target", target, "--as", who.handle)
                assert done.returncode == 1 and "Error" not in done.stderr, (role, word, target, done)
        assert await count(v) == before, role


async def test_many_at_once_are_refused_where_one_would_be(village: Village, tmp_path: Path):
    v = village
    ref, insiders = await scene(v, State.IN_FORCE)
    before = await count(v)
    for act, role in itertools.product(IN_FILES, ROLES):
        number = ROLES.index(role) + 1
        path = tmp_path / f"{act}.csv"
        head = ["order", "target", "do", "outcome", "change", "until", "reason", "version"]
        path.write_bytes(
            csv_files.written([head, [ref, str(number), "yes", "withhold_post", "amend", "2021-02-19", REASON, "3"]])
        )
        done = await at_prompt(v, "order", act, str(path), "--as", insiders[role].handle)
        assert done.returncode == 1 and "Error" not in done.stderr, (act, role, done)
    assert await count(v) == before


async def test_no_act_on_the_command_line_leaves_the_court_without_an_owner_and_an_approver(village: Village):
    v, court = village, village.running.house.court
    for handle in ("lakshmi", "dev"):
        for role in ("member", "clerk", "auditor"):
            done = await at_prompt(v, "account", "role", handle, role)
            assert (done.returncode, "stays; make somebody else one first" in done.stderr) == (1, True), done
    mods = [await hire(v, handle, Role.MODERATOR) for handle in ("tara", "mohan")]
    for handle, role in (("lakshmi", "owner"), ("dev", "approver")):
        ref = await opened(v, mods[0], f"@{handle}", "freeze")
        said = ("--outcome", "freeze", *WITH_REASON, "--until", "2021-02-20")
        assert (await at_prompt(v, "order", "decide", ref, "1", *said, "--as", "tara")).returncode == 0
        done = await at_prompt(v, "order", "approve", ref, "1", "--as", "mohan")
        assert (done.returncode, f"without an {role}" in done.stderr) == (1, True), done
        assert await binding(v, v.cast[handle]) == []
        await decisions.return_(court, mods[1].viewer, ref, 1, reason=REASON)


COMES_FROM = {
    "propose": State.RECEIVED,
    "approve": State.MEASURE_PROPOSED,
    "return": State.MEASURE_PROPOSED,
    "concur": State.MEASURE_PROPOSED,
    "lift": State.IN_FORCE,
    "keep": State.IN_FORCE,
    "change": State.IN_FORCE,
    "act_in_emergency": State.RECEIVED,
}


@pytest.mark.parametrize("act", [*WORDS])
async def test_nobody_moves_a_case_at_the_prompt_that_has_moved_since_they_looked(village: Village, act: str):
    """Pages and programs say which version somebody looked at; at the prompt nobody could."""
    v = village
    ref, _ = await scene(v, COMES_FROM[act])
    by = (v.dev if act in ("approve", "act_in_emergency") else v.cast["usha"]).handle
    number = len(ROLES) + 1  # ravi's post
    listed = (await at_prompt(v, "order", "show", ref, "--as", by)).stdout
    seen = next(
        line.partition("--seen ")[2].rstrip(")")
        for line in listed.splitlines()
        if line.strip().startswith(f"{number} ")
    )
    before = await count(v)
    stale = await at_prompt(v, *words(act, ref, number, by), "--seen", str(int(seen) - 1))
    assert (stale.returncode, "moved meanwhile" in stale.stderr) == (1, True), stale
    assert await count(v) == before
    done = await at_prompt(v, *words(act, ref, number, by), "--seen", seen)
    assert "moved meanwhile" not in done.stderr and (act == "concur" or done.returncode == 0), done
