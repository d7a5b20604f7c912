"""Coming in to the authority portal: people of authorities are invited by staff and enrol with a password and one-time codes.

They have no accounts of the square, see no more of it than everybody, and file in the name of their authority only.
"""

import base64

import msgspec
from pyotp import random_base32
from pyotp.totp import TOTP

from chaupal.governance.cases import guards
from chaupal.governance.context import Court
from chaupal.governance.events import OfficeCodesGuessed, OfficeUserInvited
from chaupal.governance.log import log, record
from chaupal.governance.orders.authorities import letter
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.governance.people import lookalikes
from chaupal.kernel.clock import DAY, HOUR
from chaupal.kernel.errors import Conflict, Invalid, NotFound, NotSignedIn, Problem, or_not_found
from chaupal.kernel.key_files import load_or_make_seed, sealed, unsealed
from chaupal.kernel.secrets import digest, new_secret
from chaupal.policy.passwords import check_password, code_step
from chaupal.policy.viewer import Viewer
from chaupal.ports.mail import Letter, Mail
from chaupal.store.court import authorities, offices
from chaupal.store.court.authorities import Authority
from chaupal.store.court.offices import OfficeUser
from chaupal.store.identity import logins
from chaupal.store.identity.logins import hash_password, is_password
from chaupal.store.machine.work import Reading, Writing

MAY = "register_authority"  # who lets people of an authority in
COOKIE = "portal"
SESSION_LASTS = 8 * HOUR
INVITATION_LASTS = 3 * DAY
INVITATION = "portal"  # what such a link is for, beside confirmations and resets
TOKEN_BEGINS = "chaupal-office-"  # noqa: S105 - so that a token that leaked says what it is
KEY = "portal.key"


class InviteForm(msgspec.Struct, kw_only=True):
    """Somebody who is to file for an authority."""

    name: str = ""
    rank: str = ""
    email: str = ""


class Filing(msgspec.Struct, frozen=True):
    """Whoever came in, and for which authority."""

    user: OfficeUser
    authority: Authority


class Enrolment(msgspec.Struct, frozen=True):
    """What the invited is shown: whom it is for, and the secret for their authenticator, also as an address for it."""

    user: OfficeUser
    authority: Authority
    secret: str
    address: str


# --- invitations, by staff ---


async def users_of(court: Court, viewer: Viewer, authority_id: int) -> list[OfficeUser]:
    """Who may file for an authority, for staff."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await offices.users_of(reading, authority_id)


async def invite(court: Court, viewer: Viewer, authority_id: int, form: InviteForm) -> OfficeUser:
    """Let somebody file for an authority: a link goes to their address. Raises NotAllowed, NotFound, Invalid, Conflict."""
    me = check_may(viewer, MAY)
    paper, id_ = Paper(), court.make_id()
    new = OfficeUser(
        id=id_,
        authority_id=authority_id,
        name=paper.line("name", form.name),
        rank=paper.line("rank", form.rank),
        email=paper.line("email", form.email).lower(),
        password_hash="",
        totp_secret=_seal(court, id_, random_base32()),
        totp_used=0,
        token_hash="",
        created_at=court.clock(),
        created_by=me,
        disabled_at=None,
        log_index=None,
    )
    async with court.work.reading() as reading:
        authority = or_not_found(await authorities.by_id(reading, authority_id) if authority_id else None)
    if authority.agreed_by is None:
        raise Conflict("authority_not_agreed")
    if "@" not in new.email.strip("@") or not new.email.isascii():
        paper.complain("email", "no_mail_address")
    elif authority.email_domain and not lookalikes.comes_from(new.email, authority.email_domain):
        paper.complain("email", "not_at_domain")
    paper.check()
    async with court.work.writing() as w:
        new = msgspec.structs.replace(new, log_index=await _log(court, w, viewer, authority, new, "filer_invited"))
        if not await offices.add(w, new):
            raise Conflict("address_known")
        w.tell(OfficeUserInvited(user=new.id))
    return new


async def invite_again(court: Court, viewer: Viewer, user_id: int) -> None:
    """A new link, for whoever lost the first one, their password or their authenticator: until they enrol they stay out."""
    me = check_may(viewer, MAY)
    async with court.work.writing() as w:
        user = await offices.user(w, user_id)
        if user is None or user.disabled_at is not None:
            raise NotFound
        authority = or_not_found(await authorities.by_id(w, user.authority_id))
        await _log(court, w, viewer, authority, user, "filer_invited")
        # The new one may leave later, and an old one showed the new secret.
        await logins.end_links(w, user_id, INVITATION)
        await offices.enrol(w, user_id, "", 0)
        await offices.invite_again(w, user_id, _seal(court, user_id, random_base32()), me)
        await offices.drop_sessions(w, user_id)
        await offices.drop_token(w, user_id)
        w.tell(OfficeUserInvited(user=user_id))


async def end_user(court: Court, viewer: Viewer, user_id: int) -> None:
    """They file no more: sessions, token and open invitation end at once. Raises NotFound."""
    check_may(viewer, MAY)
    async with court.work.writing() as w:
        user = or_not_found(await offices.user(w, user_id))
        authority = or_not_found(await authorities.by_id(w, user.authority_id))
        await _log(court, w, viewer, authority, user, "filer_ended")
        if not await offices.disable(w, user_id):
            raise NotFound


async def _log(court: Court, w: Writing, viewer: Viewer, authority: Authority, user: OfficeUser, step: str) -> int:
    """Who may file in an authority's name is known to the log as a commitment. Raises NotAllowed for who is no clerk any more."""
    said = record.filer(court, authority, user, await guards.act(w, viewer, MAY), step)
    return await log.append(court, w, f"authority-{authority.id}", said, prev=user.log_index or authority.log_index)


