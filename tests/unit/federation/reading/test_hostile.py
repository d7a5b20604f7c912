"""Whatever a server sends is read or Unreadable, and nothing else comes of it: real examples with anything in any place."""

import contextlib
from typing import Any

import msgspec
from hypothesis import given, strategies as st

from chaupal.federation.reading.activities import read_act
from chaupal.federation.reading.actors import read_actor, read_key
from chaupal.federation.reading.objects import is_gone, is_vote, read_post
from chaupal.federation.reading.values import Unreadable, parse

RAVI = "https://social.example/users/ravi"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
NOTE: dict[str, Any] = {
    "type": "Note", "id": f"{RAVI}/statuses/1", "attributedTo": RAVI, "to": [PUBLIC], "cc": [f"{RAVI}/followers"],
    "content": "<p>नमस्ते <a href='https://b.example/@asha' class='mention'>@asha</a></p>", "contentMap": {"hi": "<p>नमस्ते</p>"},
    "summary": "s", "name": "n", "published": "2023-11-14T22:13:20Z", "updated": "2023-11-15T00:00:00Z", "sensitive": True,
    "url": [{"type": "Link", "href": "https://social.example/@ravi/1", "mediaType": "text/html"}], "inReplyTo": "https://b.example/2",
    "tag": [{"type": "Mention", "href": "https://b.example/users/asha", "name": "@asha@b.example"},
            {"type": "Hashtag", "name": "#खेती", "href": "https://social.example/tags/x"},
            {"type": "Emoji", "name": ":cow:", "icon": {"type": "Image", "url": "https://f.example/cow.png"}},
            {"type": "Link", "rel": "x", "mediaType": "application/activity+json", "href": "https://b.example/9"}],
    "attachment": [{"type": "Document", "mediaType": "image/png", "url": "https://f.example/1", "name": "x", "focalPoint": [0.5, 0.5],
                    "width": 10, "height": 10, "blurhash": "U", "duration": "PT1S"}],
    "quote": "https://b.example/9", "interactionPolicy": {"canQuote": {"automaticApproval": [PUBLIC]}}, "replies": {"id": "x"},
}  # fmt: skip
QUESTION: dict[str, Any] = NOTE | {
    "type": "Question",
    "oneOf": [{"type": "Note", "name": "हाँ", "replies": {"totalItems": 3}}, {"name": "ना"}],
    "endTime": "2023-11-20T00:00:00Z",
    "closed": None,
    "votersCount": 3,
}
ARTICLE = NOTE | {"type": "Article"}
ACTOR: dict[str, Any] = {
    "type": "Person",
    "id": RAVI,
    "preferredUsername": "ravi",
    "inbox": f"{RAVI}/inbox",
    "name": "रवि",
    "summary": "<p>x</p>",
    "publicKey": {"id": f"{RAVI}#main-key", "owner": RAVI, "publicKeyPem": "---"},
    "endpoints": {"sharedInbox": "https://social.example/inbox"},
    "icon": {"url": "https://f.example/a.png"},
    "attachment": [{"type": "PropertyValue", "name": "x", "value": "<a href='https://x.example'>x</a>"}],
    "alsoKnownAs": ["https://old.example/@ravi"],
    "movedTo": "https://new.example/@ravi",
    "webfinger": "ravi@social.example",
    "tag": NOTE["tag"],
}
ACT: dict[str, Any] = {
    "type": "Create",
    "id": f"{RAVI}#1",
    "actor": RAVI,
    "object": NOTE,
    "to": [PUBLIC],
    "instrument": NOTE,
    "content": "<p>x",
}

_words = st.sampled_from(
    ["", "x", "\0", "\ud7ff", "<", "<p>" * 40, "@", "@@", "#", "https://", "https://[", "https://x:y/", "https://b.example/1", PUBLIC,
     "as:",
     "9" * 500, "-1", "2023-02-30T00:00:00Z", "0000-00-00", "P", "image/", "/", "true", "hi", "e\u0301" * 50, "\u202eabc", ":", "::"]
) | st.text(max_size=12)  # fmt: skip
_numbers = (
    st.sampled_from([0, -1, 1, 2**53, 2**64, 10**30, -(10**30), 0.5, 1e308, -1e308])
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
)
_anything = st.recursive(
    st.none() | st.booleans() | _numbers | _words,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "type", "href", "url", "name", "@id", "@value", "@list", "@set", "content", "totalItems", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def _places(value: Any) -> list[tuple[Any, ...]]:
    """The way to every place in an example."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(), *((key, *way) for key, one in inner for way in _places(one))]


def _with(value: Any, way: tuple[Any, ...], other: Any) -> Any:
    if not way:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = _with(copy[way[0]], way[1:], other)
    return copy


@st.composite
def _mangled(draw: st.DrawFn) -> Any:
    said: Any = draw(st.sampled_from([NOTE, QUESTION, ARTICLE, ACTOR, ACT]))
    for _ in range(draw(st.integers(1, 3))):
        said = _with(said, draw(st.sampled_from(_places(said))), draw(_anything))
    return said


@given(_mangled())
def test_anything_anywhere_is_read_or_unreadable(said: Any):
    for read in (read_post, read_actor, read_act, read_key):
        with contextlib.suppress(Unreadable):
            msgspec.json.encode(read(said))  # and what is read can be kept
    with contextlib.suppress(Unreadable):
        read_post(said, around=said if isinstance(said, dict) else None, now=1_800_000_000_000)
    assert isinstance(is_vote(said), bool)
    assert isinstance(is_gone(said), bool)


@given(st.binary(max_size=200) | _mangled().map(msgspec.json.encode))
def test_any_bytes_are_an_object_or_unreadable(body: bytes):
    with contextlib.suppress(Unreadable):
        assert isinstance(parse(body), dict)


def test_a_document_with_a_million_of_everything_costs_little():
    """Bounds are on what is looked at, so that what is beyond them is not even read."""
    many = 100_000
    post = read_post(
        NOTE
        | {
            "tag": [{"type": "Mention", "href": f"https://b.example/{n}", "name": "@x"} for n in range(many)],
            "to": [f"https://b.example/{n}" for n in range(many)] + [PUBLIC],
            "attachment": [{"type": "Image", "url": f"https://f.example/{n}.png"} for n in range(many)],
            "content": "<p>" + "<a href='https://x.example'>#क</a> " * many,
            "contentMap": {f"l{n}": "x" for n in range(many)},
        }
    )
    assert (len(post.mentions), len(post.to), len(post.files), post.cut) == (50, 200, 16, True)
    assert len(post.text) < 21_000
