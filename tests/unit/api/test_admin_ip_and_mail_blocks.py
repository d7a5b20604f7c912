"""Blocks of nets and mails: set by staff's apps, and really in the way of whoever comes from there."""

from typing import Any, NamedTuple

import httpx2
import msgspec
import pytest
from sqlalchemy import text

from chaupal.governance.log import log, reconcile_compare
from chaupal.kernel.clock import DAY, iso
from chaupal.kernel.errors import Invalid, NotAllowed
from chaupal.policy.viewer import MAY, Role
from chaupal.social.people import accounts
from chaupal.social.people.accounts import NewAccount
from chaupal.social.signin import sessions
from chaupal.store.court import ledger
from chaupal.store.identity import ip_and_mail_blocks as kept, moving
from chaupal.store.identity.ip_and_mail_blocks import ASKED_FIRST, AddressBlock
from chaupal.store.machine import auditing, triggers
from chaupal.store.machine.dialect import statement
from chaupal_audit.law.alone import LONGEST_ALONE, SMALL_NETS
from chaupal_audit.log import entries
from disputes import send
from village import Village, Villager

HERE = "127.0.0.1"  # from where the tests come


async def as_staff(v: Village, who: Villager, method: str, path: str, **sent: Any) -> httpx2.Response:
    token = await sessions.issue_token(v.running.house.square, who.id, "read write admin:read admin:write")
    asked: dict[str, Any] = {"params": sent} if method == "GET" else {"json": sent}
    headers = {"authorization": f"Bearer {token}"}
    return await v.client.request(method, f"/api/v1/admin/{path}", headers=headers, **asked)


async def kept_now(v: Village) -> list[AddressBlock]:
    async with v.running.house.court.work.reading() as reading:
        return await kept.in_force(reading)


def asks(email: str, handle: str = "newcomer") -> NewAccount:
    return NewAccount(handle=handle, email=email, password="long enough", reason="I live here.")


async def test_a_block_of_a_net_is_set_changed_listed_and_ended(village: Village):
    v = village
    made = (
        await as_staff(v, v.owner, "POST", "ip_blocks", ip="192.0.2.77/24", severity="sign_up_block", comment="spam")
    ).json()
    assert (made["ip"], made["severity"], made["expires_at"]) == ("192.0.2.0/24", "sign_up_block", None)
    path = f"ip_blocks/{made['id']}"
    changed = (await as_staff(v, v.owner, "PUT", path, severity="no_access", expires_in=86_400)).json()
    assert (changed["severity"], changed["comment"]) == ("no_access", "spam") and changed["expires_at"]
    assert (
        (await as_staff(v, v.owner, "GET", path)).json()
        == changed
        == (await as_staff(v, v.owner, "GET", "ip_blocks")).json()[0]
    )
    again = await as_staff(v, v.owner, "POST", "ip_blocks", ip="192.0.2.0/24", severity="no_access")
    assert again.status_code == 422
    assert (await as_staff(v, v.owner, "DELETE", path)).json() == {}
    assert (await as_staff(v, v.owner, "GET", path)).status_code == 404


async def test_what_cannot_be_read_is_refused_by_field(village: Village):
    v = village
    for sent in (
        {"ip": "x", "severity": "no_access"},
        {"ip": "192.0.2.1"},
        {"ip": "0.0.0.0/0", "severity": "no_access"},
        {"ip": "::ffff:0:0/96", "severity": "no_access"},
    ):
        assert (await as_staff(v, v.owner, "POST", "ip_blocks", **sent)).status_code == 422, sent
    assert (await as_staff(v, v.owner, "POST", "email_domain_blocks", domain="no domain")).status_code == 422
    assert (await as_staff(v, v.owner, "POST", "canonical_email_blocks", canonical_email_hash="abc")).status_code == 422


async def test_only_those_who_may_block_addresses_do(village: Village):
    v = village
    assert (await as_staff(v, v.asha, "GET", "ip_blocks")).status_code == 404
    assert (await as_staff(v, v.chitra, "POST", "ip_blocks", ip="192.0.2.1", severity="no_access")).status_code in (
        403,
        404,
    )


