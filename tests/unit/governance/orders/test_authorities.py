"""The register of authorities: how they are known, changed with a trace, and not taken for one another."""

import asyncio
import json
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from chaupal.governance.context import pseudonym
from chaupal.governance.log import opening, reconcile
from chaupal.governance.orders import authorities, filing, orders, portal
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.portal import InviteForm
from chaupal.governance.people import role_grants
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from chaupal.policy.viewer import Role
from chaupal.store.court import docket, ledger
from chaupal.store.machine.dialect import statement
from chaupal_audit import rule_of_law, tlog
from court import Bench, staff
from letters import Signer

KEY = "ab" * 32
FORM = AuthorityForm(
    name="Cyber Cell of Delhi Police", jurisdiction="IN", email_domain="delhipolice.gov.in", issuer_class="police"
)


async def test_keys_are_given_as_fingerprints_or_pasted_certificates(bench: Bench):
    one, other = Signer("A"), Signer("B")
    keys = f"{one.fingerprint}\n{other.pem}\nSHA256:{one.fingerprint.upper()}\n"
    added = await authorities.register(bench.court, bench.clerk, msgspec.structs.replace(FORM, keys=keys))
    assert set(added.keys) == {one.fingerprint, other.fingerprint} and len(added.keys) == 2
    assert await authorities.by_id(bench.court, bench.clerk, added.id) == added
    assert (added.issuer_class, added.email_domain) == ("police", "delhipolice.gov.in")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("keys", "abc"),
        ("keys", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
        ("keys", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
        ("keys", "\n".join(f"{n:064x}" for n in range(21))),
        ("email_domain", "gov"),
        ("email_domain", "gmail.com"),
        ("email_domain", "a b.in"),
        ("email_domain", "दिल्ली.भारत"),
        ("jurisdiction", "XX"),
        ("name", ""),
    ],
)
async def test_a_bad_field_is_named(bench: Bench, field: str, typed: str):
    with pytest.raises(Invalid) as caught:
        await authorities.register(bench.court, bench.clerk, msgspec.structs.replace(FORM, **{field: typed}))
    assert list(caught.value.details) == [field]


@pytest.mark.parametrize(
    ("name", "domain", "field"),
    [
        ("Cyber Cell, Delhi", "de1hipolice.gov.in", "email_domain"),
        ("Cyber Cell, Delhi", "delhipolice.gov.in.org", "email_domain"),
        ("Суber Cell of Delhi Police", "cyber.example", "name"),
        ("CYBER CELL OF DELHI-POLICE", "cyber.example", "name"),
    ],
)
async def test_one_that_looks_like_another_is_entered_only_after_a_second_look(
    bench: Bench, name: str, domain: str, field: str
):
    await authorities.register(bench.court, bench.clerk, FORM)
    form = AuthorityForm(name=name, jurisdiction="IN", email_domain=domain)
    with pytest.raises(Invalid) as caught:
        await authorities.register(bench.court, bench.clerk, form)
    assert FORM.name in caught.value.details[field]
    await authorities.register(bench.court, bench.clerk, msgspec.structs.replace(form, sure=True))


async def test_a_change_keeps_name_and_country_and_is_a_new_entry_of_the_log(bench: Bench):
    added = await bench.registers(FORM)
    form = AuthorityForm(
        name="Another", jurisdiction="DE", office="Nodal Officer", email_domain="police.gov.in", issuer_class="court",
        keys=KEY, contact="registry@police.gov.in",
    )  # fmt: skip
    changed = await bench.changes(added.id, form)
    kept = await authorities.by_id(bench.court, bench.clerk, added.id)
    assert kept == changed
    assert (kept.name, kept.jurisdiction, kept.office, kept.email_domain) == (
        FORM.name,
        "IN",
        "Nodal Officer",
        "police.gov.in",
    )
    assert added.log_index < kept.log_index
    entry = await said_at(bench, kept.log_index)
    assert (entry["step"], entry["what"]) == ("changed", ["office", "email_domain", "class", "keys", "contact"])
    assert (entry["domain"], entry["keys"]) == ("police.gov.in", [KEY]) and "registry" not in json.dumps(entry)
    async with bench.court.work.reading() as reading:
        texts = (await ledger.disclosures_of(reading, kept.log_index)).values()
        bodies = await ledger.entries(reading, 0, kept.log_index + 1)
    assert [tlog.read_disclosure(text) for text, _ in texts] == [("contact", "registry@police.gov.in")]
    broken = rule_of_law.try_log(lambda: enumerate(bodies), lambda digest: None).broken
    assert not {one.code for one in broken} & {"authority_otherwise", "authority_changed_alone"}
    assert (await reconcile.reconcile(bench.court)).faults == ()
    for column in ("keys", "contact"):
        # As whoever has the database would, who made up an agreed change for it.
        await with_an_agreed_change(bench, added.id, f"{column} = '{json.dumps([KEY[::-1]])}'")
        assert f"differ in {column}" in "".join((await reconcile.reconcile(bench.court)).faults)
    assert (entry["by"], entry["second"]) == tuple(pseudonym(bench.court, who.me) for who in (bench.clerk, bench.dev))


