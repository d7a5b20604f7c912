"""What the lines of an order name: accounts, posts, pictures, tags and servers, thousands of lines in a few looks.

What is on another server is named by its address there, or as user@host; it is found where it is known here.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec
import regex

from chaupal.governance.people import lookalikes
from chaupal.kernel.ids import parse_id
from chaupal.policy.facts import Visibility
from chaupal.policy.measures import Measure
from chaupal.store.federation import servers
from chaupal.store.machine.work import Reading
from chaupal.store.square import naming, people
from chaupal.text import hosts
from chaupal.text.clean import ZWJ, ZWNJ, nfc
from chaupal.text.entities import tags
from chaupal.text.fold import count_key

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SERVER = "server"  # the kind of a target
MOST_TARGETS = 5_000  # of one order, of a file about them, of a list of servers
LONGEST = 500  # letters of a line
MOST_NEAR = 60_000  # look-alike handles asked for in one look
JOINERS = {ord(ZWJ): None, ord(ZWNJ): None}  # letters of Indian scripts are written with them

_HANDLE = regex.compile(r"@?([A-Za-z0-9_]{1,30})(?:@([^\s/@]{1,253}))?")
_HANDLE_THERE = regex.compile(r"@?([\w.-]{1,100})@([^\s/@]{1,253})")
_OTHER_HANDLE = regex.compile(r"@?([^\s/@#.:]{1,60})")
_PERSON_THERE = regex.compile(r"/@([\w.-]{1,100})/?")
# Our pages of people on other servers have their whole handle in the address.
_PERSON = regex.compile(r"/@([A-Za-z0-9_]{1,30}|[\w.-]{1,100}@[^\s/@]{1,253})(?:/([0-9]{1,19}))?/?")
_MEDIA = regex.compile(r"/media/([0-9]{1,19})(?:/(?:small|original)[.a-z]{0,5})?/?")
_TAG = regex.compile(r"/tags/([^/]{1,500})/?")
# What lists in letters have before a name: `२)`, `(4)`, `5.`, a bullet; by itself, or at once before an address, handle or tag.
_SERIAL = regex.compile(r"[(\[]?\p{Nd}{1,4}[.):।\]]*|[•●▪◦‣*–—-]")
_SERIAL_AT_ONCE = regex.compile(r"^(?:[(\[]?\p{Nd}{1,4}[.):।\]]+(?=https?://|[/@#＃﹟])|[•●▪◦‣])")
_QUOTES = {"<": ">", '"': '"', "'": "'", "“": "”", "‘": "’"}
_BETWEEN = ",;।|"  # no name ends so
_HOST = regex.compile(r"[^\s/?#@]{1,253}\.[^\s/?#@.]{2,63}(?::[0-9]{1,5})?(?=/)")


CODES: Mapping[str, str] = {measure: measure for measure in Measure}


def unlisted(line: str, spoken: Mapping[str, str] = CODES) -> tuple[list[str], str]:
    """The words of a line without what a list in a letter has around them, and the measure that stands behind them.

    No name holds a space: the first word is one. `spoken`: what measures are called, in small letters -> the measure.
    """
    words = [word for part in line.split() if (word := _bare(part))]
    most = max(len(called.split()) for called in spoken)
    ends = (at for at in range(max(1, len(words) - most), len(words)) if " ".join(words[at:]).lower() in spoken)
    at = next(ends, len(words))
    measure = spoken.get(" ".join(words[at:]).lower(), "")
    return words[1:at] if at > 1 and _SERIAL.fullmatch(words[0]) else words[:at], measure


def _bare(word: str) -> str:
    word = _SERIAL_AT_ONCE.sub("", word.rstrip(_BETWEEN))
    return word[1:-1] if len(word) > 1 and _QUOTES.get(word[0]) == word[-1] else word


class LineFault(StrEnum):
    """Why a line cannot be taken as it stands; NOT_FOUND can be recorded, if the clerk says so."""

    NOTHING = ""
    UNREADABLE = "unreadable"
    NO_NAME = "no_name"  # neither an address nor a handle
    MORE = "more"  # a name, and something behind it that is no measure
    FOREIGN = "foreign"  # of another server, and not known here
    POSED_DOMAIN = "posed_domain"  # of one that looks like this server
    POSED_HANDLE = "posed_handle"  # letters that no handle has, which look like one
    NOT_FOUND = "not_found"
    TWICE = "twice"


SAYS = {
    LineFault.UNREADABLE: "unkept_characters",
    LineFault.NO_NAME: "no_target_name",
    LineFault.MORE: "more_than_a_name",
    LineFault.FOREIGN: "foreign_address",
    LineFault.POSED_DOMAIN: "posed_domain",
    LineFault.POSED_HANDLE: "posed_handle",
    LineFault.NOT_FOUND: "not_here",
    LineFault.TWICE: "named_twice",
}


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """What one line names. `kind`: account, post, media, tag, or nothing where it is no name.

    A tag has subject 0 and its count key as `term`. `public`: everybody may know that it exists. `like`: another handle
    that exists and looks like this one, or this server's domain. `first`: the line (from 0) that named the same before.
    `name`: what it names, by the line alone, so that whether two lines name the same does not tell whether it is there.
    `otherwise`: of what came from another server, what would be wrong with the line had it not come.
    """

    line: str
    kind: str = ""
    subject: int | None = None
    owner: int | None = None
    term: str = ""
    public: bool = False
    wrong: LineFault = LineFault.NOTHING
    like: str = ""
    first: int | None = None
    name: tuple[str, str, int, str] = ("", "", 0, "")
    otherwise: LineFault = LineFault.NOTHING

    @property
    def unseen(self) -> bool:
        """It is there, and not for everybody: whoever asks is told that it is not."""
        return self.subject is not None and not self.public

    @property
    def says(self) -> str:
        """The code of what is wrong with it; nothing where all is well."""
        return SAYS.get(self.wrong, "")


class _ParsedLine(msgspec.Struct, frozen=True):
    """A line read by its form alone."""

    line: str
    kind: str = ""
    handle: str = ""
    id: int = 0
    term: str = ""
    wrong: LineFault = LineFault.NOTHING
    like: str = ""
    there: str = ""  # its address on another server, or the handle of somebody there


class _LookedUp(msgspec.Struct, frozen=True):
    """What the store knows of all the names."""

    accounts: dict[str, int]
    posts: naming.Owned
    pictures: naming.Owned
    there: dict[str, naming.RemoteThing]


_NOTHING_HERE = _LookedUp({}, {}, {}, {})


async def resolve(reading: Reading, origin: str, lines: Sequence[str], *, outside: bool = False) -> list[Resolved]:
    """What each line names, in order. `origin`: this server's address. `outside`: whoever asks is an authority: whether what was said
    elsewhere to a few came here is not theirs to know, and it stands as what never came.

    Three looks, whatever the number of lines, and three more where some are of other servers.
    """
    named = [_read(origin, line) for line in lines]
    known = await _look_up(reading, named)
    found = [(one, _resolved(one, known)) for one in named]
    if outside:
        found = [
            (one, _resolved(one, _NOTHING_HERE) if what.otherwise and what.unseen else what) for one, what in found
        ]
    return _marked([msgspec.structs.replace(what, name=_name(one, what)) for one, what in found])


def elsewhere(found: Iterable[Resolved]) -> list[str]:
    """What another server may have and is not known here, as it can be asked for: lists are often typed without https://."""
    asked = [one.line for one in found if one.wrong is LineFault.FOREIGN]
    return [f"https://{line}" if "/" in line and "://" not in line else line for line in asked]


