"""A password changed, and reset by a link in a mail. What is taken for one is said in `policy/passwords.py`."""

from chaupal.kernel.clock import HOUR
from chaupal.kernel.errors import NotFound
from chaupal.kernel.secrets import digest, new_secret
from chaupal.policy.passwords import check_password
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import PasswordResetAsked
from chaupal.social.people.accounts import confirm_login
from chaupal.social.signin import signin_mails
from chaupal.social.signin.sessions import Session, begin_session, check_proved, proved
from chaupal.store.identity import apps, logins
from chaupal.store.identity.logins import hash_password

RESET_LASTS = HOUR
RESET = "reset"


async def change_password(square: Square, viewer: Viewer, old: str, new: str, *, agent: str = "") -> Session:
    """Every session and token ends; the one who changed it gets a new session. Raises Invalid with the field."""
    check_password(new)
    login = await proved(square, viewer, old, field="old")
    hash_ = await hash_password(new)
    async with square.work.writing() as w:
        await check_proved(w, login, field="old")
        await logins.set_password(w, login.account, hash_)
        await apps.end_all(w, login.account)
    return await begin_session(square, login.account, agent=agent)


async def ask_reset(square: Square, email: str) -> None:
    """A mail with a reset link will be sent, if anybody has this address; the asker learns nothing either way."""
    async with square.work.writing() as w:
        login = await logins.named(w, email.strip().lower()) if "@" in email else None
        w.tell(PasswordResetAsked(account=login.account if login else 0))


async def mail_reset(sender: signin_mails.Sender, account: int) -> None:
    """Send the link: it works once, for an hour. To be called outside any unit of work. Raises OSError from the carrier."""
    secret = new_secret()
    async with sender.work.writing() as w:
        login = await logins.login_of(w, account)
        if login is None:
            return
        await logins.add_link(w, digest(secret), account, RESET, w.now() + RESET_LASTS)
    await sender.mail.send(signin_mails.letter(signin_mails.RESET, sender.settings, login, f"/reset/{secret}"))


async def may_reset(square: Square, secret: str) -> bool:
    """Whether the link would still work."""
    async with square.work.reading() as reading:
        return await logins.link(reading, digest(secret), RESET) is not None


async def reset_password(square: Square, secret: str, new: str) -> None:
    """The new password holds; the link, every session and every token end. Raises NotFound for a dead link, Invalid."""
    if not await may_reset(square, secret):
        raise NotFound
    hash_ = await hash_password(new)
    async with square.work.writing() as w:
        account = await logins.take_link(w, digest(secret), RESET)
        # Whoever reads the mails of an address has shown that it is theirs.
        await confirm_login(w, account)
        await logins.set_password(w, account, hash_)
        await apps.end_all(w, account)
