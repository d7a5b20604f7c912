"""How people come in: their e-mail, their password's hash (Argon2, made off the loop), what is still asked of them, and links sent by
mail.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select, text as sql

from chaupal.kernel.clock import HOUR
from chaupal.kernel.errors import NotFound
from chaupal.kernel.secrets import digest, new_secret
from chaupal.policy.passwords import LONGEST, check_password
from chaupal.store.identity.accounts import hold
from chaupal.store.machine.dialect import param
from chaupal.store.machine.shelves import PEOPLE, RELATIONS
from chaupal.store.machine.statements import columns_of, deletes, inserts, inserts_once, same, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.identity import accounts, logins, mail_tokens
from chaupal.text.clean import nfc

ADD = inserts_once(logins, "account_id email password_hash confirmed_at approved_at ui_language reason created_at")

COLUMNS = columns_of(
    logins.c.account_id,
    accounts,
    "handle role state",
    logins,
    "email password_hash confirmed_at approved_at ui_language reason created_at default_visibility "
    "default_sensitive default_language totp_secret totp_since totp_used passkeys default_quote_policy "
    "marks_since require_alt email_wanted unreached_at",
)
_ALL = selects(*COLUMNS).join_from(logins, accounts, accounts.c.id == logins.c.account_id)
OF = _ALL.where(same(logins, account_id="me"), accounts.c.state != "deleted")
BY_EMAIL = _ALL.where(same(logins, email="name"), accounts.c.state != "deleted")
BY_HANDLE = _ALL.where(same(accounts, handle="name"), accounts.c.state != "deleted")
_ASKS = (logins.c.confirmed_at.is_not(None), logins.c.approved_at.is_(None), accounts.c.state == "pending")
HOW_MANY_WAIT = selects(func.count()).join_from(logins, accounts, accounts.c.id == logins.c.account_id).where(*_ASKS)
WAITING = _ALL.where(*_ASKS).order_by(logins.c.confirmed_at, logins.c.account_id).limit("n")
CONFIRM = updates(logins, confirmed_at="at").where(account_id="of", confirmed_at=None)
SET_EMAIL = updates(logins, "email", unreached_at=None).where(account_id="of", confirmed_at=None)
WANT_EMAIL = updates(logins, email_wanted="email").where(account_id="of")
CHANGE_EMAIL = updates(logins, "email", email_wanted=sql("''"), unreached_at=None).where(account_id="of")
# They read what is sent to their address.
reached = updates(logins, unreached_at=None).where(account_id="of").run_of
UNREACHED = updates(logins, unreached_at="at", mail_due_at=None).where(account_id="of")
APPROVE = updates(logins, approved_at="at").where(account_id="of", approved_at=None)
# Who has never come in leaves nothing behind.
_waits = (
    select(accounts.c.id).where(accounts.c.id == param("of"), accounts.c.state == sql("'pending'")).scalar_subquery()
)
DROP_PENDING_LINKS = deletes(mail_tokens).where(mail_tokens.c.account_id == _waits)
DROP_PENDING = deletes(logins).where(logins.c.account_id == _waits, approved_at=None)
DROP_PENDING_ACCOUNT = deletes(accounts).where(accounts.c.state == sql("'pending'"), id="of")
SET_PASSWORD = updates(logins, password_hash="hash").where(account_id="of")
SET_LANGUAGE = updates(logins, ui_language="language").where(account_id="of")
SET_APPEARANCE = updates(logins, "appearance").where(account_id="of")
SET_READS = updates(logins, "reads", reads_at_home=func.coalesce(param("only"), logins.c.reads_at_home)).where(
    account_id="of"
)
SET_DEFAULTS = updates(
    logins, "default_visibility default_sensitive default_language default_quote_policy require_alt"
).where(account_id="of")

ADD_LINK = inserts(mail_tokens, hash="hash", account_id="me", purpose="purpose", expires_at="until")
LINK = selects(mail_tokens.c.account_id).where(
    mail_tokens.c.expires_at > param("now"), hash="hash", purpose="purpose", used_at=None
)
HAS_LINK = selects(mail_tokens.c.account_id).where(account_id="me", purpose="what", used_at=None).limit(1)
USE_LINK = updates(mail_tokens, used_at="at").where(hash="of", used_at=None)
USE_LINKS_OF = updates(mail_tokens, used_at="at").where(account_id="me", purpose="what", used_at=None)
TRIES = selects(func.count()).where(
    same(mail_tokens, account_id="me", purpose="what"), mail_tokens.c.expires_at > param("now")
)
DROP_OLD_LINKS = deletes(mail_tokens).where(mail_tokens.c.expires_at < param("before"))


# A wrong code is noted as a link is, for so long; its owner is told of so many, and not of every slip, and that they were told is noted
# for as long.
MISSED, TOLD, MISSED_COUNTS, TOLD_AT = "missed", "told_of_missed", HOUR, 5


class Login(msgspec.Struct, frozen=True):
    """A person's way in. Times in ms since 1970 UTC; None: not yet."""

    account: int
    handle: str
    role: str
    state: str
    email: str
    password_hash: str
    confirmed_at: int | None
    approved_at: int | None
    language: str
    reason: str
    created_at: int
    default_visibility: str
    default_sensitive: int
    default_language: str
    totp_secret: str = ""
    totp_since: int | None = None
    totp_used: int = 0
    passkeys: int = 0
    default_quote_policy: str = "public"
    marks_since: int | None = None  # since when they want read marks
    require_alt: int = 0
    email_wanted: str = ""
    unreached_at: int | None = None  # since when mail is known not to reach them

    @property
    def second(self) -> bool:
        """Whether something beside the password is asked for."""
        return self.totp_since is not None or self.passkeys > 0