async def mail_invitation(court: Court, mail: Mail, user_id: int) -> None:
    """Send the link. To be called outside any unit of work. Raises OSError from the carrier."""
    secret = new_secret()
    async with court.work.writing() as w:
        if (found := await _open(w, user_id)) is None:
            return
        await logins.add_link(w, digest(secret), user_id, INVITATION, w.now() + INVITATION_LASTS)
    await mail.send(_letter(court, LETTER, *found, f"/portal/enrol/{secret}"))


async def mail_guessed(court: Court, mail: Mail, user_id: int) -> None:
    """Say that somebody has their password. To be called outside any unit of work. Raises OSError from the carrier."""
    async with court.work.reading() as reading:
        found = await _open(reading, user_id)
    if found is not None:
        await mail.send(_letter(court, GUESSED, *found, "/about"))


def _letter(court: Court, words: tuple[str, str], user: OfficeUser, authority: Authority, path: str) -> Letter:
    return letter(court, words, authority, user.email, name=user.name, link=court.settings.origin + path)


# Both languages in one mail: nobody has said yet which one the reader prefers.
LETTER = (
    "{title}: प्राधिकारी पोर्टल का निमंत्रण / invitation to the authority portal",
    "{name} जी,\n\nआप {title_hi} के प्राधिकारी पोर्टल पर {authority_hi} की ओर से आदेश दर्ज कर सकते हैं। "
    "पासवर्ड और एक बार के कोड तय करने के लिए यह पन्ना खोलें:\n\n{link}\n\nलिंक तीन दिन तक और एक ही बार काम करेगा।\n\n"
    "Dear {name},\n\nyou can file orders on the authority portal of {title} for {authority}. "
    "To choose a password and set up one-time codes, open the page above. The link works for three days, and once.\n\n"
    "{title}\n{origin}\n",
)
GUESSED = (
    "{title}: कोई आपका पासवर्ड जानता है / somebody knows your password",
    "{name} जी,\n\n{title_hi} के प्राधिकारी पोर्टल पर, जहाँ आप {authority_hi} की ओर से आदेश दर्ज करते हैं, किसी ने आपके पासवर्ड से लॉग इन करना चाहा "
    "और कई बार गलत कोड डाला। कोड के बिना कोई अंदर नहीं आता। अगर यह आप नहीं थे, तो हमें तुरंत लिखें: हम आपको एक लिंक भेजेंगे, जिससे आप नया पासवर्ड तय कर सकें। "
    "हमारा पता इस पन्ने पर है:\n\n{link}\n\n"
    "Dear {name},\n\nsomebody came to log in to the authority portal of {title}, where you file orders for {authority}, with your "
    "password, and typed a wrong code several times. Nobody comes in without the code. If that was not you, write to us at once (our "
    "address is on the page above): we send you a link by which you choose a new password.\n\n{title}\n{origin}\n",
)


# --- enrolling ---


async def enrolment(court: Court, link: str) -> Enrolment:
    """What whoever holds a link is shown. Raises NotFound for a dead link."""
    async with court.work.reading() as reading:
        user, authority = await _invited(reading, link)
    secret = _unseal(court, user)
    address = TOTP(secret, name=user.email, issuer=court.settings.domain).provisioning_uri()
    return Enrolment(user, authority, secret, address)


