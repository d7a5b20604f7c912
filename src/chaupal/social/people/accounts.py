"""Accounts: made, confirmed, approved, given a role, and their public face changed."""

from collections.abc import Iterator

import msgspec
import regex

from chaupal.kernel.clock import DAY, MINUTE
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, or_not_found, together
from chaupal.kernel.ids import made_at
from chaupal.kernel.secrets import digest, new_secret
from chaupal.policy.passwords import check_password
from chaupal.policy.viewer import SUSPENDED, SYSTEM_HANDLE, Role, Viewer, may
from chaupal.social.context import Square
from chaupal.social.events import AccountCreated, AccountOpened, ConfirmationAsked, JoiningAsked, LetIn, TurnedAway
from chaupal.social.people import ip_and_mail_blocks
from chaupal.social.signin import signin_mails
from chaupal.social.typed import display_name, typed
from chaupal.store.identity import accounts, apps, logins
from chaupal.store.machine import marks
from chaupal.store.machine.work import Writing
from chaupal.store.square.people import id_of
from chaupal.text.analyse import name_words
from chaupal.text.clean import trimmed

CONFIRM = "confirm"
CONFIRM_LASTS = 2 * DAY
TWICE = 10 * MINUTE  # within which a form may come once more
TAKEN = ("handle_taken", "email_taken")
MAX_REASON = 500
SYSTEM_MARK = "system_account"

