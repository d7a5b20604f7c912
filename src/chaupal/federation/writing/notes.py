"""A post as other servers read it: a Note or a Question, with whom it is for, its words by language, pictures, tags and quote."""

from collections.abc import Iterator
from typing import Any

from chaupal.federation.writing import addresses
from chaupal.federation.writing.addresses import PUBLIC, ActorNamed, NoteAddresses
from chaupal.federation.writing.terms import moment
from chaupal.kernel.settings import Settings
from chaupal.policy import quotes
from chaupal.policy.facts import Visibility
from chaupal.policy.filed import pass_of
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Picture, Poll, Post
from chaupal.policy.verdict import Placeholder
from chaupal.reads.posts.media import name_of
from chaupal.text import html

NO_LANGUAGE = ("", "und", "zxx")

type Json = dict[str, Any]


def note(settings: Settings, seen: Visible[Post], around: NoteAddresses, now: int) -> Json:
    """The object, to stand in an activity or (`terms.alone`) by itself.

    `now` (ms): a poll that is over by then says so. Raises ValueError for what the gate withholds, and as `audience` does: there is
    nothing to be said of it.
    """
    if isinstance(seen.verdict, Placeholder):
        raise ValueError("a placeholder is not told to servers")
    post, author = seen.item, around.people[seen.item.author]
    where = addresses.post(settings.origin, author.handle, post.id)
    content = _content(settings, post, around)
    spoken = {} if post.language in NO_LANGUAGE else {"contentMap": {post.language: content}}
    return {
        "id": where,
        "type": "Question" if post.poll else "Note",
        "summary": post.spoiler or None,
        "inReplyTo": around.answers or None,
        "published": moment(post.created_at),
        **({"updated": moment(post.edited_at)} if post.edited_at else {}),
        "url": where,
        "attributedTo": author.uri,
        **audience(post, around),
        "sensitive": post.sensitive or bool(post.spoiler),
        **({"context": around.thread, "conversation": around.thread} if around.thread else {}),
        "content": content,
        **spoken,
        "attachment": [
            attachment(settings, picture, around.reader) | around.withheld.get(picture.id, {})
            for picture in post.pictures
        ],
        "tag": [*_mentions(settings, post, around), *_hashtags(settings, post)],
        "replies": f"{where}/replies",
        **_counted(where, post),
        **_quoted(around),
        "interactionPolicy": policy(post, author),
        **around.withheld.get(post.id, {}),
        **(_poll(post.poll, now) if post.poll else {}),
    }


def audience(post: Post, around: NoteAddresses) -> Json:
    """`to` and `cc`, by what the post's visibility means to servers of Mastodon's kind. Raises ValueError for what stays here."""
    crowd = addresses.followers(around.people[post.author].uri)
    named = [around.people[one.id].uri for one in post.mentions if one.id in around.people]
    match post.visibility:
        case Visibility.PUBLIC:
            return {"to": [PUBLIC], "cc": [crowd, *named]}
        case Visibility.UNLISTED:
            return {"to": [crowd], "cc": [PUBLIC, *named]}
        case Visibility.PRIVATE:
            return {"to": [crowd], "cc": named}
        case Visibility.DIRECT:
            return {"to": named, "cc": []}
        case Visibility.LOCAL:
            raise ValueError("what stays here is not told to servers")


def policy(post: Post, author: ActorNamed) -> Json:
    """Who may quote it (FEP-044f); nobody is asked before."""
    who = {quotes.PUBLIC: PUBLIC, quotes.FOLLOWERS: addresses.followers(author.uri)}.get(post.quote_policy, author.uri)
    return {"canQuote": {"automaticApproval": [who]}}


def attachment(settings: Settings, picture: Picture, reader: int = 0) -> Json:
    """A picture, a film or a sound. What is not for everybody has an address for its `reader`'s server alone."""
    key = f"?k={pass_of(picture.key, reader)}" if reader and picture.key else ""
    told: Json = {
        "type": "Document",
        "mediaType": picture.mime,
        "url": f"{settings.origin}/media/{picture.id}/{name_of(picture, 'original')}{key}",
        "name": picture.description or None,
    }
    if picture.blurhash:
        told["blurhash"] = picture.blurhash
    if picture.width and picture.height:
        told |= {"width": picture.width, "height": picture.height}
    if picture.kind == "image":
        told["focalPoint"] = list(picture.focus)
    if picture.length:
        told["duration"] = f"PT{picture.length / 1_000:g}S"
    return told


def tombstone(where: str) -> Json:
    """What is left of a post that was deleted."""
    return {"id": where, "type": "Tombstone"}


def _content(settings: Settings, post: Post, around: NoteAddresses) -> str:
    """The words with links that lead to where people really are, which on our own pages are pages of ours."""
    named = {one.handle: around.people[one.id] for one in post.mentions if one.id in around.people}
    own = f"@{settings.domain.lower()}"

    def mention_url(name: str) -> tuple[str, str] | None:
        found = named.get(name.removesuffix(own))
        return (found.url, found.username) if found else None

    said = html.render(post.text, mention_url, lambda tag: f"{settings.origin}/tags/{tag}")
    if not around.quotes or around.quotes in post.text:
        return said
    # For servers that know no quotes; those that do leave it out by its class.
    return f'<p class="quote-inline">RE: {html.link(around.quotes)}</p>{said}'


def _mentions(settings: Settings, post: Post, around: NoteAddresses) -> Iterator[Json]:
    for one in post.mentions:
        if (named := around.people.get(one.id)) is not None:
            yield {"type": "Mention", "href": named.uri, "name": f"@{addresses.acct(settings.domain, named)}"}


def _hashtags(settings: Settings, post: Post) -> Iterator[Json]:
    for tag in post.tags:
        yield {"type": "Hashtag", "href": f"{settings.origin}/tags/{tag.name}", "name": f"#{tag.name}"}


def _counted(where: str, post: Post) -> Json:
    """How many, as everybody is told; nobody's name."""
    return {
        "likes": {"id": f"{where}/likes", "type": "Collection", "totalItems": post.likes_count},
        "shares": {"id": f"{where}/shares", "type": "Collection", "totalItems": post.boosts_count},
    }


def _quoted(around: NoteAddresses) -> Json:
    if not around.quotes:
        return {}
    names = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")
    stamp = {"quoteAuthorization": around.stamp} if around.stamp else {}
    return dict.fromkeys(names, around.quotes) | stamp


def _poll(poll: Poll, now: int) -> Json:
    over = now >= poll.ends_at
    shown = over or not poll.hide_totals
    options = [
        {
            "type": "Note",
            "name": option.title,
            "replies": {"type": "Collection"} | ({"totalItems": option.votes} if shown else {}),
        }
        for option in poll.options
    ]
    ends = moment(poll.ends_at)
    return {
        "anyOf" if poll.multiple else "oneOf": options,
        "endTime": ends,
        "votersCount": poll.voters,
        **({"closed": ends} if over else {}),
    }
