"""The portal's door: an invitation, enrolling with codes, coming in, tokens; and whom it keeps out."""

import email
import email.policy

import pyotp
import pytest

from chaupal.governance.context import pseudonym
from chaupal.governance.log import log
from chaupal.governance.orders import portal
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.portal import InviteForm
from chaupal.kernel.clock import DAY, HOUR, SECOND, StillClock
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Problem
from chaupal.policy.passwords import STEP
from chaupal.policy.viewer import Role
from chaupal.store.court import offices
from chaupal.store.court.offices import OfficeUser
from chaupal.store.identity.logins import is_password
from chaupal_audit.log import entries
from court import Bench, staff
from mails import secret_in

PASSWORD = "a-long-password"
FORM = InviteForm(name="A. Sharma", rank="Joint Secretary", email="Sharma@meity.gov.in")


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(second: int, code: str):
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890" in base32; the last six digits of appendix B
    assert pyotp.TOTP(secret).generate_otp(second // STEP) == code


def newest(bench: Bench) -> str:
    raw = sorted(bench.street.mailbox.glob("*"))[-1].read_bytes()
    text: str = email.message_from_bytes(raw, policy=email.policy.default).get_content()
    return text


async def invited(bench: Bench, form: InviteForm = FORM) -> tuple[OfficeUser, str]:
    user = await portal.invite(bench.court, bench.clerk, bench.ministry.id, form)
    await bench.street.settle()
    return user, secret_in(newest(bench), "portal/enrol")


def code_of(bench: Bench, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(bench.court.clock() // SECOND // STEP + steps)


async def enrolled(bench: Bench) -> tuple[OfficeUser, str, str]:
    """(user, TOTP secret, session)."""
    user, link = await invited(bench)
    shown = await portal.enrolment(bench.court, link)
    session = await portal.enrol(bench.court, link, PASSWORD, code_of(bench, shown.secret))
    return user, shown.secret, session


async def test_the_invited_enrol_once_with_a_password_and_a_code(bench: Bench, clock: StillClock):
    user, link = await invited(bench)
    assert user.email == "sharma@meity.gov.in"
    letter = newest(bench)
    assert "Ministry of Electronics" in letter and "इलेक्ट्रॉनिकी मंत्रालय" in letter
    shown = await portal.enrolment(bench.court, link)
    assert shown.secret in shown.address and shown.secret not in user.totp_secret
    for password, code in ((PASSWORD, "000000"), ("short", code_of(bench, shown.secret))):
        with pytest.raises(Invalid):
            await portal.enrol(bench.court, link, password, code)
    session = await portal.enrol(bench.court, link, PASSWORD, code_of(bench, shown.secret))
    assert (await portal.by_cookie(bench.court, session)).authority == bench.ministry
    with pytest.raises(NotFound):
        await portal.enrolment(bench.court, link)
    clock.move(portal.SESSION_LASTS + 1)
    with pytest.raises(NotSignedIn):
        await portal.by_cookie(bench.court, session)


async def test_an_invitation_dies_and_a_new_one_ends_what_was_before(bench: Bench, clock: StillClock):
    user, secret, session = await enrolled(bench)
    token = await portal.new_token(bench.court, await portal.by_cookie(bench.court, session))
    await portal.invite_again(bench.court, bench.owner, user.id)
    await bench.street.settle()
    async with bench.court.work.reading() as reading:
        told = [one for one in await log.entries_of(reading, entries.Authority) if one[2].step == "filer_invited"]
    assert [(head.prev, said.by) for _, head, said in told] == [
        (bench.ministry.log_index, pseudonym(bench.court, bench.clerk.me)),
        (user.log_index, pseudonym(bench.court, bench.owner.me)),
    ]
    for comes_in in (portal.by_cookie(bench.court, session), portal.by_token(bench.court, token)):
        with pytest.raises(NotSignedIn):
            await comes_in
    with pytest.raises(Invalid):
        await portal.log_in(bench.court, FORM.email, PASSWORD, code_of(bench, secret, 1))
    link = secret_in(newest(bench), "portal/enrol")
    assert "आप चौपाल के प्राधिकारी पोर्टल" in newest(bench) and "portal of Chaupal for" in newest(bench)
    assert (await portal.enrolment(bench.court, link)).secret != secret
    clock.move(4 * DAY)
    with pytest.raises(NotFound):
        await portal.enrolment(bench.court, link)


async def test_a_code_is_taken_once_and_only_near_its_time(bench: Bench, clock: StillClock):
    _, secret, _ = await enrolled(bench)
    with pytest.raises(Invalid):  # the one that was used to enrol
        await portal.log_in(bench.court, FORM.email, PASSWORD, code_of(bench, secret))
    clock.move(HOUR)
    for wrong in (code_of(bench, secret, -2), code_of(bench, secret, 2), "", "12345", "１２３４５６"):
        with pytest.raises(Invalid):
            await portal.log_in(bench.court, FORM.email, PASSWORD, wrong)
    before = code_of(bench, secret, -1)
    session = await portal.log_in(bench.court, " sharma@MEITY.gov.in", PASSWORD, f"{before[:3]} {before[3:]}")
    in_hindi = str.maketrans("0123456789", "०१२३४५६७८९")
    await portal.log_in(bench.court, FORM.email, PASSWORD, code_of(bench, secret).translate(in_hindi))
    with pytest.raises(Invalid):
        await portal.log_in(bench.court, FORM.email, PASSWORD, code_of(bench, secret, -1))
    await portal.log_out(bench.court, session)
    with pytest.raises(NotSignedIn):
        await portal.by_cookie(bench.court, session)


async def test_whoever_is_invited_anew_meanwhile_is_not_in_by_what_they_had_nor_by_a_token(
    bench: Bench, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    """A lost authenticator let its finder in: to compare a password takes a tenth of a second, and the session began behind it."""
    user, secret, session = await enrolled(bench)
    filing = await portal.by_cookie(bench.court, session)
    clock.move(60 * SECOND)

    async def meanwhile(kept: str | None, password: str) -> bool:
        known = await is_password(kept, password)
        await portal.invite_again(bench.court, bench.clerk, user.id)
        return known

    monkeypatch.setattr(portal, "is_password", meanwhile)
    with pytest.raises(Invalid):
        await portal.log_in(bench.court, FORM.email, PASSWORD, code_of(bench, secret))
    with pytest.raises(NotSignedIn):
        await portal.new_token(bench.court, filing)


async def test_an_old_invitation_is_dead_before_the_new_one_leaves_and_while_it_is_taken_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    """It showed whoever held it the new secret for codes, and let them in, for as long as letters waited."""
    user, link = await invited(bench)
    shown = await portal.enrolment(bench.court, link)

    async def meanwhile(password: str) -> str:
        await portal.invite_again(bench.court, bench.clerk, user.id)
        return password

    monkeypatch.setattr(portal, "hash_password", meanwhile)
    for _ in ("meanwhile", "afterwards"):
        with pytest.raises(NotFound):
            await portal.enrol(bench.court, link, PASSWORD, code_of(bench, shown.secret))


async def test_whatever_is_wrong_the_answer_is_the_same(bench: Bench):
    _, secret, _ = await enrolled(bench)
    await invited(bench, InviteForm(name="B", rank="Director", email="b@meity.gov.in"))
    said: set[str] = set()
    for address, password, code in (
        (FORM.email, "wrong password", code_of(bench, secret, 1)),
        (FORM.email, PASSWORD, "000000"),
        ("nobody@x.in", PASSWORD, "1"),
        ("b@meity.gov.in", "", "0"),
        ("आशा@x.in", PASSWORD, "1"),
    ):
        with pytest.raises(Invalid) as caught:
            await portal.log_in(bench.court, address, password, code)
        said.add(str(caught.value.details))
    assert len(said) == 1


async def test_a_token_is_shown_once_replaced_and_ended(bench: Bench):
    user, _, session = await enrolled(bench)
    filing = await portal.by_cookie(bench.court, session)
    first, second = await portal.new_token(bench.court, filing), await portal.new_token(bench.court, filing)
    assert (await portal.by_token(bench.court, second)).user.id == user.id
    for dead in (first, "", portal.TOKEN_BEGINS, "x" * 50):
        with pytest.raises(NotSignedIn):
            await portal.by_token(bench.court, dead)
    await portal.end_user(bench.court, bench.clerk, user.id)
    for comes_in in (portal.by_token(bench.court, second), portal.by_cookie(bench.court, session)):
        with pytest.raises(NotSignedIn):
            await comes_in
    with pytest.raises(NotFound):
        await portal.invite_again(bench.court, bench.clerk, user.id)


async def test_only_addresses_of_the_authoritys_own_domain_are_invited_and_only_by_clerks(bench: Bench):
    form = AuthorityForm(name="Cyber Cell", jurisdiction="IN", email_domain="police.gov.in")
    police = await bench.registers(form)
    for address in ("a@gmail.com", "a@po1ice.gov.in", "a@police.gov.in.evil.net", "police.gov.in", "@police.gov.in"):
        with pytest.raises(Invalid) as caught:
            await portal.invite(bench.court, bench.clerk, police.id, InviteForm(name="A", rank="DIG", email=address))
        assert "email" in caught.value.details
    user = await portal.invite(
        bench.court, bench.clerk, police.id, InviteForm(name="A", rank="DIG", email="a@cyber.police.gov.in")
    )
    with pytest.raises(Conflict):
        await portal.invite(
            bench.court, bench.clerk, bench.ministry.id, InviteForm(name="B", rank="DIG", email=user.email)
        )
    for viewer in (staff(bench.meera, Role.MEMBER), bench.dev):
        with pytest.raises(NotAllowed):
            await portal.invite(bench.court, viewer, police.id, FORM)
    with pytest.raises(NotFound):
        await portal.invite(bench.court, bench.clerk, 7, FORM)
    assert [one.email for one in await portal.users_of(bench.court, bench.clerk, police.id)] == [user.email]


async def test_under_another_key_no_code_is_taken_and_the_operator_is_told(bench: Bench):
    _, secret, _ = await enrolled(bench)
    (bench.court.keys.folder / portal.KEY).write_bytes(bytes(32))
    with pytest.raises(Problem, match="restore it"):
        await portal.log_in(bench.court, FORM.email, PASSWORD, code_of(bench, secret, 1))


async def test_sessions_that_ran_out_are_forgotten(bench: Bench, clock: StillClock):
    _, _, session = await enrolled(bench)
    clock.move(DAY)
    await portal.tidy(bench.court)
    async with bench.court.work.reading() as reading:
        assert await offices.by_session(reading, session) is None
