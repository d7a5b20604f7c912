"""The whole record as files: the log's tiles, the report, the pages of orders and statements, for any web server to carry.

Pages are asked of the server's own rooms and followed link by link, so that a mirror shows what a stranger sees.
"""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx2
import regex

from chaupal.app.wiring import ROUTES
from chaupal.governance.log import log
from chaupal.http.answer import Dispatcher
from chaupal.http.asgi import Front
from chaupal.http.call import House
from chaupal.kernel.errors import Problem
from chaupal.ports.country import Locator, country_file
from chaupal.ports.meter_local import LocalMeter
from chaupal.web.errors import error_page
from chaupal.web.words import in_words
from chaupal_audit import tlog
from chaupal_audit.report.report import TABLES

API = "/api/v1/transparency"
SEEDS = (
    "/transparency",
    "/orders",
    "/statements",
    "/transparency/feed.atom",
    "/log/key",
    f"{API}/report.json",
    f"{API}/health.json",
    f"{API}/snapshots.json",
    f"{API}/dsa.json",
    f"{API}/lumen.json",
    *(f"/transparency/{id_.lower()}" for id_ in TABLES),
    *(f"{API}/tables/{id_}.{ending}" for id_ in TABLES for ending in ("csv", "json")),
)
# Where links are followed, and with which words behind a question mark: filters of the report are endless.
FOLLOWED = regex.compile(r"/(?:orders|statements|transparency|static|log/entries)(?:/.*)?")
PAGED = {"first", "max_id"}
LINK = regex.compile(r'(\s(?:href|src)=")([^"#]+)')  # what stands before it, and the link
SAFE = regex.compile(r"[^A-Za-z0-9._-]")

type Progress = Callable[[str, int], None]


async def write_mirror(house: House, folder: Path, language: str, progress: Progress) -> int:
    """Write the record under `folder`; how many files. The checkpoint is written last. Raises Problem."""
    dispatcher = Dispatcher(
        house,
        Locator(house.settings, country_file(house.settings)),
        LocalMeter(house.court.clock),
        error_page,
        in_words,
    )
    transport = httpx2.ASGITransport(app=Front(dispatcher, ROUTES))
    headers = {"accept-language": language, "accept-encoding": "identity"}  # files are not packed
    async with httpx2.AsyncClient(
        transport=transport,
        base_url=house.settings.origin,
        headers=headers,
        follow_redirects=True,  # the address of an order that only the log knows leads to its entry
    ) as client:
        checkpoint = await log.checkpoint(house.court)
        head, *_ = tlog.parse_checkpoint(checkpoint)
        written = await _tiles(client, folder, head.size, progress)
        written += await _pages(client, folder, progress)
        written += await _frozen(client, folder, progress)
    _write(folder / "log" / "checkpoint", checkpoint.encode())
    return written + 1


async def _tiles(client: httpx2.AsyncClient, folder: Path, size: int, progress: Progress) -> int:
    written = 0
    for level, n, width in tlog.tiles(size):
        for path in [tlog.tile_path(level, n, width)] + ([tlog.tile_path(None, n, width)] if level == 0 else []):
            place = folder / "log" / path
            if not place.exists():  # a tile never changes
                _write(place, (await _get(client, f"/log/{path}")).content)
            written += 1
            progress("log", written)
    for n in range(-(-size // tlog.TILE)):  # these do change: what is published is opened, what is erased is gone
        _write(folder / "log" / "openings" / str(n), (await _get(client, f"/log/openings/{n}")).content)
        written += 1
    for kind in ("change", "older"):  # who trusts an earlier key, or knows an older log, is led by these
        while (found := await client.get(f"/log/{kind}/{_many(folder, kind) + 1}")).status_code == 200:
            _write(folder / "log" / kind / str(_many(folder, kind) + 1), found.content)
            written += 1
    for line in (await _get(client, "/log/laws")).text.splitlines():
        digest, _, _ = line.partition(" ")
        _write(folder / "log" / "laws" / digest, (await _get(client, f"/log/laws/{digest}")).content)
        written += 1
    return written


def _many(folder: Path, kind: str) -> int:
    return len([*(folder / "log" / kind).glob("[0-9]*")])


async def _pages(client: httpx2.AsyncClient, folder: Path, progress: Progress) -> int:
    """Every page that can be come to from the seeds."""
    waiting, seen = list(SEEDS), set(SEEDS)
    for link in waiting:  # grows as pages are read
        answer = await _get(client, link)
        html = answer.headers.get("content-type", "").startswith("text/html")
        body = answer.content
        if html:
            text, found = _localised(answer.text)
            waiting += sorted(found - seen)
            seen |= found
            body = text.encode()
        _write(_place(folder, link, html=html), body)
        progress("pages", len(seen))
    return len(seen)


async def _frozen(client: httpx2.AsyncClient, folder: Path, progress: Progress) -> int:
    """The files of every frozen report."""
    frozen = (await _get(client, f"{API}/snapshots.json")).json()["snapshots"]
    links = [file["url"] for snapshot in frozen for file in snapshot["files"].values()]
    for many, link in enumerate(links, 1):
        _write(_place(folder, link, html=False), (await _get(client, link)).content)
        progress("frozen", many)
    return len(links)


async def _get(client: httpx2.AsyncClient, link: str) -> httpx2.Response:
    answer = await client.get(link)
    if answer.status_code != 200:
        raise Problem(f"{link} answers {answer.status_code}: the mirror is not whole")
    return answer


def _localised(html: str) -> tuple[str, set[str]]:
    """A page whose links lead to other files of the mirror, and which of the house's pages it led to."""
    found: set[str] = set()

    def local(match: regex.Match[str]) -> str:
        before, link = match[1], match[2]
        if not _followed(link):
            return match[0]
        found.add(link)
        return before + _local(link)

    return LINK.sub(local, html), found


def _followed(link: str) -> bool:
    """Whether a link leads to a part of the record that is written down."""
    parts = urlsplit(link)
    ours = not parts.scheme and not parts.netloc and FOLLOWED.fullmatch(parts.path) is not None
    return ours and {name for name, _ in parse_qsl(parts.query)} <= PAGED


def _local(link: str) -> str:
    """`/orders?max_id=5` is `/orders/max_id-5/` in a mirror: files have no question mark."""
    parts = urlsplit(link)
    more = "".join(f"/{SAFE.sub('_', f'{name}-{value}')}" for name, value in sorted(parse_qsl(parts.query)))
    return parts.path + more + "/" if more else parts.path


def _place(folder: Path, link: str, *, html: bool) -> Path:
    """Where a page lies. Raises Problem for a link that would lead out of the folder."""
    names = [name for name in unquote(_local(link)).split("/") if name]
    if any(name in (".", "..") or "\\" in name or "\0" in name for name in names):
        raise Problem(f"{link} is no address of the record")
    return folder.joinpath(*names, "index.html") if html else folder.joinpath(*names)


def _write(place: Path, body: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.part")
    beside.write_bytes(body)
    beside.replace(place)
