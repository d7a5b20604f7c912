"""Authorities: an order is taken only from an office that is in this register, known by its mail domain or its keys.

One person proposes an authority, or what is to be known of it from now on, and another agrees; until then nothing of it holds.
"""

import hashlib
from collections.abc import Sequence
from typing import Literal

import msgspec
import regex

from chaupal.governance.cases import guards
from chaupal.governance.context import Court
from chaupal.governance.events import AuthorityChangeProposed
from chaupal.governance.log import log, record
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.governance.people import lookalikes
from chaupal.kernel.countries import known_country
from chaupal.kernel.errors import Conflict, or_not_found
from chaupal.policy.viewer import Viewer, may
from chaupal.ports.mail import Letter, Mail
from chaupal.store.court import authorities, ledger, offices
from chaupal.store.court.authorities import Authority, AuthorityChange, AuthorityDetails as AuthorityDetails
from chaupal.store.machine.work import Reading, Writing

CLASSES = ("court", "government", "police", "other")
MOST_KEYS = 20
WAITS = "authority_change_waits"
NOTHING = "authority_unproposed"
OTHER = "authority_proposal_moved"
# Where anybody can have an address, so that it says nothing about whose a mail is.
ANYBODYS = frozenset(
    {"gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.in", "outlook.com", "hotmail.com", "live.com", "rediffmail.com", "icloud.com",
     "proton.me", "protonmail.com", "gmx.net", "gmx.de", "zoho.com"}
)  # fmt: skip

_DOMAIN = regex.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
_ADDRESS = regex.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FINGERPRINT = regex.compile(r"[0-9a-f]{64}")
_PEM = regex.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", regex.DOTALL)


class AuthorityForm(msgspec.Struct, kw_only=True):
    """An authority as it is written down. `jurisdiction`: its country (ISO 3166-1 alpha-2).

    `keys`: by which its documents are known, one to a line: the SHA-256 of a public key in hex; or pasted certificates or
    public keys (PEM). `contact`: a mail address of its own, from a source of yours, which is told of every change that
    somebody proposes. `sure`: staff looked twice at a name or domain that is close to another's.
    """

    name: str = ""
    name_hi: str = ""
    jurisdiction: str = ""
    office: str = ""
    email_domain: str = ""
    issuer_class: Literal["court", "government", "police", "other"] = "government"
    keys: str = ""
    contact: str = ""
    sure: bool = False


async def register(court: Court, viewer: Viewer, form: AuthorityForm) -> Authority:
    """Propose an authority: nothing is taken from it until another agrees.

    Raises NotAllowed, Invalid by field, or Conflict for a name that is taken.
    """
    me = check_may(viewer, "register_authority")
    paper = Paper()
    known = _known(paper, form)
    new = Authority(
        id=court.make_id(),
        name=paper.line("name", form.name),
        jurisdiction=paper.line("jurisdiction", form.jurisdiction).upper(),
        created_at=court.clock(),
        created_by=me,
        log_index=0,
        **msgspec.structs.asdict(known),
    )
    if not known_country(new.jurisdiction):
        paper.complain("jurisdiction", "no_country")
    async with court.work.reading() as reading:
        await _check_not_close(reading, paper, new, form.sure)
    paper.check()
    async with court.work.writing() as w:
        await guards.act(w, viewer, "register_authority")
        entered = msgspec.structs.replace(new, log_index=await _log(court, w, new, me, "proposed"))
        if not await authorities.add_authority(w, entered):
            raise Conflict("authority_known")
    return entered


async def change(court: Court, viewer: Viewer, id_: int, form: AuthorityForm) -> AuthorityChange:
    """Propose what is to be known of an authority from now on; its old contact and its people are told by mail.

    Nothing of it holds until another agrees: mails of a new domain are not its, keys not its own. Raises NotAllowed, NotFound,
    Invalid by field, Conflict where another change waits, or nothing is changed.
    """
    me = check_may(viewer, "register_authority")
    old = await by_id(court, viewer, id_)
    paper = Paper()
    known = _known(paper, form)
    new = _with(old, known)
    async with court.work.reading() as reading:
        await _check_not_close(reading, paper, new, form.sure)
    paper.check()
    if not (what := _differs(old, known)):
        raise Conflict("nothing_changed")
    if old.agreed_by is None:
        raise Conflict(WAITS)
    async with court.work.writing() as w:
        await guards.act(w, viewer, "register_authority")
        leaf = await _log(court, w, new, me, "proposed", what=what, prev=old.log_index)
        proposed = AuthorityChange(
            id=court.make_id(), authority_id=id_, body=known, proposed_by=me, proposed_at=court.clock(), log_index=leaf
        )
        if not await authorities.propose_change(w, proposed):
            raise Conflict(WAITS)
        w.tell(AuthorityChangeProposed(authority=id_, what=what))
    return proposed