# --- the form of a line ---


def _read(origin: str, line: str) -> _ParsedLine:
    line = nfc(line.strip())
    if len(line) > LONGEST or not line.translate(JOINERS).isprintable():
        return _ParsedLine("".join(c if c.isprintable() else "�" for c in line[:LONGEST]), wrong=LineFault.UNREADABLE)
    name, more, _ = line.partition(" ")
    if more and (name[0] in "@#＃﹟" or "/" in name) and _read(origin, name).wrong is not LineFault.NO_NAME:
        return _ParsedLine(line, wrong=LineFault.MORE)
    if line[:1] in "#＃﹟":
        return _tag(line, line[1:])
    if (match := _HANDLE.fullmatch(line)) is not None:
        return _handle(origin, line, match[1], match[2] or "")
    if (match := _HANDLE_THERE.fullmatch(line)) is not None:
        return _handle(origin, line, match[1], match[2])
    if "/" in line:
        return _address(origin, line)
    if (match := _OTHER_HANDLE.fullmatch(line)) is not None and (posed := lookalikes.posed_handle(match[1])):
        return _ParsedLine(line, "account", handle=posed, wrong=LineFault.POSED_HANDLE)
    return _ParsedLine(line, wrong=LineFault.NO_NAME)


def _tag(line: str, name: str) -> _ParsedLine:
    if tags(f"#{name}") != [name]:
        return _ParsedLine(line, wrong=LineFault.NO_NAME)
    return _ParsedLine(line, "tag", term=count_key(name))


