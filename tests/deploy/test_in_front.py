"""What stands in front of a server, as the files in deploy/ have it: streams, uploads and addresses come through each of them."""

import base64
import io
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pytest
import regex
from PIL import Image
from websockets.sync.client import connect

from chaupal.app.wiring import ROUTES
from chaupal.policy.viewer import Role
from chaupal.social.signin.sessions import COOKIE
from ports import free_port
from proxies import DEPLOY, KINDS, Proxy, need, proxy
from serving import SCOPES, Direct, Member, Served, join, served
from waiting import PATIENCE

STRANGER, NEIGHBOUR = "127.0.0.2", "127.0.0.3"  # addresses of this machine that are no proxy's
OFFICE = f"{SCOPES} admin:read admin:write"


class Front(NamedTuple):
    """A proxy before one server that is there and one that is not."""

    proxy: Proxy
    server: Served
    asha: Member
    owner: Member


@pytest.fixture(scope="module", params=KINDS)
def front(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    need(request.param)
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    settings = {
        "public_url": f"https://localhost:{port}",
        "trusted_proxies": ("127.0.0.1/32",),
        "metrics_token": "watch",
    }
    with served(tmp_path_factory.mktemp("served"), Direct, **settings) as server:
        asha = join(server.settings, "asha")["asha"]
        owner = join(server.settings, "lakshmi", role=Role.OWNER, scopes=OFFICE)["lakshmi"]
        here = f"127.0.0.1:{server.settings.port}"
        with proxy(request.param, folder, port, here, f"127.0.0.1:{free_port()}") as running:
            yield Front(running, server, asha, owner)


def as_(member: Member) -> dict[str, str]:
    return {"authorization": f"Bearer {member.token}"}


def say(front: Front, text: str) -> str:
    with front.proxy.client() as client:
        answer = client.post("/api/v1/statuses", json={"status": text}, headers=as_(front.asha))
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]


def test_pages_come_by_https_and_name_the_address_that_people_see(front: Front):
    with front.proxy.client() as client:
        page = client.get("/about", headers={"accept-language": "en"}, follow_redirects=True)
        assert page.status_code == 200
        assert "max-age" in page.headers["strict-transport-security"]
        style = regex.search(r'href="(/[^"]+\.css[^"]*)"', page.text)
        assert style and client.get(style[1]).status_code == 200
        assert client.get("/nodeinfo/2.0").json()["software"]["name"] == "chaupal"
        found = client.get("/.well-known/nodeinfo").json()["links"][0]["href"]
        assert found.startswith(front.proxy.url)


def test_a_server_that_is_not_there_costs_nobody_anything(front: Front):
    """Of two servers one does not listen: no request is lost on it."""
    with front.proxy.client() as client:
        assert {client.get("/api/v2/instance").status_code for _ in range(60)} == {200}


