"""Posts that other servers say are taken in: whom and what they name is looked up here, their links to people and tags lead to ours.

What they name and is not known here by now stays as it is: whoever calls has asked for it before (`taking.table`).
"""

import regex

from chaupal.federation import ours
from chaupal.federation.context import Federation
from chaupal.federation.events import ThreadWanted
from chaupal.federation.reading.files import FileRead
from chaupal.federation.reading.objects import PostRead, read_post
from chaupal.federation.reading.values import PUBLIC, same_host
from chaupal.federation.taking import statements
from chaupal.federation.taking.acting import Deed, inside
from chaupal.kernel.clock import HOUR
from chaupal.kernel.errors import NotAllowed, NotFound, or_not_found
from chaupal.policy import quotes
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Mention, Picture, Post
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.social.posts import foreign as taken
from chaupal.social.posts.composing import MOST_MENTIONS
from chaupal.social.posts.foreign import ForeignPost
from chaupal.store.federation import people, uris
from chaupal.store.federation.media import REMOTE
from chaupal.store.federation.people import Face
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import ids_of
from chaupal.store.square.posts import as_written
from chaupal.text import fold, foreign

EARLIEST = 1_142_899_200_000  # 21 March 2006: nothing that is said to be older was said then
STILL_ON_ITS_WAY = 6 * HOUR  # within this a server may yet bring what it has said (as Mastodon has it)
SMALL_SIDE = 640
_BLURHASH = regex.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,100}")
# What a file will be once it is painted here, by what it is said to be.
_PAINTED = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mpeg"}
_LOSSLESS = {"image/png": "image/png", "image/gif": "image/png", "image/webp": "image/webp"}


async def take_post(fed: Federation, said: PostRead, by: int, *, fresh: bool) -> int:
    """The post here that this is, taken in where it was not known. `by`: the account of its author, which the caller has checked.

    `fresh`: its server brought it, and it is told of as what is said here; else it was asked for, and stands where it stood in time.
    What was asked for before its server came to bring it (a reply was sooner, somebody looked it up) is told of all the same: when
    it is brought it is known already, and nobody would hear of it. Raises NotFound where it was taken away.
    """
    async with fed.work.reading() as reading:
        known = await uris.find(reading, said.uri)
        came = await _came(fed, reading, said, by) if known is None else None
    if known is not None:
        if known.gone or known.kind != uris.POST:
            raise NotFound
        return known.of
    if came is None:
        return 0
    fresh = fresh or came.post.created_at > fed.clock() - STILL_ON_ITS_WAY
    # With what its server says of it: whoever dies in between has not seen it withheld.
    async with fed.work.writing() as w:
        id_ = await taken.add(inside(fed, w).square, came, fresh=fresh)
        if said.withheld:  # of what is new nothing was stated before
            await statements.of_post(fed, w, id_, came.post.server, said)
    return id_


async def change_post(fed: Federation, said: PostRead, by: int) -> bool:
    """What a post that is here says now; False where that is nothing new. Raises NotFound for others' and for what is not here."""
    async with fed.work.reading() as reading:
        known = await uris.find(reading, said.uri)
        if known is None or known.gone or known.kind != uris.POST:
            raise NotFound
        came = await _came(fed, reading, said, by)
    async with fed.work.writing() as w:
        changed = await taken.change(inside(fed, w).square, known.of, came, edited_at=said.edited_at)
        await statements.of_post(fed, w, known.of, came.post.server, said)
    return changed


async def delete_post(fed: Federation, post: int, by: int) -> None:
    """It is gone there. Raises NotFound for others'."""
    await taken.remove(fed.square, post, by)


async def let_quote(fed: Federation, quoting: int, by: int, quoted: int) -> bool:
    """A post of theirs (`by`) may quote one of ours; False where it does not."""
    async with fed.work.reading() as reading:
        post = await as_written(reading, quoting)
    return post is not None and post.author == by and await taken.stand(fed.square, quoting, quoted, quotes.ACCEPTED)


async def quote_let(fed: Federation, quoting: int, by: int) -> bool:
    """They (`by`) let a post of ours quote theirs."""
    quoted = await _quoted(fed, quoting, by)
    return quoted is not None and await taken.stand(fed.square, quoting, quoted, quotes.ACCEPTED)


async def quote_refused(fed: Federation, quoting: int, by: int) -> bool:
    """They (`by`) do not, or not any more."""
    quoted = await _quoted(fed, quoting, by)
    return quoted is not None and await taken.stand(fed.square, quoting, quoted, quotes.REJECTED)