def _handle(origin: str, line: str, handle: str, domain: str) -> _ParsedLine:
    there = f"{handle.lower()}@{_host(domain)}" if domain else ""
    if domain and (wrong := _elsewhere(origin, urlsplit(f"//{domain}"))):
        return _elsewhere_named(origin, line, wrong, there)
    # Of two servers on one machine each has its own people, and many of the same names.
    if ":" in domain and _may_be_another(origin, urlsplit(f"//{domain}")):
        return _elsewhere_named(origin, line, LineFault.FOREIGN, there)
    return _ParsedLine(line, "account", handle=handle.lower())


def _elsewhere_named(origin: str, line: str, wrong: LineFault, there: str, handle: str = "") -> _ParsedLine:
    """What another server has, should it be known here. An address that only poses as ours may well lead to something."""
    like = (urlsplit(origin).hostname or "") if wrong is LineFault.POSED_DOMAIN else ""
    return _ParsedLine(line, wrong=wrong, like=like, there="" if wrong is LineFault.NO_NAME else there, handle=handle)


def _address(origin: str, line: str) -> _ParsedLine:
    # Lists are often typed without https://
    whole = f"https://{line}" if _HOST.match(line) else line
    try:
        parts = urlsplit(whole)
        wrong = _elsewhere(origin, parts)
    except ValueError:
        return _ParsedLine(line, wrong=LineFault.NO_NAME)
    if wrong:
        return _elsewhere_named(origin, line, wrong, whole.partition("#")[0], handle_there(parts))
    named = _own_address(line, parts.path if parts.path.startswith("/") else "")
    if not _may_be_another(origin, parts):
        return named
    wrong = LineFault.FOREIGN if named.wrong else LineFault.NOTHING
    return msgspec.structs.replace(named, wrong=wrong, there=whole.partition("#")[0])


def _own_address(line: str, path: str) -> _ParsedLine:
    if (match := _PERSON.fullmatch(path)) is not None:
        handle, post = match[1].lower(), match[2]
        return _ParsedLine(line, "post" if post else "account", handle, parse_id(post) or -1 if post else 0)
    if (match := _MEDIA.fullmatch(path)) is not None:
        return _ParsedLine(line, "media", id=parse_id(match[1]) or -1)
    if (match := _TAG.fullmatch(path)) is not None:
        return _tag(line, unquote(match[1]))
    return _ParsedLine(line, wrong=LineFault.NO_NAME)


def _elsewhere(origin: str, parts: SplitResult) -> LineFault | None:
    """Whether an address is another server's. On loopback ports and names may differ from the settings'."""
    if parts.scheme not in ("http", "https", ""):
        return LineFault.NO_NAME
    own = urlsplit(origin)
    host = parts.hostname or ""
    if not parts.netloc or parts.netloc.lower() == own.netloc.lower() or {host, own.hostname} <= LOOPBACK:
        return None
    if hosts.plain(host) == hosts.plain(own.hostname or "") != "" and parts.port in (None, 80, 443):
        return None
    return LineFault.POSED_DOMAIN if lookalikes.poses_as_domain(host, own.hostname or "") else LineFault.FOREIGN


def _may_be_another(origin: str, parts: SplitResult) -> bool:
    """On loopback, where an address with another port can be this server's or another's on the same machine."""
    port, ours = (netloc.rpartition(":")[2] for netloc in (parts.netloc, urlsplit(origin).netloc))
    return bool(parts.netloc) and parts.hostname in LOOPBACK and port != ours


def handle_there(parts: SplitResult) -> str:
    """`bob@other.example` of an address such as https://other.example/@bob, as most servers have it; else nothing."""
    person = _PERSON_THERE.fullmatch(parts.path)
    return "" if person is None else f"{person[1].lower()}@{_host(parts.netloc)}"


def _host(netloc: str) -> str:
    """As it stands in the handles of people there: plain, with the port where it has one of its own."""
    host, _, port = netloc.rpartition("@")[2].partition(":")
    return hosts.with_port(hosts.plain(host), port)


# --- what is there ---


async def _look_up(reading: Reading, named: Iterable[_ParsedLine]) -> _LookedUp:
    handles, posts, pictures, there = set[str](), set[int](), set[int](), set[str]()
    for one in named:
        if one.there:
            there.add(one.there)
        if one.handle:
            (handles if one.kind else there).add(one.handle)
        if one.id > 0:
            (posts if one.kind == "post" else pictures).add(one.id)
    near = {other for handle in handles for other in lookalikes.near_handles(handle)} - handles
    asked = [*sorted(handles), *sorted(near)[:MOST_NEAR]]
    return _LookedUp(
        await people.ids_of(reading, asked),
        await naming.posts_named(reading, sorted(posts)),
        await naming.pictures_named(reading, sorted(pictures)),
        await naming.there(reading, sorted(there)),
    )