async def add(
    w: Writing,
    account: int,
    *,
    email: str,
    password_hash: str,
    confirmed: bool,
    approved: bool,
    language: str,
    reason: str,
) -> bool:
    """A new login; False, and nothing is written, when the address is taken."""
    now = w.now()
    rows = await w.run(
        ADD,
        account_id=account,
        email=email,
        password_hash=password_hash,
        confirmed_at=now if confirmed else None,
        approved_at=now if approved else None,
        ui_language=language,
        reason=reason,
        created_at=now,
    )
    return rows == 1


async def login_of(reading: Reading, account: int) -> Login | None:
    """The login of an account; None for those who have none (the system's own, deleted ones)."""
    return _login(await reading.first(OF, me=account))


async def named(reading: Reading, name: str) -> Login | None:
    """By e-mail or handle, in lower case; no handle holds an @, so the two cannot be taken for each other."""
    if not name.isascii() or not name.isprintable():
        return None
    return _login(await reading.first(BY_EMAIL if "@" in name else BY_HANDLE, name=name))


async def waiting(reading: Reading, at_most: int) -> list[Login]:
    """Those who confirmed their address and wait for approval, the longest waiting first."""
    return [Login(*row) for row in await reading.fetch(WAITING, n=at_most)]


async def how_many_wait(reading: Reading) -> int:
    """Of those that `waiting` gives, all."""
    return await reading.value(HOW_MANY_WAIT)


async def confirm(w: Writing, account: int) -> bool:
    return await w.run(CONFIRM, of=account, at=w.now()) == 1


async def correct_email(w: Writing, account: int, email: str) -> None:
    """Another address for one that was never confirmed; links that went to that one are dead from now on."""
    await w.run(SET_EMAIL, of=account, email=email)
    await end_links(w, account, "confirm", "reset", "email")


async def want_email(w: Writing, account: int, email: str) -> None:
    """This address is to be theirs; links that went to another one are dead from now on."""
    await w.run(WANT_EMAIL, of=account, email=email)
    await end_links(w, account, "email")


async def change_email(w: Writing, account: int, email: str) -> None:
    """It is theirs, and reaches them; links that went to any other are dead from now on."""
    await w.run(CHANGE_EMAIL, of=account, email=email)
    await end_links(w, account, "confirm", "reset", "email")


async def unreached(w: Writing, account: int) -> None:
    """What is sent to their address reaches nobody; no letter about notifications is due any more."""
    await w.run(UNREACHED, of=account, at=w.now())


async def approve(w: Writing, account: int) -> bool:
    return await w.run(APPROVE, of=account, at=w.now()) == 1


async def reject(w: Writing, account: int) -> bool:
    """Nothing is left of somebody who asked to join; False where they do not wait for approval."""
    if await w.run(DROP_PENDING, of=account) != 1:
        return False
    await w.run(DROP_PENDING_LINKS, of=account)
    await w.run(DROP_PENDING_ACCOUNT, of=account)
    w.touch(PEOPLE, account)
    return True


async def set_password(w: Writing, account: int, password_hash: str) -> None:
    """And no other address is wanted any more: whoever knew the old password may have asked for it. Nor does it lead on by a second
    step, or a link to a reset that waits.
    """
    await w.run(SET_PASSWORD, of=account, hash=password_hash)
    await want_email(w, account, "")
    await end_links(w, account, "reset", "second")


