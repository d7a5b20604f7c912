"""The register of authorities: how they are known, changed with a trace, and not taken for one another."""

import msgspec
import pytest

from chaupal.governance import authorities
from chaupal.governance.authorities import AuthorityForm
from chaupal.kernel.errors import Invalid, NotAllowed, NotFound
from chaupal.policy.viewer import Role
from chaupal.store import ledger
from court import Bench, staff
from letters import Signer

FORM = AuthorityForm(
    name="Cyber Cell of Delhi Police", jurisdiction="IN", email_domain="delhipolice.gov.in", issuer_class="police"
)


async def test_keys_are_given_as_fingerprints_or_pasted_certificates(bench: Bench):
    one, other = Signer("A"), Signer("B")
    keys = f"{one.fingerprint}\n{other.pem}\nSHA256:{one.fingerprint.upper()}\n"
    added = await authorities.register(bench.court, bench.clerk, msgspec.structs.replace(FORM, keys=keys))
    assert set(added.keys) == {one.fingerprint, other.fingerprint} and len(added.keys) == 2
    assert await authorities.one(bench.court, bench.clerk, added.id) == added
    assert (added.issuer_class, added.email_domain) == ("police", "delhipolice.gov.in")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("keys", "abc"), ("keys", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
        ("keys", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"), ("keys", "\n".join(f"{n:064x}" for n in range(21))),
        ("email_domain", "gov"), ("email_domain", "gmail.com"), ("email_domain", "a b.in"), ("email_domain", "दिल्ली.भारत"),
        ("jurisdiction", "XX"), ("name", ""),
    ],
)  # fmt: skip
async def test_a_bad_field_is_named(bench: Bench, field: str, typed: str):
    with pytest.raises(Invalid) as caught:
        await authorities.register(bench.court, bench.clerk, msgspec.structs.replace(FORM, **{field: typed}))
    assert list(caught.value.details) == [field]


@pytest.mark.parametrize(
    ("name", "domain", "field"),
    [
        ("Cyber Cell, Delhi", "de1hipolice.gov.in", "email_domain"), ("Cyber Cell, Delhi", "delhipolice.gov.in.org", "email_domain"),
        ("Суber Cell of Delhi Police", "cyber.example", "name"), ("CYBER CELL OF DELHI-POLICE", "cyber.example", "name"),
    ],
)  # fmt: skip
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
    added = await authorities.register(bench.court, bench.clerk, FORM)
    async with bench.court.work.reading() as reading:
        before = await ledger.size(reading)
    form = AuthorityForm(
        name="Another", jurisdiction="DE", office="Nodal Officer", email_domain="police.gov.in", issuer_class="court"
    )
    changed = await authorities.change(bench.court, bench.clerk, added.id, form)
    kept = await authorities.one(bench.court, bench.clerk, added.id)
    assert kept == changed
    assert (kept.name, kept.jurisdiction, kept.office, kept.email_domain) == (
        FORM.name,
        "IN",
        "Nodal Officer",
        "police.gov.in",
    )
    async with bench.court.work.reading() as reading:
        assert await ledger.size(reading) == before + 1
    assert kept.log_index == before and added.log_index < before


async def test_only_clerks_change_what_is_there(bench: Bench):
    for viewer, id_, problem in (
        (staff(bench.meera, Role.MEMBER), bench.ministry.id, NotAllowed), (bench.dev, bench.ministry.id, NotAllowed),
        (bench.clerk, 7, NotFound), (bench.clerk, 0, NotFound),
    ):  # fmt: skip
        with pytest.raises(problem):
            await authorities.change(bench.court, viewer, id_, FORM)