_HANDLE = regex.compile(r"[a-z0-9_]{1,30}")
# Names under which somebody could speak as if they were the house.
_RESERVED = """
    abuse account admin administrator auth chaupal contact court everyone help helpdesk hostmaster info legal me
    mod moderator moderators mods noreply no_reply office official owner postmaster privacy root security staff
    support system team webmaster
"""
RESERVED = frozenset(_RESERVED.split())
# What the HTML standard takes for an e-mail address, in small letters; whether it is one is shown by the mail.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = regex.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})*")


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody fills in to join. `reason`: why, where accounts are approved."""

    handle: str
    email: str
    password: str
    name: str = ""
    language: str = ""
    reason: str = ""


async def sign_up(square: Square, new: NewAccount, address: str = "") -> int:
    """Join as a member, as far as `registrations` and what staff blocked (the `address` of the net, the mail) let one.

    Raises NotAllowed when they are closed, Invalid by field: all fields in which something is wrong, at once.
    """
    mode, wrong = square.settings.registrations, list[Invalid]()
    try:
        mode = await ip_and_mail_blocks.mode_for(square, address, new.email)
    except Invalid as problem:
        wrong.append(problem)
    if mode == "closed":
        raise NotAllowed("joining_closed")
    wrong += [*_wrong_in(new, mode), *await _had_by_others(square, new)]
    if wrong:
        raise together(wrong)
    confirmed = not square.settings.confirm_emails
    return await _make(square, new, confirmed=confirmed, approved=mode == "open", role=Role.MEMBER)


async def joined_before(square: Square, new: NewAccount, problem: Invalid) -> int | None:
    """The account of a form that came twice: made just now, and all that makes it theirs is the same. Nothing else is wrong with it."""
    if problem.code not in TAKEN:
        return None
    async with square.work.reading() as reading:
        login = await logins.named(reading, new.email.strip().lower())
    if login is None or login.handle != _plain(new.handle) or login.confirmed_at is not None:
        return None
    if made_at(login.account) < square.clock() - TWICE:
        return None
    return login.account if await logins.is_password(login.password_hash, new.password) else None


async def create(
    square: Square,
    *,
    handle: str,
    email: str,
    password: str,
    name: str = "",
    role: Role = Role.MEMBER,
    language: str = "",
) -> int:
    """An account that is confirmed and approved from the start: by the operator's word, and so is its role, which is entered
    into the log in the same commit. Its id. Raises Invalid by field.
    """
    new = NewAccount(handle=handle, email=email, password=password, name=name, language=language)
    return await _make(square, new, confirmed=True, approved=True, role=role)


async def mail_confirmation(square: Square, account: int) -> None:
    """Send the link by which an address is confirmed, where it still must be. To be called outside any unit of work.

    Raises OSError from the carrier.
    """
    secret = new_secret()
    async with square.work.writing() as w:
        login = await logins.login_of(w, account)
        if login is None or login.confirmed_at is not None:
            return
        await logins.add_link(w, digest(secret), account, CONFIRM, w.now() + CONFIRM_LASTS)
    await square.mail.send(signin_mails.letter(signin_mails.CONFIRM, square.settings, login, f"/confirm/{secret}"))


async def ask_confirmation(square: Square, viewer: Viewer) -> None:
    """The link once more. Raises NotFound where nobody is signed in, Conflict where nothing is left to confirm."""
    async with square.work.writing() as w:
        login = await _unconfirmed(w, viewer)
        w.tell(ConfirmationAsked(account=login.account))


async def correct_email(square: Square, viewer: Viewer, email: str, address: str = "") -> None:
    """Another address for one that was mistyped; the link goes there. Raises Invalid, NotAllowed where the net is blocked, and what
    `ask_confirmation` does.
    """
    email = check_email(email)
    await ip_and_mail_blocks.mode_for(square, address, email)  # for its refusals alone
    async with square.work.writing() as w:
        login = await _unconfirmed(w, viewer)
        if email != login.email:
            await check_email_free(w, email, login.account)
            await logins.correct_email(w, login.account, email)
        w.tell(ConfirmationAsked(account=login.account))


async def _unconfirmed(w: Writing, viewer: Viewer) -> logins.Login:
    login = or_not_found(await logins.login_of(w, viewer.account) if viewer.account is not None else None)
    if login.confirmed_at is not None:
        raise Conflict("confirmed_already")
    return login


async def may_confirm(square: Square, secret: str) -> bool:
    """Whether the link would still work; looking uses nothing up, for mail scanners follow every link."""
    async with square.work.reading() as reading:
        return await logins.link(reading, digest(secret), CONFIRM) is not None


async def confirm(square: Square, secret: str) -> bool:
    """The address is theirs. True when the account is open now, False when it waits for approval. Raises NotFound."""
    async with square.work.writing() as w:
        return await confirm_login(w, await logins.take_link(w, digest(secret), CONFIRM))


async def approve(square: Square, viewer: Viewer, account: int) -> None:
    """Let somebody in who asked to join; they are told by mail. Raises NotFound for those who may not, or for nobody who waits."""
    if not may(viewer, "approve_accounts"):
        raise NotFound
    async with square.work.writing() as w:
        if not await logins.approve(w, account):
            raise NotFound
        if await _open_if_ready(w, account) and await accounts.standing_of(w, account) != SUSPENDED:
            w.tell(LetIn(account=account))


async def reject(square: Square, viewer: Viewer, account: int) -> None:
    """Turn somebody away who asked to join: nothing of them is kept. They are told by mail, where the address is known to be theirs.

    Raises NotFound as `approve` does.
    """
    if not may(viewer, "approve_accounts"):
        raise NotFound
    async with square.work.writing() as w:
        login = await logins.login_of(w, account)
        if login is None or not await logins.reject(w, account):
            raise NotFound
        await apps.end_all(w, account)
        if login.confirmed_at is not None:
            w.tell(TurnedAway(email=login.email, handle=login.handle, language=login.language))


async def waiting(square: Square, viewer: Viewer, at_most: int = 100) -> list[logins.Login]:
    """Who confirmed their address and waits for approval. Raises NotFound for those who may not see it."""
    if not may(viewer, "approve_accounts"):
        raise NotFound
    async with square.work.reading() as reading:
        return await logins.waiting(reading, at_most)


async def how_many_wait(square: Square, viewer: Viewer) -> int:
    """Of those that `waiting` gives, all; 0 for those who may not see it."""
    if not may(viewer, "approve_accounts"):
        return 0
    async with square.work.reading() as reading:
        return await logins.how_many_wait(reading)


async def ensure_system_account(square: Square) -> int:
    """The account in whose name the house itself speaks (notices); made when it is first asked for. Nobody can sign in as it."""
    async with square.work.reading() as reading:
        known = await marks.read(reading, SYSTEM_MARK)
    square.work.memory.house = int(known) if known else await _make_system_account(square)
    return square.work.memory.house


async def _make_system_account(square: Square) -> int:
    async with square.work.writing() as w:
        known = await marks.read(w, SYSTEM_MARK)
        if known:
            return int(known)
        id_ = square.make_id()
        name = square.settings.title
        if not await accounts.add(
            w, id_, SYSTEM_HANDLE, name=name, role=Role.SYSTEM, state="active", locked=True, bot=True
        ):
            raise Conflict("house_handle_taken", handle=SYSTEM_HANDLE)
        await marks.write(w, SYSTEM_MARK, str(id_))
    return id_


async def account_id(square: Square, handle: str) -> int:
    """Whose handle this is. Raises NotFound."""
    async with square.work.reading() as reading:
        return or_not_found(await id_of(reading, handle.strip().removeprefix("@")))


def _wrong_in(new: NewAccount, mode: str) -> Iterator[Invalid]:
    """What is wrong with what somebody filled in, by itself."""
    if _plain(new.handle) in RESERVED:
        yield Invalid("handle_reserved")
    if mode == "approval" and not trimmed(new.reason):
        yield Invalid("reason_blank")
    for check, value in (
        (check_handle, new.handle),
        (check_email, new.email),
        (check_password, new.password),
        (_reason, new.reason),
    ):
        try:
            check(value)
        except Invalid as problem:
            yield problem


async def _had_by_others(square: Square, new: NewAccount) -> list[Invalid]:
    """What others have already. The store holds it once more when the account is made: two may come at once."""
    handle, email = _plain(new.handle), new.email.strip().lower()
    async with square.work.reading() as reading:
        by_handle = await logins.named(reading, handle) if "@" not in handle else None
        by_email = await logins.named(reading, email) if "@" in email else None
    return [Invalid("handle_taken")] * (by_handle is not None) + [Invalid("email_taken")] * (by_email is not None)


async def check_email_free(w: Writing, email: str, account: int) -> None:
    """Raises Invalid where somebody else has this address."""
    login = await logins.named(w, email)
    if login is not None and login.account != account:
        raise Invalid("email_taken")


def _plain(handle: str) -> str:
    return handle.strip().lower().removeprefix("@")


def check_handle(handle: str) -> str:
    """The handle in small letters. Raises Invalid; only ASCII, so that no letter of another script can pass for one."""
    handle = _plain(handle)
    if not _HANDLE.fullmatch(handle):
        raise Invalid("handle_invalid")
    return handle


def check_email(email: str) -> str:
    """The address in small letters. Raises Invalid."""
    email = email.strip().lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise Invalid("email_invalid")
    return email


async def confirm_login(w: Writing, account: int) -> bool:
    """Within a unit: the address is confirmed; whether the account is open now."""
    first = await logins.confirm(w, account)
    await logins.reached(w, account)
    opened = await _open_if_ready(w, account)
    if first and not opened:
        w.tell(JoiningAsked(account=account))
    return opened


async def _make(square: Square, new: NewAccount, *, confirmed: bool, approved: bool, role: Role) -> int:
    handle, email, name = check_handle(new.handle), check_email(new.email), display_name(new.name)
    check_password(new.password)
    reason = _reason(new.reason)
    hash_ = await logins.hash_password(new.password)
    id_ = square.make_id()
    ready = confirmed and approved
    async with square.work.writing() as w:
        if not await accounts.add(w, id_, handle, name=name, role=role, state="active" if ready else "pending"):
            raise Invalid("handle_taken")
        if not await logins.add(
            w,
            id_,
            email=email,
            password_hash=hash_,
            confirmed=confirmed,
            approved=approved,
            language=new.language,
            reason=reason,
        ):
            raise Invalid("email_taken")
        if role is not Role.MEMBER and square.enlist is not None:
            await square.enlist(w, id_, role)
        w.tell(AccountCreated(account=id_))
        if not confirmed:
            w.tell(ConfirmationAsked(account=id_))
        elif not approved:
            w.tell(JoiningAsked(account=id_))
        if ready:
            await accounts.find_by(w, id_, name_words(name, handle))
            w.tell(AccountOpened(account=id_))
    return id_


async def _open_if_ready(w: Writing, account: int) -> bool:
    """Confirmed and approved: a person of the square, who can be found from now on, unless a suspension that came before lasts."""
    login = await logins.login_of(w, account)
    if login is None or login.confirmed_at is None or login.approved_at is None:
        return False
    if await accounts.open_(w, account):
        await apps.forget_callers(w, account)
        await accounts.find_by(w, account, name_words(await accounts.name_of(w, account), login.handle))
        await accounts.settle(w, account)
        w.tell(AccountOpened(account=account))
    return True


def _reason(text: str) -> str:
    return trimmed(typed(text, "reason_unreadable"))[:MAX_REASON]
