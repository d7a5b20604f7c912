"""What one takes along: in the shape of a Mastodon archive, so that others can take it in, as this server knows it, and as a page."""

import csv
import io
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from chaupal.kernel.clock import iso
from chaupal.policy.drafts_and_scheduled import Unsaid, UnsaidPost
from chaupal.policy.facts import Visibility
from chaupal.policy.measures import Both
from chaupal.policy.sentences.placeholders import day, spoken_of
from chaupal.policy.things import Captions, Person, Picture, Poll, Post
from chaupal.store.identity.logins import Login
from chaupal.store.square.filters import Filter
from chaupal.store.square.graph import FollowTerms
from chaupal.store.square.lists import ListRow
from chaupal.text.handles import whole

CONTEXT = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{CONTEXT}#Public"
# Columns of the lists of people, as Mastodon names and reads them; its other lists have none.
FOLLOWING = ("Account address", "Show boosts", "Notify on new posts", "Languages")
FOLLOWERS = ("Account address",)
MUTED = ("Account address", "Hide notifications")
SUFFIX = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "audio/mpeg": "mp3",
}


def home(origin: str, handle: str) -> str:
    return f"{origin}/@{handle}"


def address(origin: str, handle: str, post: int) -> str:
    return f"{origin}/@{handle}/{post}"


def actor(origin: str, person: Person) -> dict[str, Any]:
    """`actor.json`."""
    me = home(origin, person.handle)
    return {
        "@context": CONTEXT,
        "id": me,
        "type": "Person",
        "preferredUsername": person.handle,
        "name": person.name,
        "summary": person.note_html,
        "url": me,
        "published": iso(person.created_at),
        "followers": f"{me}/followers",
        "outbox": "outbox.json",
        "likes": "likes.json",
        "bookmarks": "bookmarks.json",
        "manuallyApprovesFollowers": person.locked,
        "discoverable": person.discoverable,
        "indexable": person.indexable,
        "attributionDomains": person.sites,
        "attachment": [{"type": "PropertyValue", "name": one.name, "value": one.value} for one in person.fields],
    }


def outbox_head(total: int) -> dict[str, Any]:
    """`outbox.json` but what it holds."""
    return {"@context": CONTEXT, "id": "outbox.json", "type": "OrderedCollection", "totalItems": total}


def activity(origin: str, domain: str, person: Person, post: Post) -> dict[str, Any]:
    """One's own post in `outbox.json`. Reposts stand in `posts.json` alone: their words are others'.

    Whom it names stands in `tag` with this server's `domain`: elsewhere the same short name is somebody else's.
    """
    id_, at = address(origin, person.handle, post.id), iso(post.created_at)
    me = home(origin, person.handle)
    to, cc = _addressed(me, post.visibility)
    note = {
        "id": id_,
        "type": "Note",
        "summary": post.spoiler or None,
        "inReplyTo": _parent(origin, person, post),
        "published": at,
        "url": id_,
        "attributedTo": me,
        "to": to,
        "cc": cc,
        "sensitive": post.sensitive,
        "content": post.html,
        "contentMap": {post.language: post.html},
        "attachment": [attached(one) for one in post.pictures],
        "tag": [
            {"type": "Mention", "href": home(origin, one.handle), "name": f"@{whole(one.handle, domain)}"}
            for one in post.mentions
        ],
        **({"localOnly": True} if post.visibility is Visibility.LOCAL else {}),
    }
    if post.poll is not None:
        note |= _question(post.poll)
    return {"id": f"{id_}/activity", "type": "Create", "actor": me, "published": at, "to": to, "cc": cc, "object": note}


def _parent(origin: str, person: Person, post: Post) -> str | None:
    """The address of what it answers; of others' posts the id is all that one has of them."""
    if post.reply_to is None:
        return None
    handle = person.handle if post.reply_to_account == post.author else None
    return address(origin, handle, post.reply_to) if handle else f"{origin}/api/v1/statuses/{post.reply_to}"


def _question(poll: Poll) -> dict[str, Any]:
    """What makes a note a poll, as in Mastodon's archives."""
    options = [
        {"type": "Note", "name": one.title, "replies": {"type": "Collection", "totalItems": one.votes}}
        for one in poll.options
    ]
    end = {"endTime": iso(poll.ends_at)} if poll.has_end else {}
    return {"type": "Question", "anyOf" if poll.multiple else "oneOf": options, "votersCount": poll.voters} | end