async def test_nobody_is_answered_from_a_net_without_access_until_it_ends(village: Village):
    v = village
    await as_staff(v, v.owner, "POST", "ip_blocks", ip=HERE, severity="no_access", expires_in=86_400)
    for path in ("/", "/api/v2/instance", "/style.css"):
        assert (await v.client.get(path)).status_code == 403, path
    # But whoever was limited reads why, and appeals: a net is no way to keep somebody from that.
    mine = {"cookie": f"chaupal={v.asha.cookie}"}
    for path, status in (("/disputes/strikes", 200), ("/settings/export", 200), ("/settings/profile", 403)):
        assert (await v.client.get(path, headers=mine)).status_code == status, path
    for path, status in (("/login", 200), ("/signup", 403)):
        assert (await v.client.get(path)).status_code == status, path
    # Nobody has looked whose browser it is: their session is not said to be over.
    assert "/logout" not in (await v.client.get("/settings/profile", headers=mine)).text
    v.clock.move(2 * DAY)
    assert (await v.client.get("/api/v2/instance")).status_code == 200


async def test_a_net_that_may_not_sign_up_may_still_read(village: Village):
    v, square = village, village.running.house.square
    await as_staff(v, v.owner, "POST", "ip_blocks", ip="198.51.100.0/24", severity="sign_up_block")
    for address in ("198.51.100.7", "::ffff:198.51.100.7"):  # as it comes to a socket for both
        with pytest.raises(NotAllowed, match="network"):
            await accounts.sign_up(square, asks("a@b.example"), address)
    again = await as_staff(v, v.owner, "POST", "ip_blocks", ip="::ffff:203.0.113.9", severity="no_access")
    assert again.json()["ip"] == "203.0.113.9/32"
    assert await accounts.sign_up(square, asks("a@b.example"), "203.0.113.7")


async def test_no_account_is_made_with_a_blocked_domain_or_mail_however_it_is_spelt(village: Village):
    v, square = village, village.running.house.square
    await as_staff(v, v.owner, "POST", "email_domain_blocks", domain="Throwaway.example")
    await as_staff(v, v.owner, "POST", "canonical_email_blocks", email="some.one@mail.example")
    for email in ("x@throwaway.example", "x@deep.throwaway.example", "SomeOne+again@mail.example"):
        with pytest.raises(Invalid, match="not taken"):
            await accounts.sign_up(square, asks(email))
    found = (await as_staff(v, v.owner, "POST", "canonical_email_blocks/test", email="so.me.one@mail.example")).json()
    assert len(found) == 1 and len(found[0]["canonical_email_hash"]) == 64
    assert await accounts.sign_up(square, asks("someone@else.example"))


LARGE = ("10.0.0.0/8", "10.0.0.0/23", "2001:db8::/47", "2001::/19")


class ShutOut(NamedTuple):
    """Nets that `mod` blocked, by the API, for as long as one may alone; `new` is another account of the same person. `path`: of the
    first large one; `asked` and `few`: ids of one whose people are asked first, and of a small one.
    """

    mod: Villager
    new: Villager
    large: list[Any]
    asked: str
    few: str

    @property
    def path(self) -> str:
        return f"ip_blocks/{self.large[0]['id']}"


async def sent(v: Village, who: Villager, method: str, path: str = "ip_blocks", **sent: Any) -> tuple[int, Any]:
    answer = await as_staff(v, who, method, path, **sent)
    return answer.status_code, answer.json()


async def shut_out(v: Village) -> ShutOut:
    mod, new = [await v.joins(one, role=Role.MODERATOR) for one in ("tara", "new")]
    async with v.running.house.court.work.writing() as w:
        await moving.begin(w, 1, mod.id, new.id)
    large = [(await sent(v, mod, "POST", ip=net, severity="sign_up_block", expires_in=0))[1] for net in LARGE]
    ends = iso(v.clock() + 30 * DAY)
    assert {one["expires_at"][:16] for one in large} == {ends[:16]}
    assert (await sent(v, mod, "POST", ip="11.0.0.0/8", severity="no_access", expires_in=60))[1]["expires_at"] < ends
    small: Any = {}
    for net, severity in (("10.0.0.0/24", "no_access"), ("2001:db8::/48", "no_access"), ("12.0.0.0/8", ASKED_FIRST)):
        small = (await sent(v, mod, "POST", ip=net, severity=severity))[1]
        assert small["expires_at"] is None, "nobody is shut out, or few"
    few = (await sent(v, mod, "GET"))[1][1]
    v.clock.move(DAY)
    return ShutOut(mod, new, large, small["id"], few["id"])