async def with_an_agreed_change(bench: Bench, id_: int, change: str) -> None:
    made_up = (
        "INSERT INTO authority_changes (id, authority_id, body, proposed_by, proposed_at, agreed_by, ended_at, log_index) "
        f"SELECT COUNT(*) + 1, {id_}, '', 5, 5, 6, 6, COUNT(*) FROM authority_changes"
    )
    # Of those made up here: real ones have larger ids.
    newest = "(SELECT MAX(log_index) FROM authority_changes WHERE id < 100)"
    async with bench.court.work.writing() as w:
        await w.run(statement(text(made_up)))
        await w.run(statement(text(f"UPDATE authorities SET {change}, log_index = {newest} WHERE id = {id_}")))


async def said_at(bench: Bench, index: int) -> dict[str, Any]:
    async with bench.court.work.reading() as reading:
        return json.loads((await ledger.entries(reading, index, 1))[0])["public"]


async def test_an_authority_is_one_once_a_second_person_agrees(bench: Bench):
    court, form = bench.court, bench.form
    proposed = await authorities.register(court, bench.clerk, FORM)
    assert (await said_at(bench, proposed.log_index))["step"] == "proposed"
    with pytest.raises(Invalid) as caught:
        await orders.receive(court, bench.clerk, form(authority=proposed.id))
    assert "authority" in caught.value.details
    with pytest.raises(Conflict):
        await portal.invite(
            court, bench.clerk, proposed.id, InviteForm(name="A", rank="DIG", email="a@delhipolice.gov.in")
        )
    both = await bench.hire("usha", Role.OWNER)
    own = await authorities.register(court, both, msgspec.structs.replace(FORM, name="Another", email_domain=""))
    with pytest.raises(NotAllowed, match="second person"):
        await authorities.agree(court, both, own.id)
    with pytest.raises(NotAllowed):
        await authorities.agree(court, bench.clerk, proposed.id)
    agreed = await authorities.agree(court, bench.dev, proposed.id)
    entry = await said_at(bench, agreed.log_index)
    assert (entry["step"], entry["second"]) == ("added", pseudonym(court, bench.dev.me))
    with pytest.raises(Exception, match="authorities_agreed_stay"):
        async with court.work.writing() as w:
            await w.run(statement(text(f"DELETE FROM authorities WHERE id = {agreed.id}")))
    await orders.receive(court, bench.clerk, form(authority=proposed.id))
    await authorities.drop(court, bench.dev, own.id)
    with pytest.raises(NotFound):
        await authorities.by_id(court, bench.clerk, own.id)