def _addressed(me: str, visibility: Visibility) -> tuple[list[str], list[str]]:
    followers = f"{me}/followers"
    return {
        Visibility.PUBLIC: ([PUBLIC], [followers]),
        Visibility.UNLISTED: ([followers], [PUBLIC]),
        Visibility.PRIVATE: ([followers], []),
        Visibility.DIRECT: ([me], []),
        Visibility.LOCAL: ([me], []),
    }[visibility]


def attached(picture: Picture) -> dict[str, Any]:
    return {
        "type": "Document",
        "mediaType": picture.mime,
        "url": f"/{name_of(picture)}",
        "name": picture.description or None,
        "blurhash": picture.blurhash,
        "width": picture.width,
        "height": picture.height,
        "captions": [
            {"language": told.language, "url": f"/{captions_name(picture, told)}"} for told in picture.captions
        ],
    }


def name_of(picture: Picture) -> str:
    """Where a picture lies in the archive."""
    return f"media_attachments/{picture.id}.{SUFFIX.get(picture.mime, 'bin')}"


def captions_name(picture: Picture, captions: Captions) -> str:
    """Where captions lie in the archive."""
    return f"media_attachments/{picture.id}.{captions.language}.vtt"


def profile(origin: str, person: Person, login: Login) -> dict[str, Any]:
    return {
        "handle": person.handle,
        "name": person.name,
        "note": person.note,
        "address": home(origin, person.handle),
        "fields": [{"name": one.name, "value": one.value} for one in person.fields],
        "email": login.email,
        "avatar": _media(origin, person.avatar),
        "header": _media(origin, person.header),
        "joined_at": iso(person.created_at),
        "language": login.language,
        "locked": person.locked,
        "state": person.state,
        "attribution_domains": person.sites,
        "new_posts": {
            "visibility": login.default_visibility,
            "sensitive": bool(login.default_sensitive),
            "language": login.default_language,
            "quote_policy": login.default_quote_policy,
        },
    }


def post_of(origin: str, person: Person, post: Post) -> dict[str, Any]:
    about = {"id": str(post.id), "at": iso(post.created_at), "visibility": post.visibility.wire}
    if post.boost_of is not None:
        return about | {"repost_of": str(post.boost_of)}
    return about | {
        "address": address(origin, person.handle, post.id),
        "text": post.text,
        "warning": post.spoiler,
        "language": post.language,
        "sensitive": post.sensitive,
        "in_reply_to": str(post.reply_to) if post.reply_to else None,
        "edited_at": iso(post.edited_at) if post.edited_at else None,
        "pictures": [str(one.id) for one in post.pictures],
        "mentions": [one.handle for one in post.mentions],
        "quote_of": str(post.quote_of) if post.quote_of else None,
        "poll": _poll_of(post.poll) if post.poll else None,
    }


def _poll_of(poll: Poll) -> dict[str, Any]:
    return {
        "options": [{"title": one.title, "votes": one.votes} for one in poll.options],
        "multiple": poll.multiple,
        "voters": poll.voters,
        "ends_at": iso(poll.ends_at) if poll.has_end else None,
    }


def picture_of(origin: str, post: int, picture: Picture) -> dict[str, Any]:
    return {
        "id": str(picture.id),
        "post": str(post),
        "address": f"{origin}/media/{picture.id}/original",
        "type": picture.mime,
        "description": picture.description,
        "width": picture.width,
        "height": picture.height,
        "captions": [told.language for told in picture.captions],
    }


def _media(origin: str, key: str) -> str | None:
    return f"{origin}/media/{key}" if key else None


def list_of(list_: ListRow, people: Sequence[str]) -> dict[str, Any]:
    return {"title": list_.title, "replies": list_.replies, "exclusive": list_.exclusive, "people": people}


def filter_of(origin: str, filter_: Filter) -> dict[str, Any]:
    """One of `custom_filters`, as Mastodon takes it in; of posts the id is all that one has of them."""
    return {
        "title": filter_.title,
        "context": filter_.contexts,
        "action": filter_.action,
        "expires_at": iso(filter_.ends_at) if filter_.ends_at else None,
        "keywords_attributes": [{"keyword": word.text, "whole_word": word.whole} for word in filter_.keywords],
        "statuses": [f"{origin}/api/v1/statuses/{entry.post}" for entry in filter_.posts],
    }


def draft_of(waiting: UnsaidPost) -> dict[str, Any]:
    return {"saved_at": iso(waiting.at)} | _unsaid(waiting.body)


