"""Activities read: who does what to what. Whether they may is for whoever takes it."""

from typing import Any

import msgspec

from chaupal.federation.reading.values import (
    Json,
    Unreadable,
    an_object,
    first_word,
    kinds_of,
    uri_of,
    uris_of,
    value_of,
    values_of,
)
from chaupal.text import foreign

# Kinds that are known, the most particular first where an activity says several.
KINDS = (
    "Create", "Update", "Delete", "Follow", "Accept", "Reject", "Undo", "Announce", "Like", "EmojiReact", "Dislike", "Block", "Flag",
    "Move", "Add", "Remove", "QuoteRequest",
)  # fmt: skip
# What few activities say, in either spelling.
RARE = frozenset(
    spelled for name in ("target", "instrument", "result", "content", "contentMap") for spelled in (name, f"as:{name}")
)
MOST_OBJECTS = 100
MOST_CONTENT = 5_000


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """An activity. `object` is the address of what it is about, `whole` that thing where it came along; `objects`: all of them.

    `content`: words that somebody adds to it, plain. `instrument`, `result`: of quotes (FEP-044f). `raw`: as it came.
    `brought`: by another server than its own, which was asked for it then.
    """

    uri: str
    kind: str
    actor: str
    object: str = ""
    objects: tuple[str, ...] = ()
    whole: Json | None = None
    object_kind: str = ""
    target: str = ""
    instrument: str = ""
    result: str = ""
    content: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    brought: bool = False
    raw: Json


def read_act(said: object) -> Activity:
    """An activity of a kind that is known. Raises Unreadable: `unknown_kind` where only the kind is nothing to us.

    Its id may be missing ("") where it is a kind that is about a thing with an id of its own.
    """
    said = an_object(said)
    kinds = kinds_of(said)
    if not kinds:
        raise Unreadable("no_kind")
    actor = uri_of(value_of(said, "actor"))
    if not actor:
        raise Unreadable("no_actor")
    kind = next((one for one in KINDS if one in kinds), "")
    if not kind:
        raise Unreadable("unknown_kind")
    objects = values_of(said, "object", MOST_OBJECTS)
    if kind == "Announce" and objects and _first_kind(objects[0]) == "Create":
        # Groups repeat what was said to them (FEP-1b12): what they carry is the post, which is asked for where it is from.
        objects = [uri_of(value_of(objects[0], "object"))]
    whole = next((one for one in objects if isinstance(one, dict)), None)
    about = uri_of(objects)
    if not about and whole is None:
        raise Unreadable("no_object")
    act = Activity(
        uri=uri_of(said),
        kind=kind,
        actor=actor,
        object=about,
        objects=_uris(objects),
        whole=whole,
        object_kind=_first_kind(whole),
        to=uris_of(said, "to", 200),
        cc=uris_of(said, "cc", 200),
        raw=said,
    )
    return act if RARE.isdisjoint(said) else _with_rare(act, said)


def in_few_words(act: Activity) -> bytes:
    """Who does what to what and no more, to be read again: of what is not believed as it came nothing else is kept."""
    return msgspec.json.encode({"id": act.uri, "type": act.kind, "actor": act.actor, "object": act.object})


def _with_rare(act: Activity, said: Json) -> Activity:
    return msgspec.structs.replace(
        act,
        target=uri_of(value_of(said, "target")),
        instrument=uri_of(value_of(said, "instrument")),
        result=uri_of(value_of(said, "result")),
        content=_content(said),
    )


def _uris(objects: list[Any]) -> tuple[str, ...]:
    if len(objects) == 1:
        return (found,) if (found := uri_of(objects[0])) else ()
    return tuple(dict.fromkeys(filter(None, map(uri_of, objects))))


def _first_kind(whole: object) -> str:
    kinds = kinds_of(whole)
    return kinds[0] if kinds else ""


def _content(said: Json) -> str:
    words, _ = first_word(said, "content")
    return foreign.text_of(foreign.read(words[: MOST_CONTENT * 4]).html)[:MOST_CONTENT] if words else ""