async def agree(court: Court, viewer: Viewer, id_: int, seen: int | None = None) -> Authority:
    """Agree to what another proposed: that it is an authority, or what is to be known of it. It holds from this commit on.

    `seen`: the log's entry of the proposal that was looked at. Raises NotAllowed for who proposed it, NotFound, Conflict where
    nothing waits, or something else than was seen, words of it were erased, or the proposer's role is gone.
    """
    me = check_may(viewer, "agree_authority")
    async with court.work.writing() as w:
        await ledger.hold(w)
        found, proposed = await _waiting(w, id_)
        if seen not in (None, (proposed or found).log_index):
            raise Conflict(OTHER)
        first = found.created_by if proposed is None else proposed.proposed_by
        await guards.check_second(w, me, first, "agree_authority", "register_authority")
        if proposed is None:
            leaf = await _log(court, w, found, first, "added", second=me, prev=found.log_index)
            done = await authorities.agree_to_authority(w, id_, me, leaf)
            new = msgspec.structs.replace(found, agreed_by=me, log_index=leaf)
        else:
            new, what = _with(found, proposed.body), _differs(found, proposed.body)
            leaf = await _log(court, w, new, first, "changed", second=me, what=what, prev=proposed.log_index)
            done = await authorities.agree_to_change(w, proposed, me, court.clock(), leaf)
        if not done:
            raise Conflict(NOTHING)
    return msgspec.structs.replace(new, log_index=leaf)


async def drop(court: Court, viewer: Viewer, id_: int) -> None:
    """Take back what is proposed, one's own or another's. Raises NotAllowed, NotFound, Conflict where nothing waits."""
    word = "register_authority" if may(viewer, "register_authority") else "agree_authority"
    async with court.work.writing() as w:
        me = await guards.act(w, viewer, word)
        await ledger.hold(w)
        found, proposed = await _waiting(w, id_)
        await _log(court, w, found, me, "dropped", prev=proposed.log_index if proposed else found.log_index)
        if proposed is None:
            done = await authorities.forget_authority(w, id_)
        else:
            done = await authorities.drop_change(w, proposed, court.clock())
        if not done:
            raise Conflict(NOTHING)


async def proposed_of(court: Court, viewer: Viewer, id_: int) -> AuthorityChange | None:
    """The change of an authority that waits for a second person, for staff."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await authorities.open_change(reading, id_)


async def how_many_wait(court: Court, viewer: Viewer) -> int:
    """Authorities, and changes of known ones, that another proposed; 0 for those who may not agree."""
    if not may(viewer, "agree_authority"):
        return 0
    async with court.work.reading() as reading:
        new = [one.created_by for one in await authorities.all_authorities(reading) if one.agreed_by is None]
        changed = [one.proposed_by for one in await authorities.open_changes(reading)]
    return sum(by != viewer.account for by in (*new, *changed))


async def _waiting(w: Writing, id_: int) -> tuple[Authority, AuthorityChange | None]:
    """The authority, and the change that is proposed of it; none where the authority itself is. Raises NotFound, Conflict."""
    found = or_not_found(await authorities.by_id(w, id_) if id_ else None)
    proposed = await authorities.open_change(w, id_)
    if proposed is None and found.agreed_by is not None:
        raise Conflict(NOTHING)
    return found, proposed


async def _log(
    court: Court,
    w: Writing,
    new: Authority,
    by: int,
    step: str,
    *,
    second: int | None = None,
    what: Sequence[str] = (),
    prev: int | None = None,
) -> int:
    proposed = None if second is None else await log.carried_whole(w, prev)
    written = record.authority(court, new, by, step=step, second=second, what=what, proposed=proposed)
    return await log.append(court, w, f"authority-{new.id}", written, prev=prev)


def _with(old: Authority, known: AuthorityDetails) -> Authority:
    return msgspec.structs.replace(old, **msgspec.structs.asdict(known))


def _differs(old: Authority, known: AuthorityDetails) -> tuple[str, ...]:
    """What a change is about, in the log's words."""
    fields = msgspec.structs.asdict(known)
    return tuple("class" if name == "issuer_class" else name for name in fields if getattr(old, name) != fields[name])


async def every(court: Court, viewer: Viewer) -> list[Authority]:
    """All authorities by name, for staff."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await authorities.all_authorities(reading)


async def by_id(court: Court, viewer: Viewer, id_: int) -> Authority:
    """An authority, for staff. Raises NotFound."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return or_not_found(await authorities.by_id(reading, id_) if id_ else None)


