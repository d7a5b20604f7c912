"""Lists as other servers walk them: a collection with how many there are, and its pages; or the number alone."""

from collections.abc import Sequence
from typing import Any

type Json = dict[str, Any]


def counted(id_: str, total: int | None) -> Json:
    """A collection of which only the number is told."""
    return {"id": id_, "type": "OrderedCollection"} | ({} if total is None else {"totalItems": total})


def paged(id_: str, total: int | None, first: str | Json) -> Json:
    """A collection that is read page by page. `total` None: how many is told to nobody, or not to whoever asks."""
    return counted(id_, total) | {"first": first}


def page(id_: str, of: str, items: Sequence[Json | str], following: str = "", before: str = "") -> Json:
    """One page; `following` and `before`: the addresses of the next and the last, where there are such."""
    told: Json = {"id": id_, "type": "OrderedCollectionPage", "partOf": of, "orderedItems": list(items)}
    return told | ({"next": following} if following else {}) | ({"prev": before} if before else {})


def whole(id_: str, items: Sequence[Json | str]) -> Json:
    """A short list, told at once."""
    return {"id": id_, "type": "OrderedCollection", "totalItems": len(items), "orderedItems": list(items)}


def replies(id_: str, items: Sequence[Json | str], following: str = "") -> Json:
    """Answers to a post. An unordered collection, as servers of Mastodon's kind expect."""
    first: Json = {"type": "CollectionPage", "partOf": id_, "items": list(items)}
    return {"id": id_, "type": "Collection", "first": first | ({"next": following} if following else {})}
