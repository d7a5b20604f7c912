"""Mastodon's admin API for accounts: who is here, and sanctions under the house's own rules, each with its matter.

https://docs.joinmastodon.org/methods/admin/accounts/ - what differs is told in docs/api-governance.md.
"""

from typing import Any, Literal

import msgspec

from chaupal.api.mastodon.account_entity import Account, RoleShown, account_of, role_of
from chaupal.governance.people import account_desk
from chaupal.governance.people.account_desk import ENDS, Action
from chaupal.http.call import Answer, Call, Route, get, json, post
from chaupal.http.paging import Number, Paged, TextById, link_header
from chaupal.kernel.argument_sizes import Word
from chaupal.kernel.clock import iso
from chaupal.policy.measures import Measure
from chaupal.policy.narrow import Scope
from chaupal.policy.viewer import Surface
from chaupal.reads.court import staffed
from chaupal.reads.court.staffed import Entry, Wishes
from chaupal.reads.page import Page
from chaupal.social.people import accounts
from chaupal.text.handles import plain_host

NOBODY = "\N{REPLACEMENT CHARACTER}"  # begins no handle and no address: what is asked for can be nobody here
WHENCE: dict[str, Scope] = {"local": "here", "remote": "elsewhere"}  # of whom, by version 2


class AccountsAsked(Paged, kw_only=True):
    """Version 1: each wish is a word of its own. No addresses of the net are kept."""

    local: bool = False
    remote: bool = False
    by_domain: Word = ""
    active: bool = False
    pending: bool = False
    disabled: bool = False
    silenced: bool = False
    suspended: bool = False
    sensitized: bool = False
    staff: bool = False
    username: Word = ""
    display_name: Word = ""
    email: Word = ""
    ip: Word = ""
    purpose: Word = ""


class AccountsAskedV2(Paged, kw_only=True):
    """Version 2: one word for how the account stands."""

    origin: Literal["local", "remote", ""] = ""
    status: Literal["active", "pending", "disabled", "silenced", "suspended", ""] = ""
    permissions: Literal["staff", ""] = ""
    by_domain: Word = ""
    username: Word = ""
    display_name: Word = ""
    email: Word = ""
    ip: Word = ""
    purpose: Word = ""


class AccountAsked(msgspec.Struct, kw_only=True):
    """An account by its id. `purpose`: what the look is for; it is written down with it."""

    id: Number
    purpose: Word = ""


class SanctionSent(msgspec.Struct, kw_only=True):
    """A sanction. `rule`, or Mastodon's `warning_preset_id`: which rule of the house was broken; `until`: an ISO date.

    Neither need be named, nor need `text`: then the house's rules and a sentence of theirs stand in the record.
    """

    id: Number
    type: Word
    text: str = ""
    rule: Word = ""
    warning_preset_id: Number | None = None
    report_id: Number | None = None
    until: Word = ""
    send_email_notification: bool = True  # whoever is limited is always told