async def named(court: Court, viewer: Viewer, name: str) -> Authority | None:
    """The authority with exactly this name, for staff."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await authorities.authority_named(reading, name)


# --- telling the authority ---


async def mail_change(court: Court, mail: Mail, id_: int) -> None:
    """Tell the contact that was known until now, and everybody who files for it, what is proposed. Outside any unit of work.

    Raises OSError from the carrier.
    """
    async with court.work.reading() as reading:
        found = await authorities.by_id(reading, id_)
        people = await offices.users_of(reading, id_)
    if found is None:
        return
    addresses = [found.contact, *(user.email for user in people if user.disabled_at is None)]
    for address in dict.fromkeys(filter(None, addresses)):
        await mail.send(letter(court, LETTER, found, address))


def letter(court: Court, words: tuple[str, str], authority: Authority, to: str, **more: str) -> Letter:
    """A letter of (subject, text) to somebody of an authority; `more`: what its words name besides the two houses."""
    settings = court.settings
    said = {
        "title": settings.title,
        "title_hi": settings.title_in("hi"),
        "origin": settings.origin,
        "authority": authority.name,
        "authority_hi": authority.name_hi or authority.name,
    }
    subject, body = (text.format(**said, **more) for text in words)
    return Letter(to=to, subject=subject, body=body)


# Both languages in one mail, as to all people of authorities.
LETTER = (
    "{title}: {authority_hi} की जानकारी बदलने का प्रस्ताव / a change of what is known of {authority} is proposed",
    "नमस्कार,\n\n{title_hi} पर यह प्रस्ताव रखा गया है कि {authority_hi} के आदेश आगे से किसी और डोमेन, कुंजी या संपर्क से पहचाने जाएँ। "
    "यह तभी लागू होगा जब कोई दूसरा व्यक्ति सहमत होगा। यदि आपके कार्यालय ने ऐसा नहीं कहा है, तो हमें तुरंत बताएँ:\n\n{origin}/portal\n\n"
    "Dear Sir or Madam,\n\nit was proposed on {title} that orders of {authority} be known by another domain, key or contact from now on. "
    "It holds only once a second person agrees. If your office did not ask for this, tell us at once, at the address above.\n\n"
    "{title}\n{origin}\n",
)


# --- what a form says ---


def _known(paper: Paper, form: AuthorityForm) -> AuthorityDetails:
    return AuthorityDetails(
        name_hi=paper.line("name_hi", form.name_hi, needed=False),
        office=paper.line("office", form.office, needed=False),
        email_domain=_domain(paper, form.email_domain),
        issuer_class=form.issuer_class,
        keys=_keys(paper, form.keys),
        contact=_contact(paper, form.contact),
    )


def _contact(paper: Paper, text: str) -> str:
    address = paper.line("contact", text, needed=False).lower()
    if address and (not _ADDRESS.fullmatch(address) or len(address) > 254):
        paper.complain("contact", "no_mail_address")
    return address


def _domain(paper: Paper, text: str) -> str:
    domain = paper.line("email_domain", text, needed=False).lower().removeprefix("@").rstrip(".")
    if domain and not (len(domain) < 254 and _DOMAIN.fullmatch(domain)):
        paper.complain("email_domain", "no_domain")
    if domain in ANYBODYS:
        paper.complain("email_domain", "anybodys_domain")
    return domain


def _keys(paper: Paper, text: str) -> tuple[str, ...]:
    blocks = _PEM.findall(text)
    lines = [line.strip() for line in _PEM.sub("\n", text).splitlines() if line.strip()]
    try:
        found = [_of_pem(block.encode()) for block in blocks] + [_of_hex(line) for line in lines]
    except ValueError:
        paper.complain("keys", "no_keys")
        return ()
    if len(found) > MOST_KEYS:
        paper.complain("keys", "too_many_at_all")
    return tuple(dict.fromkeys(found))


def _of_pem(block: bytes) -> str:
    from cryptography import x509  # large, and read by few commands
    from cryptography.hazmat.primitives import serialization

    if b"CERTIFICATE" in block:
        key = x509.load_pem_x509_certificate(block).public_key()
    elif b"PUBLIC KEY" in block:
        key = serialization.load_pem_public_key(block)
    else:
        raise ValueError("neither a certificate nor a public key")
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def _of_hex(line: str) -> str:
    plain = line.lower().removeprefix("sha256:").replace(":", "").replace(" ", "")
    if not _FINGERPRINT.fullmatch(plain):
        raise ValueError("no SHA-256")
    return plain


async def _check_not_close(reading: Reading, paper: Paper, new: Authority, sure: bool) -> None:
    """A name or a domain that could be taken for another authority's is entered only by whoever has looked twice."""
    if sure:
        return
    for other in await authorities.all_authorities(reading):
        if other.id == new.id:
            continue
        if _plain(other.name) == _plain(new.name) and other.name != new.name:
            paper.complain("name", "like_name", other=other.name)
        if new.email_domain and other.email_domain and lookalikes.poses_as_domain(new.email_domain, other.email_domain):
            paper.complain("email_domain", "like_domain", domain=other.email_domain, other=other.name)


def _plain(name: str) -> str:
    return "".join(letter for letter in lookalikes.skeleton(name) if letter.isalnum())
