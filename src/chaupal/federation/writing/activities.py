"""What somebody did, as other servers are told: an activity around an object, or around the address of one."""

from collections.abc import Sequence
from typing import Any

from chaupal.federation.writing.addresses import PUBLIC
from chaupal.federation.writing.terms import moment

type Json = dict[str, Any]


def activity(id_: str, kind: str, actor: str, obj: Json | str, **more: Any) -> Json:
    """Any activity. `obj`: what it is about, whole or by its id; `more`: further members, such as `to`, left out where empty."""
    return {"id": id_, "type": kind, "actor": actor, "object": obj} | {
        name: value for name, value in more.items() if value
    }


def create(note: Json) -> Json:
    """A post is said. The activity has an address of its own."""
    return activity(
        f"{note['id']}/activity",
        "Create",
        note["attributedTo"],
        note,
        published=note["published"],
        to=note["to"],
        cc=note["cc"],
    )


def update(note: Json, change: int) -> Json:
    """A post says something else, or its poll counts otherwise. `change` tells this one from the last (ms, or an id)."""
    return activity(f"{note['id']}#update-{change}", "Update", note["attributedTo"], note, to=note["to"], cc=note["cc"])


def update_person(actor: Json, change: int) -> Json:
    """Somebody's name, words, portrait, locks or standing are others now."""
    return activity(
        f"{actor['id']}#update-{change}", "Update", actor["id"], actor, to=[PUBLIC], cc=[actor["followers"]]
    )


def delete(actor: str, where: str, to: Sequence[str], cc: Sequence[str] = ()) -> Json:
    """A post is gone. It is told to those who were told of the post, and says nothing of what stood there."""
    gone = {"id": where, "type": "Tombstone"}
    return activity(f"{where}#delete", "Delete", actor, gone, to=list(to), cc=list(cc))


def delete_person(actor: str) -> Json:
    """An account is gone."""
    return activity(f"{actor}#delete", "Delete", actor, actor, to=[PUBLIC])


def announce(where: str, actor: str, original: str, published: int, audience: Json) -> Json:
    """A repost: its id is the repost's own address. `published` in ms; `audience`: its `to` and `cc`."""
    return activity(where, "Announce", actor, original, published=moment(published), **audience)


def accept(id_: str, actor: str, what: Json, **more: Any) -> Json:
    """Yes to a follow, or to a quote (with its `result`)."""
    return activity(id_, "Accept", actor, what, to=[what["actor"]], **more)


def reject(id_: str, actor: str, what: Json) -> Json:
    """No to a follow, also to one that was accepted before; or to a quote."""
    return activity(id_, "Reject", actor, what, to=[what["actor"]])


def undo(done: Json) -> Json:
    """What was done is done no more; it is said to whom it was said."""
    told = {name: done[name] for name in ("to", "cc") if name in done}
    return activity(f"{done['id']}/undo", "Undo", done["actor"], done, **told)


def pin(id_: str, actor: str, post: str, featured: str, *, add: bool) -> Json:
    """A post is kept at the top of a profile, or no more."""
    return activity(id_, "Add" if add else "Remove", actor, post, target=featured, to=[PUBLIC])


def quote_request(id_: str, actor: str, quoted: str, note: Json) -> Json:
    """May this post quote that one (FEP-044f)? The post stands in it whole, for it may not be out yet."""
    return activity(id_, "QuoteRequest", actor, quoted, instrument=note)


def quote_authorization(id_: str, author: str, quoting: str, quoted: str) -> Json:
    """The stamp by which anybody can see that a quote was let (FEP-044f)."""
    return {
        "id": id_,
        "type": "QuoteAuthorization",
        "attributedTo": author,
        "interactingObject": quoting,
        "interactionTarget": quoted,
    }


def vote(id_: str, actor: str, question: str, author: str, option: str) -> Json:
    """A choice in somebody's poll: a Note that has a name and no words, for its author alone."""
    note = {"id": id_, "type": "Note", "name": option, "attributedTo": actor, "to": [author], "inReplyTo": question}
    return activity(f"{id_}/activity", "Create", actor, note, to=[author])


def flag(id_: str, house: str, about: Sequence[str], comment: str) -> Json:
    """A report. The server itself says it, so that nobody learns who wrote it; `about`: an account, and posts of it."""
    return {"id": id_, "type": "Flag", "actor": house, "content": comment, "object": list(about), "to": [about[0]]}


def move(id_: str, actor: str, target: str, followers: str) -> Json:
    """Somebody has gone to another account, which names this one; followers may come along."""
    return activity(id_, "Move", actor, actor, target=target, to=[followers])