async def test_many_are_shut_out_by_one_person_for_thirty_days(village: Village):
    """One moderator kept a country's network out for good, and nobody outside could tell it from one address."""
    v, nets = village, await shut_out(village)
    for who in (nets.mod, nets.new):  # two accounts of one person
        for change in ({"expires_in": 0}, {"expires_in": 31 * 86_400}):
            status, told = await sent(v, who, "PUT", nets.path, **change)
            assert (status, told["error"][:34]) == (403, "You shut this large network out; f"), change
    harder = ({"severity": "no_access"}, {"ip": "10.0.0.0/9"}, {"ip": "0.0.0.0/8"})
    for which, change in (
        *((nets.path, one) for one in harder),
        (f"ip_blocks/{nets.asked}", {"severity": "no_access"}),
    ):
        assert (await sent(v, v.owner, "PUT", which, **change))[0] == 422, change
    assert (await sent(v, nets.mod, "PUT", nets.path, expires_in=60, comment="flood"))[0] == 200
    assert (await sent(v, nets.mod, "PUT", nets.path, expires_in=29 * 86_400))[0] == 200, "as long as it was"


async def test_whoever_writes_to_the_database_is_told_the_same_of_large_nets(village: Village):
    v, nets = village, await shut_out(village)
    work, later, at = v.running.house.court.work, v.clock() + 31 * DAY, f"id = {nets.large[0]['id']}"
    assert (await sent(v, nets.mod, "PUT", nets.path, expires_in=29 * 86_400))[0] == 200
    for change, rule in (
        (f"expires_at = NULL WHERE {at}", "last_by_two"),
        (f"expires_at = {later}, agreed_by = {nets.mod.id} WHERE {at}", "last_by_two"),
        (f"expires_at = NULL, agreed_by = {nets.new.id} WHERE {at}", "last_by_two"),
        (f"expires_at = NULL, agreed_by = {v.asha.id} WHERE {at}", "last_by_two"),
        (f"severity = 'no_access' WHERE {at}", "out_stay"),
        (f"what = '10.0.0.0/9' WHERE {at}", "out_stay"),
        (f"severity = 'no_access' WHERE id = {nets.asked}", "out_stay"),
        (f"what = '0.0.0.0/0' WHERE id = {nets.few}", "out_stay"),
        (f"created_at = {later} WHERE {at}", "doors_stay"),
    ):
        with pytest.raises(Exception, match=rule):
            async with work.writing() as w:
                await w.run(statement(text(f"UPDATE doors SET {change}")))
    for what, agreed_by in (("10.0.0.0/9", v.owner.id), ("0.0.0.0/1", None), ("10.0.0.0/255.0.0.0", None)):
        with pytest.raises(Exception, match="doors_that_shut_many_out_end"):
            async with work.writing() as w:
                block = AddressBlock(
                    id=2,
                    kind="ip",
                    what=what,
                    severity="no_access",
                    comment="",
                    created_at=v.clock(),
                    created_by=nets.mod.id,
                    agreed_by=agreed_by,
                )
                await kept.add(w, block)