class AdminAccount(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_Account/; `ip` and `ips` are empty, for this server keeps none.

    `domain`: of somebody on another server, of whom `email` and `locale` are not known.
    """

    id: str
    username: str
    domain: str | None
    created_at: str
    email: str | None
    ip: None = None
    ips: list[str] = []
    locale: str | None
    invite_request: str | None
    role: RoleShown
    confirmed: bool
    approved: bool
    disabled: bool
    silenced: bool
    suspended: bool
    sensitized: bool
    account: Account


class SanctionMatter(msgspec.Struct, kw_only=True):
    """The matter of a sanction. `state`: in_force, or proposed where a second person must approve (then the answer is 202).

    `rule`: which it is under, and who named that: the app, the report, the house's rules as their default; `house`, where
    none of these did, and a second person looks whether the rule fits.
    """

    ref: str
    state: str
    url: str
    rule: str
    rule_named_by: str


async def listed(call: Call[AccountsAsked]) -> Answer:
    """Accounts, newest first. That staff saw their addresses is written down."""
    a = call.args
    # The last word wins where several exclude each other, as they do in the apps' own forms.
    state = {"active": a.active, "pending": a.pending, "frozen": a.disabled, "suspended": a.suspended}
    measure = {Measure.LIMIT: a.silenced, Measure.MARK_SENSITIVE: a.sensitized}
    whence: Scope = "all" if a.local == a.remote else "here" if a.local else "elsewhere"
    return await _page(
        call,
        Wishes(
            state=_last(state),
            measure=_last(measure),
            handle=NOBODY if a.ip else a.username,
            name=a.display_name,
            email=a.email,
            staff=a.staff,
            **_from(call, whence, a.by_domain),
        ),
        a.purpose,
    )


async def listed2(call: Call[AccountsAskedV2]) -> Answer:
    """Accounts, newest first, in Mastodon's second version."""
    a = call.args
    silenced = a.status == "silenced"
    return await _page(
        call,
        Wishes(
            state="" if silenced else "frozen" if a.status == "disabled" else a.status,
            measure=Measure.LIMIT if silenced else "",
            handle=NOBODY if a.ip else a.username,
            name=a.display_name,
            email=a.email,
            staff=a.permissions == "staff",
            **_from(call, WHENCE.get(a.origin, "all"), a.by_domain),
        ),
        a.purpose,
    )


async def show(call: Call[AccountAsked]) -> AdminAccount:
    """One account. That staff saw its address is written down."""
    return await _account(call)


async def act(call: Call[SanctionSent]) -> Answer:
    """Sanction an account under the house's rules: at once where one person may, else proposed (202)."""
    a = call.args
    rule = a.rule or (str(a.warning_preset_id) if a.warning_preset_id is not None else "")
    opened = await account_desk.act(
        call.house.court,
        call.viewer,
        Action(account=a.id, type=a.type, text=a.text, rule=rule, report=a.report_id, until=a.until),
    )
    told = SanctionMatter(
        ref=opened.ref,
        state="in_force" if opened.done else "proposed",
        rule=opened.rule,
        rule_named_by=opened.named_by,
        url=f"{call.house.settings.origin}/office/orders/{opened.ref}",
    )
    return json(told, 200 if opened.done else 202)


async def approve(call: Call[AccountAsked]) -> AdminAccount:
    """Let somebody in who asked to join."""
    await accounts.approve(call.house.square, call.viewer, call.args.id)
    return await _account(call)


async def reject(call: Call[AccountAsked]) -> Answer:
    """Turn somebody away who asked to join: nothing of them is kept. Answers with the account as it was."""
    was = await _account(call)
    await accounts.reject(call.house.square, call.viewer, call.args.id)
    return json(was)


async def _page(call: Call[Any], wishes: Wishes, purpose: str) -> Answer:
    cursor = call.args.cursor(100, 200)
    page: Page[Entry] = await staffed.accounts(call.house.reads, call.viewer, wishes, cursor)
    await account_desk.audit_view(call.house.court, call.viewer, [entry.private.id for entry in page.items], purpose)
    return json([admin_account(call, entry) for entry in page.items], headers=link_header(call, page))


async def _account(call: Call[Any]) -> AdminAccount:
    await account_desk.audit_view(call.house.court, call.viewer, (call.args.id,), getattr(call.args, "purpose", ""))
    return admin_account(call, await staffed.by_id(call.house.reads, call.viewer, call.args.id))


def admin_account(call: Call[Any], entry: Entry, *, address: bool = True) -> AdminAccount:
    """An account as staff read it; where the look is not written down, without its `address`."""
    private, person = entry.private, entry.person
    return AdminAccount(
        id=str(private.id),
        username=person.item.username,
        domain=person.item.domain or None,
        created_at=iso(private.created_at),
        email=private.email if address or private.email is None else "",
        locale=private.language,
        invite_request=private.reason or None,
        role=role_of(private.role),
        confirmed=private.confirmed_at is not None,
        approved=private.approved_at is not None,
        disabled=private.state == "frozen",
        silenced=Measure.LIMIT in entry.measures,
        suspended=private.state == "suspended",
        sensitized=Measure.MARK_SENSITIVE in entry.measures,
        account=account_of(call.house.settings, call.viewer, person),
    )


def _from(call: Call[Any], whence: Scope, domain: str) -> dict[str, Any]:
    """Whose people are looked for; of this server's own host, ours."""
    ours = domain.lower() == call.house.settings.domain
    return {"whence": "here" if ours else whence, "domain": "" if ours else plain_host(domain) or domain}


def _last(wishes: dict[Any, bool]) -> str:
    return next((str(word) for word, wished in reversed(wishes.items()) if wished), "")


# The ways back, each to be told `text`: why.
WAYS_BACK = {
    "enable": "End a freeze. `text`: why.",
    "unsilence": "End a limit. `text`: why.",
    "unsuspend": "End a suspension. `text`: why.",
    "unsensitive": "Take the cover off the account's pictures. `text`: why.",
}


def _way_back(how: str) -> Route:
    async def run(call: Call[TextById]) -> AdminAccount:
        await account_desk.end(call.house.court, call.viewer, call.args.id, ENDS[how], call.args.text)
        return await _account(call)

    run.__name__, run.__doc__ = how, WAYS_BACK[how]
    return post(f"{API}/{{id}}/{how}", run, Surface.OFFICE, **WRITE)


API = "/api/v1/admin/accounts"
READ: dict[str, Any] = {"scope": "admin:read:accounts", "may": "sanction"}
WRITE: dict[str, Any] = {"scope": "admin:write:accounts", "may": "sanction"}
OPEN: dict[str, Any] = {"scope": "admin:write:accounts", "may": "approve_accounts"}

ROUTES: tuple[Route, ...] = (
    get(API, listed, Surface.OFFICE, gives=list[AdminAccount], **READ),
    get("/api/v2/admin/accounts", listed2, Surface.OFFICE, gives=list[AdminAccount], **READ),
    get(f"{API}/{{id}}", show, Surface.OFFICE, **READ),
    post(f"{API}/{{id}}/action", act, Surface.OFFICE, gives=SanctionMatter, **WRITE),
    *map(_way_back, WAYS_BACK),
    post(f"{API}/{{id}}/approve", approve, Surface.OFFICE, **OPEN),
    post(f"{API}/{{id}}/reject", reject, Surface.OFFICE, gives=AdminAccount, **OPEN),
)