async def _quoted(fed: Federation, quoting: int, by: int) -> int | None:
    """What a post quotes, where that is by this author."""
    async with fed.work.reading() as reading:
        post = await as_written(reading, quoting)
        quoted = await as_written(reading, post.quote_of) if post is not None and post.quote_of is not None else None
    return quoted.id if quoted is not None and quoted.author == by else None


# --- as it comes to stand here ---------------------------------------------------------------------------------------


async def _came(fed: Federation, reading: Reading, said: PostRead, by: int) -> ForeignPost:
    author = or_not_found(await people.face(reading, by))
    viewer = Viewer(account=by, country=ABROAD)
    faces = await _named(fed, reading, said)
    parent = await _post_at(fed, reading, said.answers)
    seen = parent is not None and await taken.sees(reading, viewer, parent.id)
    quoted = await _post_at(fed, reading, said.quotes)
    now = fed.clock()
    at = min(max(said.at, EARLIEST), now) if said.at else now
    state = await _state_of_quote(reading, viewer, said, quoted)
    html = foreign.without_quote(said.html) if state == quotes.ACCEPTED else said.html
    post = Post(
        id=0, author=by, created_at=at, visibility=said.visibility, text=said.text, spoiler=said.spoiler, language=said.language,
        html=_led(fed, html, said, faces), sensitive=said.sensitive, reply_to=parent.id if parent and seen else None,
        reply_to_account=parent.author if parent and seen else None, root=parent.root if parent and seen else 0,
        edited_at=said.edited_at, mentions=_mentions(fed, said, faces), tags=said.tags, poll=said.poll,
        quote_of=quoted.id if quoted else None, quote_state=state,
        quote_policy=quotes.policy_of(said.may_quote, said.visibility), server=author.server, uri=said.uri, url=said.url,
    )  # fmt: skip
    return ForeignPost(
        post,
        _emojis(said),
        [(_picture(file), file.url) for file in said.files if file.kind],
        answers=said.answers if parent is None else "",
        quotes=said.quotes if quoted is None else "",
    )


def _emojis(said: PostRead) -> list[tuple[str, str]]:
    """Those that stand in what it says."""
    options = [one.title for one in said.poll.options] if said.poll else []
    text = "\n".join((said.text, said.spoiler, *options))
    return [(one.name, one.url) for one in said.emojis if f":{one.name}:" in text]


async def _named(fed: Federation, reading: Reading, said: PostRead) -> dict[str, Face]:
    """Whom it mentions or is addressed to, of those who are known here, by the address that it names them by."""
    wanted = dict.fromkeys((*(one.uri for one in said.mentions), *said.to, *said.cc))
    for nobody in (*PUBLIC, f"{said.by}/followers"):
        wanted.pop(nobody, None)
    handles = {uri: handle for uri in wanted if (handle := ours.person_in(fed.settings, uri))}
    known = await uris.find_many(reading, [uri for uri in wanted if uri not in handles])
    found = {uri: one.of for uri, one in known.items() if one.kind == uris.ACCOUNT and one.of}
    # Some name people by the address of their page, which is no id of anybody.
    called = {
        one.uri: one.name[1:].lower()
        for one in said.mentions
        if one.name and one.uri not in found and one.uri not in handles
    }
    ids = await ids_of(reading, [*handles.values(), *called.values()])
    found |= {uri: ids[handle] for uri, handle in (handles | called).items() if handle in ids}
    faces = await people.faces(reading, set(found.values()))
    return {uri: faces[id_] for uri, id_ in found.items() if id_ in faces}


def _mentions(fed: Federation, said: PostRead, faces: dict[str, Face]) -> tuple[Mention, ...]:
    """Whom it names; and of what is not for everybody, those of ours to whom it is addressed without being named: it is for them.

    For as many as a post of ours could be, and no more.
    """
    named = [one.uri for one in said.mentions]
    if said.visibility > Visibility.UNLISTED:
        named += [uri for uri in (*said.to, *said.cc) if ours.is_ours(fed.settings, uri)]
    found = {face.id: Mention(face.id, face.handle) for uri in named if (face := faces.get(uri)) is not None}
    return tuple(found.values())[:MOST_MENTIONS]


