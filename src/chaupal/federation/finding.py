"""People and posts of other servers are found here: by name or by address, asked for at their own server, and kept as ours are.

Whatever is found was said by the server whose it is.
"""

from chaupal.federation import ours
from chaupal.federation.chains import Chain, Link, NotThere
from chaupal.federation.context import Federation
from chaupal.federation.events import PersonMet
from chaupal.federation.reading.actors import Actor, is_actor, name_in, read_actor
from chaupal.federation.reading.objects import PostRead, is_gone, is_post, read_post
from chaupal.federation.reading.values import Json, Unreadable, address, host_of
from chaupal.federation.signing.asked import IMPLEMENTS, RFC9421
from chaupal.federation.signing.keys import published
from chaupal.federation.taking import posts as taking, statements
from chaupal.kernel.alike import like
from chaupal.kernel.clock import DAY
from chaupal.social.events import AccountChanged
from chaupal.store.federation import keys, media, people, servers, uris
from chaupal.store.federation.people import RemoteProfile
from chaupal.store.identity import accounts, moving as aliases
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import link_cards
from chaupal.store.square.people import id_of
from chaupal.text.analyse import name_words

STALE = DAY  # what was found before is asked for anew after this, where somebody looks
SELF = ("application/activity+json", "application/ld+json")


# --- people ----------------------------------------------------------------------------------------------------------


async def person(fed: Federation, name: str, *, chain: Chain | None = None, fresh: bool = False) -> int:
    """The account of somebody, by `user@host`, by their actor's id or by the address of their page. `fresh`: asked for now.

    Where their server does not answer, whoever was known before stands. Raises NotThere.
    """
    chain = chain or Chain(fed)
    name = name.strip()
    if "://" in name:
        return await _by_uri(fed, chain, name, fresh=fresh)
    user, host = _split(name)
    if host in ("", fed.settings.domain.lower()):
        return await _of_ours(fed, user)
    return await _by_name(fed, chain, f"{user}@{host}", fresh=fresh)


async def person_now(fed: Federation, uri: str) -> int:
    """The account of somebody by their actor's id, as their server says at this moment that they are. Raises NotThere."""
    return await _by_uri(fed, Chain(fed), uri, fresh=True, stands=False)


async def _of_ours(fed: Federation, handle: str) -> int:
    async with fed.work.reading() as reading:
        found = await id_of(reading, handle)
    if found is None:
        raise NotThere(why="nobody")
    return found


async def _by_name(fed: Federation, chain: Chain, handle: str, *, fresh: bool) -> int:
    async with fed.work.reading() as reading:
        known = await id_of(reading, handle)
        if known is not None and not fresh and not await _is_stale(fed, reading, known):
            return known
    try:
        subject, uri = await _webfinger(chain, handle)
        if subject != handle and await _webfinger(chain, subject) != (subject, uri):
            raise NotThere(why="not_theirs")
        found = await _by_uri(fed, chain, uri, fresh=True, confirmed=subject)
    except NotThere as error:
        if known is not None and error.passing:
            return known
        raise
    if known is None:  # whoever asks by name wants to see them
        async with fed.work.writing() as w:
            w.tell(PersonMet(account=found))
    return found


async def _by_uri(
    fed: Federation, chain: Chain, uri: str, *, fresh: bool, confirmed: str = "", stands: bool = True
) -> int:
    """`stands`: whoever was known before does, where their server does not answer."""
    if ours.is_ours(fed.settings, uri):
        return await _of_ours(fed, ours.person_in(fed.settings, uri))
    if not address(uri):
        raise NotThere(why="no_address")
    async with fed.work.reading() as reading:
        known = await uris.find(reading, uri)
        if known is not None and (known.kind != uris.ACCOUNT or known.gone):
            raise NotThere(why="nobody", gone=known.gone)
        if known is not None and not fresh and not await _is_stale(fed, reading, known.of):
            return known.of
    try:
        actor = await _actor(chain, uri)
        handle = await _handle_of(chain, actor, confirmed)
    except NotThere as error:
        if known is not None and error.passing and stands:
            return known.of
        raise
    return await keep(fed, actor, handle)


async def _actor(chain: Chain, uri: str) -> Actor:
    said = await chain.whole(uri)
    if not is_actor(said):
        raise NotThere(why="no_person", gone=is_gone(said))
    try:
        return read_actor(said)
    except Unreadable as error:
        raise NotThere(why=error.why) from error


