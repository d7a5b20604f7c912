"""A password changed, or reset by a link in a mail; and another e-mail address, which is theirs once they followed the link sent there."""

from msgspec.structs import replace

from chaupal.kernel.clock import DAY, HOUR
from chaupal.kernel.errors import NotFound, or_not_found
from chaupal.kernel.secrets import digest, new_secret
from chaupal.policy.passwords import check_password
from chaupal.policy.viewer import Viewer
from chaupal.ports.mail import NotReached
from chaupal.social.context import SAME_ROLE, Square
from chaupal.social.events import EmailChangeAsked, PasswordResetAsked
from chaupal.social.people import ip_and_mail_blocks
from chaupal.social.people.accounts import check_email, check_email_free, confirm_login
from chaupal.social.signin import signin_mails
from chaupal.social.signin.sessions import Session, begin_session, check_proved, proved
from chaupal.store.identity import apps, logins
from chaupal.store.machine.work import Writing

RESET_LASTS = HOUR
RESET = "reset"


async def change_password(square: Square, viewer: Viewer, old: str, new: str, *, agent: str = "") -> Session:
    """Every session and token ends; the one who changed it gets a new session. Raises Invalid with the field."""
    check_password(new)
    login = await proved(square, viewer, old, field="old")
    hash_ = await logins.hash_password(new)
    async with square.work.writing() as w:
        await check_proved(w, login, field="old")
        await logins.set_password(w, login.account, hash_)
        await apps.end_all(w, login.account)
    return await begin_session(square, login.account, known=replace(login, password_hash=hash_), agent=agent)


async def ask_reset(square: Square, email: str) -> None:
    """A mail with a reset link will be sent, if anybody has this address; the asker learns nothing either way."""
    async with square.work.writing() as w:
        login = await logins.named(w, email.strip().lower()) if "@" in email else None
        w.tell(PasswordResetAsked(account=login.account if login else 0))


async def mail_reset(square: Square, account: int) -> None:
    """Send the link: it works once, for an hour. To be called outside any unit of work. Raises OSError from the carrier."""
    secret = new_secret()
    async with square.work.writing() as w:
        login = await logins.login_of(w, account)
        if login is None:
            return
        await logins.add_link(w, digest(secret), account, RESET, w.now() + RESET_LASTS)
    await square.mail.send(signin_mails.letter(signin_mails.RESET, square.settings, login, f"/reset/{secret}"))


async def may_reset(square: Square, secret: str) -> bool:
    """Whether the link would still work."""
    async with square.work.reading() as reading:
        return await logins.link(reading, digest(secret), RESET) is not None


async def reset_password(square: Square, secret: str, new: str) -> None:
    """The new password holds; the link, every session and every token end. Raises NotFound for a dead link, Invalid."""
    if not await may_reset(square, secret):
        raise NotFound
    hash_ = await logins.hash_password(new)
    async with square.work.writing() as w:
        account = await logins.take_link(w, digest(secret), RESET)
        # Whoever reads the mails of an address has shown that it is theirs.
        await confirm_login(w, account)
        await logins.set_password(w, account, hash_)
        await apps.end_all(w, account)


EMAIL = "email"
EMAIL_LASTS = 2 * DAY


async def ask_email(square: Square, viewer: Viewer, password: str, email: str) -> None:
    """A link goes to the new address, and word of it to the one of now. The one of now again: whether mail reaches it. Raises Invalid."""
    email = check_email(email)
    await ip_and_mail_blocks.mode_for(square, "", email)  # for its refusals alone
    login = await proved(square, viewer, password)
    async with square.work.writing() as w:
        await check_proved(w, login)
        await check_email_free(w, email, login.account)
        await logins.want_email(w, login.account, email)
        w.tell(EmailChangeAsked(account=login.account))


async def mail_email_link(square: Square, account: int) -> None:
    """Send word of it to the address of now, then the link to the one that is wanted: whoever is in an account could else take it
    from its owner unseen. A link that could not be sent is tried again, and word of it is sent once. To be called outside any unit
    of work. Raises OSError from the carrier.
    """
    secret, unreached = new_secret(), None
    async with square.work.reading() as reading:
        login, warned = await logins.login_of(reading, account), await logins.has_link(reading, account, EMAIL)
    if login is None or not login.email_wanted:
        return
    try:
        if not warned and login.email_wanted != login.email and login.unreached_at is None:
            await square.mail.send(
                signin_mails.letter(signin_mails.ADDRESS_LEAVES, square.settings, login, "/password")
            )
    except NotReached as error:  # the mailbox of now is no more: that is why many want another one
        unreached = error
    async with square.work.writing() as w:
        now = await logins.login_of(w, account)
        if now is None or now.email_wanted != login.email_wanted:
            return  # it was taken back, or is another one meanwhile
        await logins.add_link(w, digest(secret), account, EMAIL, w.now() + EMAIL_LASTS)
    path = f"/email/{secret}"
    await square.mail.send(
        signin_mails.letter(signin_mails.NEW_ADDRESS, square.settings, login, path, login.email_wanted)
    )
    if unreached is not None:
        raise unreached


async def change_email(square: Square, account: int, email: str) -> None:
    """By the operator's word, without a link; of the staff the log says so. Raises Invalid, NotFound."""
    async with square.work.writing() as w:
        or_not_found(await logins.login_of(w, account))
        if square.enlist is not None:
            await square.enlist(w, account, SAME_ROLE)
        await _change_email(w, account, check_email(email))


async def email_link_works(square: Square, secret: str) -> bool:
    """Whether the link would still do something; looking uses nothing up."""
    async with square.work.reading() as reading:
        return await logins.link(reading, digest(secret), EMAIL) is not None


async def confirm_email(square: Square, secret: str) -> None:
    """The address is theirs. Raises NotFound for a dead link, Invalid where somebody else has taken the address meanwhile."""
    async with square.work.writing() as w:
        login = await logins.login_of(w, await logins.take_link(w, digest(secret), EMAIL))
        if login is None or not login.email_wanted:
            raise NotFound
        await _change_email(w, login.account, login.email_wanted)


async def _change_email(w: Writing, account: int, email: str) -> None:
    await check_email_free(w, email, account)
    await logins.change_email(w, account, email)
    await apps.forget_callers(w, account)