async def enrol(court: Court, link: str, password: str, code: str) -> str:
    """The invited have a password and codes now, and are in: the secret of their session. Raises NotFound, Invalid."""
    shown = await enrolment(court, link)
    number = code_step(shown.secret, code, court.clock(), shown.user.totp_used)
    if number is None:
        check_password(password)
        raise Invalid("portal_code_wrong")
    hash_ = await hash_password(password)
    secret = new_secret()
    async with court.work.writing() as w:
        user, _ = await _invited(w, link)
        if not await logins.use_link(w, digest(link)):
            raise NotFound
        await offices.enrol(w, user.id, hash_, number)
        await offices.add_session(w, digest(secret), user.id, w.now() + SESSION_LASTS)
    return secret


async def _invited(reading: Reading, link: str) -> tuple[OfficeUser, Authority]:
    user_id = await logins.link(reading, digest(link), INVITATION)
    return or_not_found(await _open(reading, user_id) if user_id else None)


async def _open(reading: Reading, user_id: int) -> tuple[OfficeUser, Authority] | None:
    """Somebody who was not shut out, and for whom they file."""
    user = await offices.user(reading, user_id)
    authority = await authorities.by_id(reading, user.authority_id) if user else None
    return None if user is None or authority is None or user.disabled_at is not None else (user, authority)


# --- coming in ---


async def log_in(court: Court, email: str, password: str, code: str) -> str:
    """The secret of a new session. Raises Invalid, never saying which of the three was wrong."""
    async with court.work.reading() as reading:
        user = await offices.by_email(reading, email.strip().lower())
    kept = user.password_hash if user and user.disabled_at is None else ""
    known = await is_password(kept or None, password)
    if user is None or not known:
        raise Invalid("portal_login_wrong")
    number = code_step(_unseal(court, user), code, court.clock(), user.totp_used)
    secret = new_secret()
    async with court.work.writing() as w:
        known_code = number is not None and await offices.use_code(w, user, number)
        if known_code:
            await offices.add_session(w, digest(secret), user.id, w.now() + SESSION_LASTS)
        else:
            await offices.hold(w, user.id)
            if await logins.code_missed(w, user.id):
                w.tell(OfficeCodesGuessed(user=user.id))
    if not known_code:
        raise Invalid("portal_login_wrong")
    return secret


async def log_out(court: Court, secret: str) -> None:
    async with court.work.writing() as w:
        await offices.drop_session(w, digest(secret))


async def by_cookie(court: Court, secret: str) -> Filing:
    """Whose session this is. Raises NotSignedIn."""
    async with court.work.reading() as reading:
        return await _filing(reading, await offices.by_session(reading, digest(secret)) if secret else None)


async def by_token(court: Court, token: str) -> Filing:
    """Whose token this is. Raises NotSignedIn."""
    async with court.work.reading() as reading:
        user = await offices.by_token(reading, digest(token)) if token.startswith(TOKEN_BEGINS) else None
        return await _filing(reading, user)


async def new_token(court: Court, filing: Filing) -> str:
    """A token for programs, shown once; the one before it ends. Raises NotSignedIn for who was shut out meanwhile."""
    token = TOKEN_BEGINS + new_secret()
    async with court.work.writing() as w:
        if not await offices.new_token(w, filing.user, digest(token)):
            raise NotSignedIn("for_offices")
    return token


async def end_token(court: Court, filing: Filing) -> None:
    async with court.work.writing() as w:
        await offices.drop_token(w, filing.user.id)


async def tidy(court: Court) -> None:
    """Sessions that ran out are forgotten."""
    async with court.work.writing() as w:
        await offices.drop_old_sessions(w, w.now())


async def _filing(reading: Reading, user: OfficeUser | None) -> Filing:
    authority = await authorities.by_id(reading, user.authority_id) if user else None
    if user is None or authority is None:
        raise NotSignedIn("for_offices")
    return Filing(user, authority)


# --- the secret of one-time codes ---


def _seal(court: Court, user_id: int, secret: str) -> str:
    return base64.b64encode(sealed(load_or_make_seed(court.keys.folder / KEY), secret.encode(), user_id)).decode()


def _unseal(court: Court, user: OfficeUser) -> str:
    try:
        return unsealed(
            load_or_make_seed(court.keys.folder / KEY), base64.b64decode(user.totp_secret), user.id
        ).decode()
    except ValueError as error:
        raise Problem(f"The codes of a portal user cannot be checked: {KEY} is another key; restore it") from error
