"""A session of marked words and secrets, on every level of the log, with good days and bad: none of them stands in the log."""

import asyncio
import contextlib
import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from PIL import Image
from websockets.sync.client import connect

from serving import Member, Served, join, served
from waiting import PATIENCE

MARK = "gupt"  # in each word of this session: गुप्त, secret
COUNTER = iter(range(10_000))


def word(what: str = "") -> str:
    return f"{MARK}{next(COUNTER)}{what}"


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, log_level="debug", database=database, metrics_token=word(), rate_limits=True) as made:
        yield made


def test_nothing_of_a_session_stands_in_the_log(server: Served, database: str):
    cast = join(server.settings, "asha", "ravi")
    with server.client(cast["asha"]) as asha, server.client() as anybody:
        secrets = [one.token for one in cast.values()] + live(asha, anybody, cast["asha"])
        wrong(asha, anybody)
        listen(server, cast["asha"])
        broken(server, database)
        failing = [asha.post("/api/v1/statuses", json={"status": word("टूटा")}), asha.get("/api/v1/timelines/home")]
        failing.append(anybody.get(f"/@asha?q={word()}"))
    server.stop()
    said = server.log.read_text("utf-8", "replace")
    assert {answer.status_code for answer in failing} <= {500, 503}, [answer.text for answer in failing]
    assert "level=error" in said
    assert [line for line in said.splitlines() if MARK in line] == []
    assert [secret for secret in secrets if secret in said] == []
    assert "Traceback" not in said


def live(asha: httpx2.Client, anybody: httpx2.Client, who: Member) -> list[str]:
    """Words and secrets in every kind of field; those secrets that the server made."""
    first = asha.post("/api/v1/statuses", json={"status": f"{word()} #{word()}", "spoiler_text": word()}).json()
    asha.post("/api/v1/statuses", json={"status": f"@ravi {word()}", "visibility": "direct"})
    asha.post("/api/v1/statuses", json={"status": word(), "poll": {"options": [word(), word()], "expires_in": 600}})
    asha.post("/api/v1/statuses", json={"status": f"http://127.0.0.1:9/{word()}"})
    asha.put(f"/api/v1/statuses/{first['id']}", json={"status": word()})
    asha.patch(
        "/api/v1/accounts/update_credentials",
        json={
            "display_name": word(),
            "note": word(),
            "fields_attributes": {"0": {"name": word(), "value": f"http://127.0.0.1:9/{word()}"}},
        },
    )
    asha.post("/api/v1/lists", json={"title": word()})
    asha.post(
        "/api/v2/filters", json={"title": word(), "context": ["home"], "keywords_attributes": [{"keyword": word()}]}
    )
    asha.get("/api/v2/search", params={"q": word()})
    asha.post("/api/v1/reports", json={"account_id": who.id, "comment": word()})
    held = io.BytesIO()
    Image.new("RGB", (40, 40)).save(held, "PNG")
    asha.post(
        "/api/v2/media", files={"file": (f"{word()}.png", held.getvalue(), "image/png")}, data={"description": word()}
    )
    asha.post("/api/v2/media", files={"file": (f"{word()}.png", word().encode(), "image/png")})
    app = anybody.post(
        "/api/v1/apps", json={"client_name": word(), "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}
    ).json()
    page = anybody.get("/login")
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    anybody.post("/login", data={"csrf": csrf, "email": f"{word()}@example.org", "password": word()})
    anybody.post("/login", data={"csrf": csrf, "email": who.email, "password": who.password})
    return [app["client_secret"], who.password, *anybody.cookies.values()]


def wrong(asha: httpx2.Client, anybody: httpx2.Client) -> None:
    """What cannot be read, in each place where something is read."""
    for body in (f'{{"status": "{word()}', f'{{"status": ["{word()}"]}}', word()):
        asha.post("/api/v1/statuses", content=body, headers={"content-type": "application/json"})
    asha.post("/api/v1/statuses", content=b"\xff" + word().encode(), headers={"content-type": "application/json"})
    asha.post("/api/v1/statuses", content=word(), headers={"content-type": f"multipart/form-data; boundary={word()}"})
    anybody.get("/api/v1/accounts/verify_credentials", headers={"authorization": f"Bearer {word()}"})
    anybody.get("/metrics", headers={"authorization": f"Basic {word()}"})
    anybody.get(
        f"/{word()}", headers={"cookie": f"chaupal={word()}", "x-forwarded-for": word(), "accept-language": word()}
    )
    anybody.post("/oauth/token", data={"grant_type": "authorization_code", "code": word(), "client_id": word()})
    anybody.get(f"/api/v1/statuses/{word()}", params={word(): word()})
    with contextlib.suppress(httpx2.HTTPError):
        anybody.request(word().upper(), f"/{word()}")


def listen(server: Served, who: Member) -> None:
    """A WebSocket whose token stands in its address, and what is no message."""
    address = server.url.replace("http", "ws") + "/api/v1/streaming?access_token="
    with connect(f"{address}{who.token}&stream=user", open_timeout=PATIENCE) as socket:
        socket.send(f'{{"type": "subscribe", "stream": "{word()}"}}')
        socket.recv(timeout=PATIENCE)
        socket.send(word())
        socket.recv(timeout=PATIENCE)
    with contextlib.suppress(Exception), connect(f"{address}{word()}") as socket:
        socket.recv(timeout=PATIENCE)


def broken(server: Served, database: str) -> None:
    """The store is not what it was: every question about posts fails, with the question and its words in the error."""
    if database:
        asyncio.run(_rename(database))
        return
    with contextlib.closing(sqlite3.connect(Path(server.settings.data) / "chaupal.db", timeout=PATIENCE)) as db:
        db.execute("PRAGMA legacy_alter_table=ON")
        db.execute("ALTER TABLE posts RENAME TO lost")
        db.commit()


async def _rename(database: str) -> None:
    connection: Any = await asyncpg.connect(database)
    await connection.execute("ALTER TABLE posts RENAME TO lost")
    await connection.close()