def _resolved(one: _ParsedLine, known: _LookedUp) -> Resolved:
    if one.wrong is LineFault.POSED_HANDLE:
        like = one.handle if one.handle in known.accounts else ""
        return Resolved(line=one.line, kind="account", wrong=one.wrong, like=like)
    if (there := known.there.get(one.there) or (None if one.kind else known.there.get(one.handle))) is not None:
        return _there(one, there)
    if one.wrong or not one.kind:
        return Resolved(line=one.line, wrong=one.wrong, like=one.like)
    found = FOUND[one.kind](one, known)
    # What may be this server's or another's on the same machine, and is not here, is the other's.
    return (
        msgspec.structs.replace(found, wrong=LineFault.FOREIGN)
        if one.there and found.wrong is LineFault.NOT_FOUND
        else found
    )


def _account(one: _ParsedLine, known: _LookedUp) -> Resolved:
    found = known.accounts.get(one.handle)
    like = next((near for near in lookalikes.near_handles(one.handle) if near in known.accounts), "")
    wrong = LineFault.NOT_FOUND if found is None else LineFault.NOTHING
    return Resolved(
        line=one.line, kind="account", subject=found, owner=found, public=found is not None, wrong=wrong, like=like
    )


def _post(one: _ParsedLine, known: _LookedUp) -> Resolved:
    author, visibility = known.posts.get(one.id, (None, None))
    if author is None or known.accounts.get(one.handle) != author:
        return Resolved(line=one.line, kind="post", wrong=LineFault.NOT_FOUND)
    return Resolved(line=one.line, kind="post", subject=one.id, owner=author, public=_public(visibility))


def _picture(one: _ParsedLine, known: _LookedUp) -> Resolved:
    owner, visibility = known.pictures.get(one.id, (None, None))
    if owner is None:
        return Resolved(line=one.line, kind="media", wrong=LineFault.NOT_FOUND)
    return Resolved(line=one.line, kind="media", subject=one.id, owner=owner, public=_public(visibility))


def _of_tag(one: _ParsedLine, known: _LookedUp) -> Resolved:
    return Resolved(line=one.line, kind="tag", subject=0, term=one.term, public=True)


def _there(one: _ParsedLine, there: naming.RemoteThing) -> Resolved:
    public = there.kind == "account" or _public(there.visibility)
    return Resolved(
        line=one.line,
        kind=there.kind,
        subject=there.id,
        owner=there.owner,
        public=public,
        like=one.like,
        otherwise=one.wrong or LineFault.FOREIGN,
    )


FOUND = {"account": _account, "post": _post, "media": _picture, "tag": _of_tag}


def _public(visibility: int | None) -> bool:
    return visibility in (Visibility.PUBLIC, Visibility.UNLISTED)


def _name(one: _ParsedLine, what: Resolved) -> tuple[str, str, int, str]:
    """One thing on another server has several addresses; that two lead to the same tells something only where all may know it."""
    if one.there or "@" in one.handle:
        return (what.kind, "", what.subject or 0, "") if what.public else ("", one.there or one.line, 0, "")
    return one.kind, one.handle, one.id, one.term


def _marked(found: list[Resolved]) -> list[Resolved]:
    """Whatever names again what a line before it named says so."""
    seen: dict[tuple[str, str, int, str], int] = {}
    marked: list[Resolved] = []
    for at, one in enumerate(found):
        if one.wrong in (LineFault.NOTHING, LineFault.NOT_FOUND):
            first = seen.setdefault(one.name, at)
            if first != at:
                one = msgspec.structs.replace(one, wrong=LineFault.TWICE, first=first)
        marked.append(one)
    return marked


async def servers_named(reading: Reading, lines: Sequence[str]) -> dict[int, Resolved]:
    """Which of these lines name a server, and which of those: by the line's place."""
    typed = {at: domain for at, line in enumerate(lines) if (domain := hosts.server_named(line))}
    known = await servers.ids_of(reading, sorted(set(typed.values())))
    first = dict[str, int]()
    found = dict[int, Resolved]()
    for at, domain in typed.items():
        id_, before = known.get(domain), first.setdefault(domain, at)
        wrong = LineFault.TWICE if before != at else LineFault.NOTHING if id_ is not None else LineFault.NOT_FOUND
        found[at] = Resolved(
            line=domain,
            kind=SERVER,
            subject=id_,
            public=True,
            wrong=wrong,
            name=(SERVER, domain, 0, ""),
            first=before if wrong is LineFault.TWICE else None,
        )
    return found