async def test_a_clerk_who_changes_the_mail_domain_gets_nobody_in_and_the_old_contact_is_told(bench: Bench):
    court = bench.court
    form = AuthorityForm(email_domain="meity.gov.in", contact="registry@meity.gov.in")
    ministry = await bench.changes(bench.ministry.id, form)
    bad = msgspec.structs.replace(form, email_domain="clerk.example", contact="clerk@clerk.example")
    await authorities.change(court, bench.clerk, ministry.id, bad)
    await bench.street.settle()
    told = "".join(bench.street.letters())
    assert "registry@meity.gov.in" in told and "clerk@clerk.example" not in told
    with pytest.raises(Invalid):
        await portal.invite(court, bench.clerk, ministry.id, InviteForm(name="C", rank="D", email="c@clerk.example"))
    with pytest.raises(Conflict):
        await authorities.change(court, bench.clerk, ministry.id, msgspec.structs.replace(bad, office="Another"))
    assert (await authorities.by_id(court, bench.clerk, ministry.id)).email_domain == "meity.gov.in"
    # What was erased of it is agreed to by nobody: the log could not say to what.
    proposed = await authorities.proposed_of(court, bench.clerk, ministry.id)
    assert proposed is not None
    await opening.erase(court, bench.owner, proposed.log_index, ["contact"], "It is somebody's own address.")
    with pytest.raises(Conflict, match="were erased"):
        await authorities.agree(court, bench.dev, ministry.id)
    await authorities.drop(court, bench.owner, ministry.id)
    assert await authorities.proposed_of(court, bench.clerk, ministry.id) is None


async def test_a_filing_counts_as_verified_only_from_the_domain_that_two_people_know(bench: Bench):
    court = bench.court
    user = await portal.invite(
        court, bench.clerk, bench.ministry.id, InviteForm(name="A", rank="D", email="a@meity.gov.in")
    )
    targets = bench.form().targets

    async def filed(reference: str) -> str:
        ministry = await authorities.by_id(court, bench.clerk, bench.ministry.id)
        form = msgspec.structs.replace(bench.form(reference_no=reference, targets=targets), origin_note="")
        ref = await filing.file(court, portal.Filing(user, ministry), form, (), "portal")
        async with court.work.reading() as reading:
            found = await docket.order(reading, ref)
        assert found is not None
        return found.origin

    assert await filed("no domain is known") == "unverified"
    form = AuthorityForm(email_domain="meity.gov.in")
    await authorities.change(court, bench.clerk, bench.ministry.id, form)
    assert await filed("a domain is proposed") == "unverified"
    await authorities.agree(court, bench.dev, bench.ministry.id)
    assert await filed("two people know it") == "verified"


async def test_who_is_no_clerk_any_more_has_proposed_nothing(bench: Bench):
    proposed = await authorities.register(bench.court, bench.clerk, FORM)
    await role_grants.grant(bench.court, bench.owner, bench.clerk.me, Role.MEMBER)
    with pytest.raises(Conflict, match="proposed anew"):
        await authorities.agree(bench.court, bench.dev, proposed.id)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE authorities SET email_domain = 'clerk.example' WHERE id = {ministry}",
        "UPDATE authorities SET keys = '[\"00\"]' WHERE id = {ministry}",
        "UPDATE authorities SET contact = 'c@x.in' WHERE id = {ministry}",
        "UPDATE authorities SET agreed_by = created_by WHERE id = {proposed}",
        "INSERT INTO authority_changes (id, authority_id, body, proposed_by, proposed_at, agreed_by, ended_at, log_index) "
        "VALUES (1, {ministry}, '', 5, 5, 5, 5, 5)",
    ],
)
async def test_the_database_knows_an_authority_by_two_people(bench: Bench, sql: str):
    proposed = await authorities.register(bench.court, bench.clerk, FORM)
    with pytest.raises(Exception, match="by_two"):
        async with bench.court.work.writing() as w:
            await w.run(statement(text(sql.format(ministry=bench.ministry.id, proposed=proposed.id))))


async def test_of_two_who_propose_a_change_at_once_one_does(bench: Bench):
    forms = [AuthorityForm(email_domain=domain) for domain in ("meity.gov.in", "nic.in")]
    done = await asyncio.gather(
        *(authorities.change(bench.court, bench.clerk, bench.ministry.id, form) for form in forms),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["AuthorityChange", "Conflict"]


async def test_only_clerks_change_what_is_there(bench: Bench):
    for viewer, id_, problem in (
        (staff(bench.meera, Role.MEMBER), bench.ministry.id, NotAllowed),
        (bench.dev, bench.ministry.id, NotAllowed),
        (bench.clerk, 7, NotFound),
        (bench.clerk, 0, NotFound),
    ):
        with pytest.raises(problem):
            await authorities.change(bench.court, viewer, id_, FORM)