def _led(fed: Federation, html: str, said: PostRead, faces: dict[str, Face]) -> str:
    """With the links to people who are known here, and to tags, leading to our own pages of them."""
    origin = fed.settings.origin
    by_url = {url: face for uri, face in faces.items() for url in (uri, face.uri, face.url) if url}
    keys = {tag.key for tag in said.tags}

    def to(link: foreign.Link) -> str | None:
        if (face := by_url.get(link.href)) is not None:
            return f"{origin}/@{face.handle}"
        tag = link.words[1:] if link.words[:1] in ("#", "＃") else ""
        return f"{origin}/tags/{tag}" if tag and fold.count_key(tag) in keys else None

    return foreign.lead(html, to)


async def _post_at(fed: Federation, reading: Reading, uri: str) -> Post | None:
    """The post here with this id, ours or another server's; of a repost what it carries."""
    if not uri:
        return None
    id_ = ours.post_in(fed.settings, uri)
    if id_ is None:
        known = await uris.find(reading, uri)
        id_ = known.of if known is not None and known.kind == uris.POST else None
    post = await as_written(reading, id_) if id_ else None
    return await as_written(reading, post.boost_of) if post is not None and post.boost_of is not None else post


async def _state_of_quote(reading: Reading, viewer: Viewer, said: PostRead, quoted: Post | None) -> str:
    if not said.quotes:
        return ""
    return quotes.PENDING if quoted is None else await taken.state_of_quote(reading, viewer, quoted.id)


def _picture(file: FileRead) -> Picture:
    """A picture that is known and not fetched. Its sizes are as they are said to be."""
    mime = _LOSSLESS.get(file.mime, _PAINTED[file.kind])
    wide, high = _small(file.width, file.height)
    return Picture(
        0,
        mime,
        file.description,
        file.blurhash if _BLURHASH.fullmatch(file.blurhash) else "",
        file.width,
        file.height,
        wide,
        high,
        file.focus,
        file.kind,
        state=REMOTE,
        length=file.length,
    )


def _small(width: int, height: int) -> tuple[int, int]:
    longest = max(width, height, 1)
    shrunk = min(1.0, SMALL_SIDE / longest)
    return round(width * shrunk), round(height * shrunk)


# --- posts that are said, said otherwise, or taken back ---


async def create(deed: Deed) -> None:
    """A new post of theirs. What somebody else brought is as old as it is: nobody has others' old posts told of anew."""
    await _take(deed, await _read(deed), fresh=not deed.act.brought)


async def _take(deed: Deed, said: PostRead, *, fresh: bool) -> None:
    """What it answers is looked up afterwards, where it is not here."""
    post = await take_post(deed.fed, said, deed.me, fresh=fresh)
    if (
        said.answers
        and await uris.find(deed.w, said.answers) is None
        and not ours.is_ours(deed.fed.settings, said.answers)
    ):
        deed.w.tell(ThreadWanted(post=post, uri=said.answers))


async def update(deed: Deed) -> None:
    """It says something else now, or its poll counts otherwise. One that is not here yet comes as it is now, and stands in its own
    time: what was said first still waits for something, or is sent again, and says no more when it comes.
    """
    said = await _read(deed)
    if await uris.find(deed.w, said.uri) is None:
        await _take(deed, said, fresh=False)
    else:
        await change_post(deed.fed, said, deed.me)


async def delete(deed: Deed) -> None:
    """It is gone, and its id does not come again. Only its own author's server says so: of others' posts nobody is believed."""
    known = await uris.find(deed.w, deed.act.object)
    if known is None:
        if not same_host(deed.act.object, deed.by.actor):
            raise NotAllowed
        await uris.add(deed.w, deed.act.object, uris.POST, 0, deed.me)
        return
    if known.kind == uris.STAMP and known.by == deed.me and not known.gone:
        await uris.bury(deed.w, deed.act.object)
        # What says that it may is gone: it may no more (FEP-044f)
        await quote_refused(deed.fed, known.of, deed.me)
        return
    if known.kind != uris.POST or known.gone:
        raise NotFound
    await delete_post(deed.fed, known.of, deed.me)


async def _read(deed: Deed) -> PostRead:
    """What the post does not say of itself, its activity says: whose it is, and for whom.

    Raises NotAllowed where it is another's, or would be of another server; Unreadable.
    """
    if deed.act.whole is None:
        raise NotFound
    followers = await people.followers_at(deed.w, deed.me)
    said = read_post(deed.act.whole, around=deed.act.raw, followers=followers, now=deed.fed.clock())
    if said.by != deed.by.actor or not same_host(said.uri, deed.by.actor):
        raise NotAllowed
    return said