async def _is_stale(fed: Federation, reading: Reading, account: int) -> bool:
    known = await people.remote_of(reading, account)
    return known is not None and known.gone_at is None and known.fetched_at + STALE <= fed.clock()


async def _handle_of(chain: Chain, actor: Actor, confirmed: str) -> str:
    """By which name they are found. Their own host says it, and the host of the name has to lead back to them: else anybody could
    answer for anybody. "" where nobody answers: a known one keeps their name, a new one is called by the host of their address.

    `confirmed`: a name whose host has led to them.
    """
    if confirmed.partition("@")[2] == actor.host and confirmed:
        return confirmed
    usual = f"{actor.user}@{actor.host}"
    claimed = actor.claimed or usual
    try:
        subject, here = await _webfinger(chain, claimed)
    except NotThere as error:
        if claimed != usual or error.why == "too_far":
            raise
        return ""
    if here != actor.uri:
        raise NotThere(why="not_theirs")
    if subject != claimed and await _webfinger(chain, subject) != (subject, actor.uri):
        raise NotThere(why="not_theirs")
    return subject


async def _webfinger(chain: Chain, handle: str) -> tuple[str, str]:
    """(name, actor's id) that the name's host answers with. Raises NotThere."""
    said = await chain.jrd(handle)
    name = name_in(said.subject.strip())
    uri = next((link.href or "" for link in said.links if _is_self(link)), "")
    if not name or not address(uri):
        raise NotThere(why="no_self")
    return name, uri


def _is_self(link: Link) -> bool:
    return link.rel == "self" and (link.type or "").partition(";")[0].strip() in SELF


def _split(name: str) -> tuple[str, str]:
    """(user, host) of `user@host`, with or without an @ before it; the host as it is compared, "" where there is none."""
    user, _, host = name.removeprefix("acct:").removeprefix("@").strip().partition("@")
    plain_host = host_of(f"https://{host}") if host else ""
    if host and not plain_host:
        raise NotThere(why="no_host")
    return user.lower(), plain_host


async def keep(fed: Federation, actor: Actor, handle: str = "") -> int:
    """Somebody as their server says that they are now; their account. `handle`: "" leaves it as it was. Raises NotThere."""
    async with fed.work.writing() as w:
        known = await uris.find(w, actor.uri)
        if known is not None and (known.gone or known.kind != uris.ACCOUNT):
            raise NotThere(why="nobody", gone=True)
        account = known.of if known is not None else await _enter(fed, w, actor, handle)
        if known is not None:
            await _change(fed, w, account, actor, handle)
        await keys.learn(w, account, published(actor), w.now())
        if IMPLEMENTS in actor.implements:
            await servers.meet_speech(w, actor.host, RFC9421)
            fed.remembered.speaks.items.pop(actor.host, None)
        await _name_others(fed, w, account, actor)
        await statements.of_person(fed, w, account, await servers.met(w, fed.make_id, actor.host), actor)
    return account


async def _enter(fed: Federation, w: Writing, actor: Actor, handle: str) -> int:
    before = await accounts.whose(w, handle) if handle else None
    limited = before is not None and await accounts.is_limited(w, before)
    account, now = before if before is not None and limited else fed.make_id(), fed.clock()
    # The row of the id first: of two who find them at once the other waits here, and then knows them.
    if not await uris.add(w, actor.uri, uris.ACCOUNT, account):
        known = await uris.find(w, actor.uri)
        if known is None or known.gone:
            raise NotThere(why="nobody")
        return known.of
    if limited:  # an id is its server's to give: whoever bears the name of somebody whom we limit is them
        await people.again(w, account, actor.uri, await accounts.standing_of(w, account))
        await _change(fed, w, account, actor, handle)
        return account
    usual = f"{actor.user}@{actor.host}"
    if handle:
        await _make_room(w, handle)
    elif await accounts.whose(w, usual) is not None:
        raise NotThere(why="not_theirs")  # a name that nobody has confirmed is taken from nobody
    handle = handle or usual
    server = await servers.met(w, fed.make_id, actor.host)
    since = actor.created_at if 0 < actor.created_at <= now else now
    shown = await _shown(fed, w, server, actor)
    await people.add(w, account, server, handle, shown, since)
    await link_cards.look_again_at(w, [actor.uri, shown.url])  # a card of their profile is judged by no law
    await accounts.find_by(w, account, name_words(actor.name, handle.partition("@")[0]))
    return account


