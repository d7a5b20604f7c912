"""What is asked beside a password: secrets of codes, recovery codes, passkeys, and what a browser has still to sign."""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import func, or_, select, text as sql

from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.statements import counts_of, deletes, inserts, rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.identity import challenges, logins, passkeys, recovery_codes

SET_SECRET = updates(logins, totp_secret="secret", totp_since=None, totp_used=0).where(account_id="of")
TURN_ON = updates(logins, totp_since="at", totp_used="used").where(account_id="of", totp_since=None)
USE_CODE = updates(logins, totp_used="used").where(logins.c.totp_used < param("used"), account_id="of")
ADD_RECOVERY = inserts(recovery_codes)
DROP_RECOVERY = deletes(recovery_codes).where(account_id="me")
USE_RECOVERY = deletes(recovery_codes).where(account_id="me", hash="which")
recovery_left = counts_of(recovery_codes).where(account_id="of").number_of
USE_PASSKEY = updates(passkeys, uses="times", used_at="at").where(credential="which")
DROP_PASSKEY = deletes(passkeys).where(credential="which", account_id="me")
DROP_PASSKEYS = deletes(passkeys).where(account_id="me")
COUNT_PASSKEYS = updates(
    logins,
    passkeys=select(func.count()).select_from(passkeys).where(passkeys.c.account_id == param("me")).scalar_subquery(),
).where(account_id="me")
GUARDED = selects(logins.c.account_id).where(
    among(logins.c.account_id, "ids"), or_(logins.c.totp_since.is_not(None), logins.c.passkeys > sql("0"))
)
ADD_CHALLENGE = inserts(challenges)
TAKE_CHALLENGE = (
    deletes(challenges)
    .where(challenges.c.expires_at > param("now"), hash="which", purpose="what")
    .returning(challenges.c.account_id)
)
DROP_CHALLENGES = deletes(challenges).where(challenges.c.expires_at < param("before"))


class Passkey(msgspec.Struct, frozen=True, rename={"account": "account_id"}):
    """A key that a device holds; we keep its public half (base64url). `uses`: what the device counts, to tell copies."""

    credential: str
    account: int
    public_key: str
    uses: int
    name: str
    created_at: int
    used_at: int | None


ALL = rows_of(Passkey, passkeys)
passkeys_of = ALL.where(account_id="of").ordered("created_at credential").all_of
passkey = ALL.where(credential="of").first_of


async def set_secret(w: Writing, account: int, secret: str) -> None:
    """A new secret, not in use until a code of it was typed; empty: codes are asked for no more."""
    await w.run(SET_SECRET, of=account, secret=secret)


async def turn_on(w: Writing, account: int, used: int) -> bool:
    return await w.run(TURN_ON, of=account, at=w.now(), used=used) == 1


async def use_code(w: Writing, account: int, number: int) -> bool:
    """False where this code, or a later one, was taken before."""
    return await w.run(USE_CODE, of=account, used=number) == 1


async def set_recovery(w: Writing, account: int, hashes: Sequence[str]) -> None:
    """These instead of all before."""
    await w.run(DROP_RECOVERY, me=account)
    for hash_ in hashes:
        await w.run(ADD_RECOVERY, account_id=account, hash=hash_)


async def use_recovery(w: Writing, account: int, hash_: str) -> bool:
    return await w.run(USE_RECOVERY, me=account, which=hash_) == 1


async def add_passkey(w: Writing, key: Passkey) -> None:
    await ALL.add(w, key)
    await w.run(COUNT_PASSKEYS, me=key.account)


async def use_passkey(w: Writing, credential: str, uses: int) -> None:
    await w.run(USE_PASSKEY, which=credential, times=uses, at=w.now())


async def drop_passkey(w: Writing, account: int, credential: str) -> bool:
    gone = await w.run(DROP_PASSKEY, me=account, which=credential) == 1
    await w.run(COUNT_PASSKEYS, me=account)
    return gone


async def drop_all(w: Writing, account: int) -> None:
    """The password alone is enough again: no codes, no recovery codes, no passkeys."""
    await set_secret(w, account, "")
    await set_recovery(w, account, ())
    await w.run(DROP_PASSKEYS, me=account)
    await w.run(COUNT_PASSKEYS, me=account)


async def guarded(reading: Reading, ids: Collection[int]) -> set[int]:
    """Those of whom something is asked beside the password."""
    return {row[0] for row in await reading.fetch(GUARDED, ids=listed(sorted(ids)))} if ids else set()


async def add_challenge(w: Writing, hash_: str, account: int, purpose: str, until: int) -> None:
    await w.run(ADD_CHALLENGE, hash=hash_, account_id=account, purpose=purpose, expires_at=until)


async def take_challenge(w: Writing, hash_: str, purpose: str) -> int | None:
    """Whose it was (0: anybody's); None where it is unknown, used or over."""
    return await w.value(TAKE_CHALLENGE, which=hash_, what=purpose, now=w.now())


async def drop_challenges(w: Writing, before: int) -> None:
    await w.run(DROP_CHALLENGES, before=before)
