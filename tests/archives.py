"""Small archives as Mastodon and Twitter make them, for tests: posts in, bytes out."""

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from typing import Any

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
THERE = "https://mastodon.example"


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def tarred(files: Mapping[str, bytes | str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def note(number: int, content: str, published: str = "2021-02-10T06:30:00Z", **more: Any) -> dict[str, Any]:
    """A post as a Mastodon archive tells of it; `more`: other fields of the note."""
    id_ = f"{THERE}/users/meera/statuses/{number}"
    said = {
        "id": id_,
        "type": "Note",
        "content": content,
        "published": published,
        "to": [PUBLIC],
        "cc": [f"{THERE}/users/meera/followers"],
        "inReplyTo": None,
        "summary": None,
        "sensitive": False,
        "attachment": [],
        "tag": [],
    }
    return {"id": f"{id_}/activity", "type": "Create", "published": published, "object": said | more}


def outbox(*activities: Any) -> str:
    return json.dumps({"@context": "https://www.w3.org/ns/activitystreams", "orderedItems": list(activities)})


def mastodon(*activities: Any, **files: bytes) -> dict[str, bytes | str]:
    actor = {"id": f"{THERE}/users/meera", "followers": f"{THERE}/users/meera/followers"}
    return {"actor.json": json.dumps(actor), "outbox.json": outbox(*activities)} | files


def tweet(number: int, text: str, created_at: str = "Wed Feb 10 06:30:00 +0000 2021", **more: Any) -> dict[str, Any]:
    said = {"id_str": str(number), "id": str(number), "full_text": text, "created_at": created_at, "lang": "hi"}
    return {"tweet": said | more}


def twitter(*tweets: Any, **files: bytes) -> dict[str, bytes | str]:
    return {"data/tweets.js": "window.YTD.tweets.part0 = " + json.dumps(list(tweets))} | files