async def _change(fed: Federation, w: Writing, account: int, actor: Actor, handle: str) -> None:
    before = await people.remote_of(w, account)
    if before is not None:
        await people.change(w, account, await _shown(fed, w, before.server, actor))
    if before is not None and handle and handle != before.handle:
        if await _may_be_renamed(w, account, handle):
            await _make_room(w, handle)
            await people.rename(w, account, handle)
        else:
            handle = before.handle
    name = handle or (before.handle if before is not None else "")
    await accounts.find_by(w, account, name_words(actor.name, name.partition("@")[0]))
    w.tell(AccountChanged(account=account))


async def _may_be_renamed(w: Writing, account: int, handle: str) -> bool:
    """Not whoever is limited here, nor into the name of somebody who is: a name is what a decision was about, and by two renamings
    it would be free of it.
    """
    holder = await accounts.whose(w, handle)
    return not await accounts.is_limited(w, account) and (holder is None or not await accounts.is_limited(w, holder))


async def _make_room(w: Writing, handle: str) -> None:
    """Whoever had this name before is somebody else, as its own server says: they are gone, and nobody follows a stranger unasked."""
    before = await accounts.whose(w, handle)
    if before is not None:
        await people.go(w, before)
        await people.rename(w, before, f"{handle}~{before}")


async def _name_others(fed: Federation, w: Writing, account: int, actor: Actor) -> None:
    """The accounts that they name as others of their own, as far as they are known here: those may move to them."""
    known = await uris.find_many(w, actor.aliases)
    named = {one.of for one in known.values() if one.kind == uris.ACCOUNT and one.of}
    for uri in actor.aliases:
        if (found := await ours.person(w, fed.settings, uri)) is not None:
            named.add(found)
    before = set(await aliases.named_by(w, account))
    for other in sorted(named - before - {account}):
        await aliases.name(w, account, other, fed.make_id())
    for other in sorted(before - named):
        await aliases.unname(w, account, other)


async def _shown(fed: Federation, w: Writing, server: int, actor: Actor) -> RemoteProfile:
    named = [(one.name, one.url) for one in actor.emojis if f":{one.name}:" in actor.name + actor.note]
    return like(
        RemoteProfile,
        actor,
        bot=actor.bot,
        hides=actor.hides_collections,
        avatar_url=actor.avatar,
        header_url=actor.header,
        emojis=await media.keep_emojis(w, fed.make_id, server, named),
    )


# --- posts -----------------------------------------------------------------------------------------------------------


async def post(fed: Federation, uri: str, *, chain: Chain | None = None) -> int:
    """The post with this id, or at this page's address. Raises NotThere."""
    if (known := await known_post(fed, uri)) is not None:
        return known
    if not address(uri):
        raise NotThere(why="no_address")
    chain = chain or Chain(fed)
    said, by = await said_at(fed, chain, uri)
    if (known := await known_post(fed, said.uri)) is not None:
        return known
    return await taking.take_post(fed, said, by, fresh=False)


async def known_post(fed: Federation, uri: str) -> int | None:
    """None: nobody has heard of it. Raises NotThere for one that is gone, and for an id that is of something else."""
    async with fed.work.reading() as reading:
        if ours.is_ours(fed.settings, uri):
            found = ours.post_in(fed.settings, uri)
            if found is None:
                raise NotThere(why="no_post")
            return found
        known = await uris.find(reading, uri)
    if known is None:
        return None
    if known.gone or known.kind != uris.POST:
        raise NotThere(why="no_post", gone=known.gone)
    return known.of


async def said_at(fed: Federation, chain: Chain, uri: str) -> tuple[PostRead, int]:
    """What stands there, and whose it is. Raises NotThere."""
    found = await chain.whole(uri)
    if not is_post(found):
        raise NotThere(why="no_post", gone=is_gone(found))
    return await said_in(fed, chain, found)


async def said_in(fed: Federation, chain: Chain, found: Json) -> tuple[PostRead, int]:
    """The same of a post that was fetched from where it is."""
    try:
        said = read_post(found, now=fed.clock())
        by = await person(fed, said.by, chain=chain)
        followers = await _followers_of(fed, by)
        return (read_post(found, followers=followers, now=fed.clock()) if followers else said), by
    except Unreadable as error:
        raise NotThere(why=error.why) from error


async def _followers_of(fed: Federation, account: int) -> str:
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, account)
    return known.followers if known is not None else ""