def plan_of(waiting: UnsaidPost) -> dict[str, Any]:
    """What is to be said later; `due_at` lies behind it where it could not be."""
    return {"due_at": iso(waiting.at)} | _unsaid(waiting.body)


def _unsaid(body: Unsaid) -> dict[str, Any]:
    return {
        "text": body.text,
        "warning": body.spoiler,
        "visibility": body.visibility,
        "language": body.language,
        "in_reply_to": str(body.reply_to) if body.reply_to else None,
        "pictures": [str(id_) for id_ in body.pictures],
        "options": body.poll.options if body.poll else (),
        "then": [{"text": further.text, "pictures": [str(id_) for id_ in further.pictures]} for further in body.then],
    }


def followed(whom: str, terms: FollowTerms) -> tuple[str, ...]:
    """A row below `FOLLOWING`."""
    return whom, true_or_false(terms.reposts), true_or_false(terms.notify), ", ".join(terms.languages)


def true_or_false(value: bool) -> str:
    return "true" if value else "false"


def sheet(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A CSV file as Mastodon writes them; no head where `head` is empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    if head:
        writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


STYLE = (
    "body{font:17px/1.6 system-ui,sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "article{padding:1rem 0;border-top:1px solid #ccc}img,video{max-width:100%;height:auto}:lang(ur){line-height:2.1}"
)
# What is not for everybody is marked, for whoever shows the page to somebody.
FOR: dict[Visibility, Both] = {
    Visibility.UNLISTED: ("Public, but in no list", "सबके लिए, पर सूचियों से बाहर"),
    Visibility.LOCAL: ("Only people of this server", "केवल इस सर्वर के लोग"),
    Visibility.PRIVATE: ("Followers only", "केवल फ़ॉलोअर के लिए"),
    Visibility.DIRECT: ("Mentioned people only", "केवल जिनका ज़िक्र है"),
}
REPLY: Both = ("A reply", "एक जवाब")
SENSITIVE: Both = ("Sensitive pictures, video or sound", "संवेदनशील चित्र, वीडियो या आवाज़")
PLAYED = {"audio": "audio", "video": "video", "gifv": "video"}


def head(origin: str, person: Person, language: str) -> str:
    """What stands before the posts."""
    name = escape(person.shown_name)
    me = escape(home(origin, person.handle))
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{name}</title><style>{STYLE}</style><h1 dir="auto">{name}</h1>'
        f'<p><a href="{me}">{me}</a></p><div dir="auto">{person.note_html}</div>\n'
    )


def article(origin: str, person: Person, post: Post, language: str) -> str:
    """One post with its day, for whom it is, its words, its poll and its files."""
    told = [REPLY] if post.reply_to is not None else []
    told += [FOR[post.visibility]] if post.visibility in FOR else []
    marks = "".join(f" · {escape(spoken_of(one, language))}" for one in told)
    said = f'<div lang="{post.language}" dir="auto">{post.html}</div>{_poll(post)}{_files(post, language)}'
    if post.spoiler:
        said = f'<details><summary dir="auto"><strong>{escape(post.spoiler)}</strong></summary>{said}</details>'
    return (
        f'<article><p><a href="{escape(address(origin, person.handle, post.id))}">{day(post.created_at, language)}</a>{marks}</p>'
        f"{said}</article>\n"
    )


def _poll(post: Post) -> str:
    if post.poll is None:
        return ""
    options = "".join(f'<li dir="auto">{escape(one.title)} · {one.votes}</li>' for one in post.poll.options)
    return f'<ul lang="{post.language}">{options}</ul>'


def _files(post: Post, language: str) -> str:
    """What is sensitive lies covered here, too."""
    files = "".join(_file(one) for one in post.pictures)
    if not files or not post.sensitive or post.spoiler:  # with a warning all of it is covered
        return files
    return f"<details><summary>{escape(spoken_of(SENSITIVE, language))}</summary>{files}</details>"


def _file(one: Picture) -> str:
    words = escape(one.description)
    if tag := PLAYED.get(one.kind):
        tracks = "".join(f'<track src="{captions_name(one, told)}" srclang="{told.language}">' for told in one.captions)
        return f'<p><{tag} controls preload="none" src="{name_of(one)}" aria-label="{words}">{tracks}</{tag}></p>'
    return f'<p><img loading="lazy" src="{name_of(one)}" alt="{words}"></p>'