async def set_language(w: Writing, account: int, language: str) -> None:
    await w.run(SET_LANGUAGE, of=account, language=language)


async def set_reads(w: Writing, account: int, reads: str, *, at_home: bool | None = None) -> None:
    """`at_home`: whether their home is to hold nothing else; None: as it was."""
    await w.run(SET_READS, of=account, reads=reads, only=None if at_home is None else int(at_home))
    w.touch(RELATIONS, account)


async def set_appearance(w: Writing, account: int, appearance: str) -> None:
    await w.run(SET_APPEARANCE, of=account, appearance=appearance)


async def set_defaults(
    w: Writing, account: int, *, visibility: str, sensitive: bool, language: str, quote_policy: str, require_alt: bool
) -> None:
    """What a new post of theirs starts with, and what its pictures need."""
    await w.run(
        SET_DEFAULTS,
        of=account,
        default_visibility=visibility,
        default_sensitive=int(sensitive),
        default_language=language,
        default_quote_policy=quote_policy,
        require_alt=int(require_alt),
    )


async def add_link(w: Writing, hash_: str, account: int, purpose: str, until: int) -> None:
    """A link to send; older ones for the same purpose are dead from now on."""
    await end_links(w, account, purpose)
    await w.run(ADD_LINK, hash=hash_, me=account, purpose=purpose, until=until)


async def end_links(w: Writing, account: int, *purposes: str) -> None:
    """Links for these purposes that were not used are dead from now on."""
    for purpose in purposes:
        await w.run(USE_LINKS_OF, me=account, what=purpose, at=w.now())


async def link(reading: Reading, hash_: str, purpose: str) -> int | None:
    """Whose unused, unexpired link this is."""
    return await reading.value(LINK, hash=hash_, purpose=purpose, now=reading.now())


async def has_link(reading: Reading, account: int, purpose: str) -> bool:
    """Whether a link for it was made that was neither used nor replaced since."""
    return await reading.first(HAS_LINK, me=account, what=purpose) is not None


async def take_link(w: Writing, hash_: str, purpose: str) -> int:
    """Whose link this is, which is used from now on. Raises NotFound for a dead one."""
    account = await link(w, hash_, purpose)
    if account is None:
        raise NotFound
    await hold(w, account)  # before the link, as whoever changes a password does, by which links end
    if not await use_link(w, hash_):
        raise NotFound
    return account


async def use_link(w: Writing, hash_: str) -> bool:
    """False when somebody else was quicker."""
    return await w.run(USE_LINK, of=hash_, at=w.now()) == 1


async def tries(reading: Reading, account: int, purpose: str) -> int:
    """How many links for a purpose are not over yet, used or not."""
    return await reading.value(TRIES, me=account, what=purpose, now=reading.now()) or 0


async def code_missed(w: Writing, of: int) -> bool:
    """Note a wrong code beside the right password of an account, or of somebody of an authority, that is held (two at once would not
    count each other). Whether its owner is to be told: after TOLD_AT of them, once an hour at most."""
    await add_link(w, digest(new_secret()), of, MISSED, w.now() + MISSED_COUNTS)
    if await tries(w, of, MISSED) < TOLD_AT or await tries(w, of, TOLD):
        return False
    await add_link(w, digest(new_secret()), of, TOLD, w.now() + MISSED_COUNTS)
    return True


async def drop_old_links(w: Writing, before: int) -> None:
    await w.run(DROP_OLD_LINKS, before=before)


def _login(row: Any) -> Login | None:
    return Login(*row) if row else None


# OWASP's smaller setting: 19 MiB a hash, so that a rush of log-ins does not take the machine's memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_THREADS = ThreadPoolExecutor(2, "passwords")
# Verified when nobody has the name that was typed, so that both cases take equally long: of random words that were thrown away,
# and made once for all, since a hash at each import is a tenth of a short command.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$NA7y/cmv/cVdyRR95XfFBw$G1INj55fFM4WEIwjHz6w2uZ+YEL1zXUKFy+a15dTWsc"


async def hash_password(password: str) -> str:
    """The hash to keep. Raises Invalid as `check_password` does. Takes some 20 ms."""
    checked = check_password(password)
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, checked)


async def is_password(kept: str | None, password: str) -> bool:
    """Whether this is the password behind a hash; as slow, and False, where there is none."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, kept, password)


def _verify(kept: str | None, password: str) -> bool:
    try:
        right = _HASHER.verify(kept or _NOBODY, nfc(password[: LONGEST + 1]).encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None