async def test_many_are_shut_out_for_longer_where_another_person_wants_it(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v, nets, desk = village, await shut_out(village), "/office/blocked-addresses"
    second = nets.large[1]["id"]
    assert "let-last" not in await v.page_as("IN", desk, nets.mod)
    assert "let-last" in await v.page_as("IN", desk, v.owner)
    assert (await send(v, nets.mod, desk, f"{desk}/{second}/let-last")).status_code == 403
    assert (await send(v, v.owner, desk, f"{desk}/{second}/let-last")).status_code == 303
    assert (await sent(v, v.owner, "PUT", nets.path, expires_in=90 * 86_400))[0] == 200
    kept_on = (await sent(v, nets.mod, "PUT", nets.path, comment="still"))[1]
    assert kept_on["expires_at"] > iso(v.clock() + 31 * DAY), "it lasts as the other one wants it"
    by_id = {one["id"]: one for one in (await sent(v, nets.mod, "GET"))[1]}
    assert by_id[second]["expires_at"] is None
    async with v.running.house.court.work.reading() as reading:
        said = [one for _, _, one in await log.entries_of(reading, entries.AddressBlock)]
        faults = await reconcile_compare.door_faults(reading)
    assert (said[0].net, said[2].net, said[0].second, faults) == ("ipv4/8", "ipv6/47", None, [])
    assert {one.second for one in said if one.until is None and one.net == "ipv4/23"} == {said[-2].second} != {None}
    # Of two at once the second sees what the first wrote: the other person wants it no more.
    path, before = f"ip_blocks/{second}", await kept_now(v)
    assert (await sent(v, v.owner, "PUT", path, expires_in=2 * 86_400))[0] == 200

    async def as_it_was(_: object) -> list[AddressBlock]:
        return before

    with monkeypatch.context() as patched:
        patched.setattr(kept, "in_force", as_it_was)
        assert (await sent(v, nets.mod, "PUT", path, expires_in=90 * 86_400))[0] == 403


def test_the_database_knows_the_same_nets_and_roles_as_the_code():
    assert triggers.SMALL_NETS == SMALL_NETS and triggers.LONGEST_ALONE == LONGEST_ALONE
    assert set(triggers.BLOCKERS.replace("'", "").split(", ")) == {*MAY["block_addresses"]}


async def test_the_office_blocks_addresses_and_lifts_it_without_scripts(village: Village):
    v, desk = village, "/office/blocked-addresses"
    assert (await v.look("IN", "/office/doors", v.owner)).headers["location"] == desk  # as it was called before
    assert desk in await v.page_as("IN", desk, v.owner)
    wrong = await send(v, v.owner, desk, kind="ip", what="nowhere", severity="no_access")
    assert wrong.status_code == 422 and 'value="nowhere"' in wrong.text
    done = await send(v, v.owner, desk, kind="ip", what="192.0.2.0/24", severity="no_access")
    assert done.status_code == 303
    assert "192.0.2.0/24" in await v.page_as("IN", desk, v.owner)
    (block,) = (await as_staff(v, v.owner, "GET", "ip_blocks")).json()
    assert (await send(v, v.owner, desk, f"{desk}/{block['id']}/end")).status_code == 303
    assert (await as_staff(v, v.owner, "GET", "ip_blocks")).json() == []
    mail = await send(v, v.owner, desk, kind="email", what="some.one@mail.example")
    assert mail.status_code == 303 and (await as_staff(v, v.owner, "GET", "canonical_email_blocks")).json()


async def test_from_a_net_that_is_let_in_by_staff_alone_one_is_asked_why(village: Village):
    desk = "/office/blocked-addresses"
    await send(village, village.owner, desk, kind="ip", what="127.0.0.0/8", severity="sign_up_requires_approval")
    sent = {"handle": "zoya", "email": "zoya@example.org", "password": "एक लंबा पासवर्ड"}
    page = await send(village, None, "/signup", **sent)
    assert page.status_code == 422 and 'name="reason"' in page.text, "what is missing has its field"
    assert (await send(village, None, "/signup", **sent, reason="मेले के लिए")).status_code == 303


async def test_each_step_of_a_block_is_in_the_log_and_no_address_is(village: Village):
    """Whoever holds the disclosure can prove which address it was; the entry alone tells nobody, not even by guessing."""
    v = village
    work = v.running.house.court.work
    async with work.reading() as reading:
        before = await ledger.size(reading)
    made = (
        await as_staff(
            v, v.owner, "POST", "ip_blocks", ip="192.0.2.77/24", severity="no_access", comment="शोर", expires_in=86_400
        )
    ).json()
    await as_staff(v, v.owner, "PUT", f"ip_blocks/{made['id']}", severity="sign_up_block")
    await as_staff(v, v.owner, "DELETE", f"ip_blocks/{made['id']}")
    await as_staff(v, v.owner, "POST", "email_domain_blocks", domain="spam.example")
    async with work.reading() as reading:
        found = await auditing.entries_with_openings(reading, before, 100)
    told = [(msgspec.json.decode(body), opens) for _, body, opens in found]
    doors = [one for one, _ in told if one["t"] == "door"]
    assert [(one["public"]["step"], one["public"]["kind"]) for one in doors] == [
        ("shut", "ip"),
        ("changed", "ip"),
        ("opened", "ip"),
        ("shut", "domain"),
    ]
    assert {one["ref"] for one in doors[:3]} == {f"door-{made['id']}"} and doors[0]["public"]["by"].startswith("staff-")
    assert (doors[0]["public"]["severity"], doors[1]["public"]["severity"]) == ("no_access", "sign_up_block")
    whole = b"".join(body for _, body, _ in found).decode()
    assert all(word not in whole for word in ("192.0.2", "शोर", "spam.example"))
    for one, opens in told:
        assert len(one["_sd"]) == 2 and set(opens) == {"what", "comment"}, "only who holds these can say which it was"
