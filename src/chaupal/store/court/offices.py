"""The people of authorities, who file on the portal or by API: how they come in, and their sessions."""

from collections.abc import Sequence
from typing import Any

import msgspec

from chaupal.store.machine.dialect import among, listed, param, text_param
from chaupal.store.machine.statements import deletes, inserts, rows_of, same, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import authority_sessions, authority_users


class OfficeUser(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who files for an authority; no account of the square. Times in ms.

    `totp_secret` is encrypted; `totp_used`: the number of the last code taken, so that none is taken twice. `created_by`: who of the
    staff invited them; `invited_again_by`: who sent another link since.
    """

    id: int
    authority_id: int
    name: str
    rank: str
    email: str
    password_hash: str
    totp_secret: str
    totp_used: int
    token_hash: str
    created_at: int
    created_by: int
    disabled_at: int | None
    log_index: int | None
    invited_again_by: tuple[int, ...] = ()

    @property
    def enrolled(self) -> bool:
        return bool(self.password_hash)

    @property
    def let_in_by(self) -> tuple[int, ...]:
        """Everybody of the staff who let them in, the last one last."""
        return self.created_by, *self.invited_again_by


def _ids(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")[1:]))


ALL = rows_of(OfficeUser, authority_users, invited_again_by=(_ids, lambda ids: "".join(f",{id_}" for id_ in ids)))
# False where the address is taken.
add = ALL.add_once
user = ALL.by_id
HOLD = selects(authority_users.c.id).where(id="of").with_for_update()
BY_EMAIL = ALL.where(email="address")
BY_TOKEN = ALL.where(token_hash="hash", disabled_at=None)
BY_IDS = ALL.where(among(authority_users.c.id, "ids"))
everybody = ALL.all
users_of = ALL.where(authority_id="of").ordered("id").all_of
ENROL = updates(authority_users, password_hash="hash", totp_used="used").where(id="of")
INVITE_AGAIN = (
    updates(authority_users, totp_secret="sealed", totp_used=0)
    .where(id="of")
    .values(invited_again_by=authority_users.c.invited_again_by + text_param("by"))
)
_IN_STILL = {"id": "of", "password_hash": "known", "disabled_at": None}  # by what they had when they were looked at
USE_CODE = updates(authority_users, totp_used="used").where(authority_users.c.totp_used < param("used"), **_IN_STILL)
NEW_TOKEN = updates(authority_users, token_hash="hash").where(**_IN_STILL)
DROP_TOKEN = updates(authority_users, token_hash="none").where(id="of")
DISABLE = updates(authority_users, disabled_at="at").where(id="of", disabled_at=None).values(token_hash="")
ADD_SESSION = inserts(authority_sessions)
BY_SESSION = ALL.join(authority_sessions, authority_sessions.c.user_id == authority_users.c.id).where(
    same(authority_sessions, hash="hash"),
    authority_sessions.c.expires_at > param("now"),
    authority_sessions.c.passed_totp == 1,
    disabled_at=None,
)
drop_session = deletes(authority_sessions).where(hash="of").run_of
DROP_SESSIONS = deletes(authority_sessions).where(user_id="of")
DROP_OLD_SESSIONS = deletes(authority_sessions).where(authority_sessions.c.expires_at < param("before"))


async def inviters(reading: Reading, ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Who of the staff let each of them in (`let_in_by`)."""
    return {user.id: user.let_in_by for user in await BY_IDS.all(reading, ids=listed(ids))} if ids else {}


async def by_email(reading: Reading, address: str) -> OfficeUser | None:
    """Whose address this is, in small letters."""
    if not address.isascii() or not address.isprintable():
        return None
    return await BY_EMAIL.first(reading, address=address)


async def by_token(reading: Reading, hash_: str) -> OfficeUser | None:
    return await BY_TOKEN.first(reading, hash=hash_) if hash_ else None


async def by_session(reading: Reading, hash_: str) -> OfficeUser | None:
    return await BY_SESSION.first(reading, hash=hash_, now=reading.now())


async def invite_again(w: Writing, id_: int, sealed: str, by: int) -> None:
    """A new secret for one-time codes; the old one's codes are worth nothing."""
    await w.run(INVITE_AGAIN, of=id_, sealed=sealed, by=f",{by}")


async def enrol(w: Writing, id_: int, password_hash: str, used: int) -> None:
    """They have a password now, and their first code was number `used`."""
    await w.run(ENROL, of=id_, hash=password_hash, used=used)


async def hold(w: Writing, id_: int) -> None:
    """Until the commit nobody else notes what became of their tries."""
    await w.value(HOLD, of=id_)


async def use_code(w: Writing, user: OfficeUser, number: int) -> bool:
    """False where this code, or a later one, was taken before, or they were shut out or invited anew since they were looked at."""
    return await w.run(USE_CODE, of=user.id, known=user.password_hash, used=number) == 1


async def new_token(w: Writing, user: OfficeUser, hash_: str) -> bool:
    """In place of the one before; False where they were shut out or invited anew since they were looked at."""
    return await w.run(NEW_TOKEN, of=user.id, known=user.password_hash, hash=hash_) == 1


async def drop_token(w: Writing, id_: int) -> None:
    await w.run(DROP_TOKEN, of=id_, none="")


async def disable(w: Writing, id_: int) -> bool:
    """They come in no more: sessions and token end."""
    await w.run(DROP_SESSIONS, of=id_)
    return await w.run(DISABLE, of=id_, at=w.now()) == 1


async def add_session(w: Writing, hash_: str, user_id: int, until: int) -> None:
    row: dict[str, Any] = {"hash": hash_, "user_id": user_id, "created_at": w.now(), "expires_at": until, "csrf": ""}
    await w.run(ADD_SESSION, **row, passed_totp=1)


async def drop_sessions(w: Writing, id_: int) -> None:
    await w.run(DROP_SESSIONS, of=id_)


async def drop_old_sessions(w: Writing, before: int) -> None:
    await w.run(DROP_OLD_SESSIONS, before=before)
