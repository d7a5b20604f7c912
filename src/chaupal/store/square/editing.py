"""Edits as rows: what a post said before, each wording one revision, and the row of the post as it is now."""

import msgspec
from sqlalchemy import select

from chaupal.policy.narrow import LISTED_PUBLICLY
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Mention, Option, Picture, Poll, Post
from chaupal.store.machine.dialect import listed, param, statement
from chaupal.store.machine.statements import inserts, updates
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.square import polls, posting
from chaupal.store.square.media import written_captions, written_focus
from chaupal.store.square.posts import BY_IDS, post_of
from chaupal.store.tables.square import media, posts, revisions

KEEP = inserts(revisions)
CHANGE = updates(
    posts,
    text="new_text",
    html="new_html",
    spoiler="new_spoiler",
    language="new_language",
    sensitive="new_sensitive",
    mentions="new_mentions",
    tags="new_tags",
    pictures="new_pictures",
    emojis="new_emojis",
    edited_at="at",
    poll="new_poll",
    quote_policy="new_policy",
).where(id="of")
DESCRIBE = updates(media, description="said", focus="aim", captions="told").where(id="of", account_id="me")
OF = statement(
    select(
        revisions.c.at,
        revisions.c.text,
        revisions.c.html,
        revisions.c.spoiler,
        revisions.c.sensitive,
        revisions.c.language,
        revisions.c.pictures,
        revisions.c.options,
        revisions.c.mentions,
    )
    .where(revisions.c.post_id == param("of"))
    .order_by(revisions.c.id)
    .limit(param("n"))
)

_json = msgspec.json.Encoder().encode
_pictures = msgspec.json.Decoder(tuple[Picture, ...]).decode
_mentions = msgspec.json.Decoder(tuple[Mention, ...]).decode
_options = msgspec.json.Decoder(tuple[str, ...]).decode


async def change(w: Writing, before: Post, after: Post, revision: int) -> None:
    """The post says something else; what it said is kept. The caller holds it. Raises Invalid for a picture that is taken."""
    options = [option.title for option in before.poll.options] if before.poll else []
    await w.run(
        KEEP,
        id=revision,
        post_id=before.id,
        at=before.edited_at or before.created_at,
        text=before.text,
        html=before.html,
        spoiler=before.spoiler,
        sensitive=int(before.sensitive),
        language=before.language,
        pictures=_json(before.pictures).decode(),
        options=_json(options).decode(),
        mentions=_json(before.mentions).decode(),
    )
    await w.run(
        CHANGE,
        of=after.id,
        new_text=after.text,
        new_html=after.html,
        new_spoiler=after.spoiler,
        new_language=after.language,
        new_sensitive=int(after.sensitive),
        new_mentions=_json(after.mentions).decode(),
        new_tags=_json(after.tags).decode(),
        new_pictures=_json(after.pictures).decode(),
        at=after.edited_at,
        new_poll=polls.written(after.poll),
        new_emojis=_json(after.emojis).decode(),
        new_policy=after.quote_policy,
    )
    await posting.name_anew(w, before, after, public=after.visibility in LISTED_PUBLICLY)
    for picture in after.pictures:
        if picture not in before.pictures:
            await w.run(
                DESCRIBE,
                of=picture.id,
                me=after.author,
                said=picture.description,
                aim=written_focus(picture.focus),
                told=written_captions(picture),
            )
    await posting.touch_with_reposts(w, after.id)


async def history(reading: Reading, post_id: int, at_most: int) -> list[Sealed[Post]]:
    """Every wording of a post, the first one first and the present one last: sealed, and judged as the post itself is, but
    for whom it named then: whoever is addressed by a later wording was not by those before it."""
    row = await reading.first(BY_IDS, ids=listed([post_id]))
    if row is None:
        return []
    now = post_of(row)
    return [*map(Sealed, await wordings_before(reading, now, at_most)), Sealed(now)]


async def wordings_before(reading: Reading, post: Post, at_most: int) -> list[Post]:
    """What a post said before, for `history` and for the unit that keeps it as evidence; nobody looks at it here."""
    return [_wording(post, found) for found in await reading.fetch(OF, of=post.id, n=at_most)]


def _wording(post: Post, row: Row) -> Post:
    at, text, html, spoiler, sensitive, language, pictures, options, mentions = row
    titles = _options(options)
    poll = Poll(tuple(map(Option, titles)), at) if titles else None
    return msgspec.structs.replace(
        post,
        text=text,
        html=html,
        spoiler=spoiler,
        sensitive=bool(sensitive),
        language=language,
        pictures=_pictures(pictures),
        edited_at=at,
        poll=poll,
        card=None,
        mentions=_mentions(mentions),
    )