def test_server_sent_events_are_told_at_once_and_not_gathered(front: Front):
    with (
        front.proxy.client() as client,
        client.stream("GET", "/api/v1/streaming/public", headers=as_(front.asha)) as stream,
    ):
        lines = stream.iter_lines()
        assert next(lines) == ":)"
        said = say(front, "सुनो, यह अभी आया")
        heard = next(json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {"))
        assert heard["id"] == said


def test_a_websocket_passes(front: Front):
    address = f"wss://localhost:{front.proxy.port}/api/v1/streaming?stream=public&access_token={front.asha.token}"
    with connect(address, ssl=front.proxy.trust, open_timeout=PATIENCE) as socket:
        socket.ping().wait(PATIENCE)
        said = say(front, "और यह भी")
        heard = json.loads(socket.recv(timeout=PATIENCE))
        assert json.loads(heard["payload"])["id"] == said


def test_what_is_large_is_taken_as_the_server_takes_it(front: Front):
    """nginx by itself takes one megabyte."""
    noise = Image.frombytes("RGB", (1200, 1200), os.urandom(1200 * 1200 * 3))
    held = io.BytesIO()
    noise.save(held, "PNG")
    assert held.tell() > 4_000_000
    with front.proxy.client() as client:
        files = {"file": ("noise.png", held.getvalue(), "image/png")}
        taken = client.post("/api/v2/media", files=files, headers=as_(front.asha))
        assert taken.status_code in (200, 202), taken.text
        url = taken.json()["preview_url"] or taken.json()["url"]
        assert url.startswith(front.proxy.url)


def test_what_is_allowed_in_front_is_at_least_what_the_server_takes():
    most = max(route.body for route in ROUTES)
    nginx = regex.search(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx" / "chaupal.conf").read_text("utf-8"))
    caddy = regex.search(r"max_size (\d+)MB", (DEPLOY / "caddy" / "Caddyfile").read_text("utf-8"))
    assert nginx and caddy
    assert int(nginx[1]) * 2**20 >= most and int(caddy[1]) * 1_000_000 >= most


@contextmanager
def shut(front: Front, net: str) -> Generator[None]:
    """Nobody comes in from there."""
    with front.server.client(front.owner) as office:
        made = office.post(
            "/api/v1/admin/ip_blocks", json={"ip": net, "severity": "no_access", "comment": "", "expires_in": 3600}
        )
        assert made.status_code == 200, made.text
        yield
        assert office.delete(f"/api/v1/admin/ip_blocks/{made.json()['id']}").status_code == 200


def test_the_address_of_whoever_asks_is_theirs_and_not_what_they_say(front: Front):
    """A door is shut to one address: it stays shut whatever they claim, and others do not notice."""
    with shut(front, f"{STRANGER}/32"), front.proxy.client(STRANGER) as out, front.proxy.client(NEIGHBOUR) as near:
        assert near.get("/api/v2/instance").status_code == 200
        assert out.get("/api/v2/instance").status_code == 403
        for header in ("x-forwarded-for", "x-real-ip", "forwarded"):
            claimed = {header: f"for={NEIGHBOUR}" if header == "forwarded" else NEIGHBOUR}
            assert out.get("/api/v2/instance", headers=claimed).status_code == 403, header
        assert near.get("/api/v2/instance", headers={"x-forwarded-for": STRANGER}).status_code == 200


def test_figures_are_not_for_the_street(front: Front):
    word = {"authorization": "Basic " + base64.b64encode(b"prometheus:watch").decode()}
    with front.proxy.client() as client, front.server.client() as direct:
        assert client.get("/metrics", headers=word).status_code == 404
        assert direct.get("/metrics", headers=word).status_code == 200


def test_no_token_stands_in_the_proxys_log(front: Front):
    with front.proxy.client() as client:
        asked = client.get(
            "/api/v1/accounts/verify_credentials", params={"access_token": front.asha.token}, headers=as_(front.asha)
        )
        assert asked.status_code == 200
        client.get("/about", headers={"cookie": f"chaupal={front.asha.token}"})
    log = front.proxy.log
    assert "/api/v1/accounts/verify_credentials" in log
    assert front.asha.token not in log


@pytest.mark.skipif(not shutil.which("caddy"), reason="caddy is not here: make services")
def test_caddys_file_is_written_as_caddy_writes_it():
    file = DEPLOY / "caddy" / "Caddyfile"
    assert subprocess.run(["caddy", "fmt", file], capture_output=True, check=True).stdout == file.read_bytes()


class Unwell(BaseHTTPRequestHandler):
    """A server that may be sent requests and answers each with 503, as Chaupal does where the law is not known."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 503)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is said."""


class Names(BaseHTTPRequestHandler):
    """Says which server it is, and keeps no connection."""

    def do_GET(self) -> None:
        said = str(self.server.server_address[1]).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is said."""


ASKED: dict[str, Callable[[str], dict[str, Any]]] = {
    "by a header": lambda who: {"headers": {"authorization": f"Bearer {who}"}},
    "by the address": lambda who: {"params": {"access_token": who}},
    "by a cookie": lambda who: {"headers": {"cookie": f"{COOKIE}={who}; look=dark"}},
}


def test_haproxy_brings_whoever_asks_to_the_same_server_and_to_another_when_that_is_lost(tmp_path: Path):
    need("haproxy")
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Names) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    one, two = (f"127.0.0.1:{server.server_address[1]}" for server in servers)
    people = [f"token-{number}" for number in range(20)]
    with proxy("haproxy", tmp_path, free_port(), one, two) as running, running.client() as client:

        def servers_of(who: str, how: str) -> str:
            return client.get("/api/v1/timelines/home", **ASKED[how](who)).raise_for_status().text

        both = {one.rpartition(":")[2], two.rpartition(":")[2]}
        assert {client.get("/").text for _ in range(4)} == both, "strangers go round"
        for how in ASKED:
            found = {who: servers_of(who, how) for who in people}
            assert set(found.values()) == both, how
            assert all(servers_of(who, how) == there for who, there in found.items() for _ in range(3)), how
        servers[0].shutdown()
        servers[0].server_close()
        left = two.rpartition(":")[2]
        assert {servers_of(who, how) for who in people for how in ASKED} == {left}
        servers[1].shutdown()
        servers[1].server_close()


class Slow(Names):
    """Whoever asks for what takes long waits until the test lets them go."""

    go: ClassVar = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/long":
            self.go.wait(PATIENCE)
        super().do_GET()


@pytest.mark.parametrize("which", [0, 1])
def test_haproxy_loses_no_request_of_a_lost_server_where_the_one_left_has_much_to_do(which: int, tmp_path: Path):
    """A bound on what one server has under way (`hash-balance-factor`) would have them asked of the lost one again and again."""
    need("haproxy")
    Slow.go.clear()
    both = [ThreadingHTTPServer(("127.0.0.1", 0), Slow) for _ in range(2)]
    servers = {str(server.server_address[1]): server for server in both}
    for server in both:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    found: list[str] = []
    with proxy("haproxy", tmp_path, free_port(), *(f"127.0.0.1:{port}" for port in servers)) as running:

        def ask(who: str, path: str = "/") -> str:
            with running.client() as client:
                return client.get(path, **ASKED["by a header"](who)).raise_for_status().text

        theirs = {who: ask(who) for who in (f"token-{number}" for number in range(40))}
        lost, left = (list(servers), list(servers)[::-1])[which]
        waiting = [
            threading.Thread(target=lambda who=who: found.append(ask(who, "/long")))
            for who in [who for who, at in theirs.items() if at == left][:8]
        ]
        for thread in waiting:
            thread.start()
        servers[lost].shutdown()
        servers[lost].server_close()
        moved = [ask(who) for who, at in theirs.items() if at == lost]
        Slow.go.set()
        for thread in waiting:
            thread.join()
    servers[left].shutdown()
    servers[left].server_close()
    assert len(moved) > 3 and {*moved, *found} == {left} and len(found) == len(waiting)


def test_what_haproxy_answers_by_itself_bears_its_mark_and_what_it_passes_on_does_not(tmp_path: Path):
    need("haproxy")
    nobody = f"127.0.0.1:{free_port()}"
    with proxy("haproxy", tmp_path, free_port(), nobody, nobody, first=503) as running, running.client() as client:
        alone = client.get("/api/v2/instance")
    assert alone.status_code == 503
    assert alone.headers["x-answered-by"] == "haproxy" and int(alone.headers["retry-after"]) > 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Unwell) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = f"127.0.0.1:{server.server_address[1]}"
        with proxy("haproxy", tmp_path, free_port(), here, here, first=503) as running, running.client() as client:
            passed = client.get("/api/v2/instance")
        server.shutdown()
    assert passed.status_code == 503 and "x-answered-by" not in passed.headers
