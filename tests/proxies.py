"""HAProxy, nginx and Caddy for tests: started from the files in deploy/, with this test's ports and certificate in their places."""

import datetime
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from waiting import PATIENCE

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
PATH = f"{os.environ['PATH']}:/usr/sbin"  # where a Debian has servers

type Put = Callable[[Path, int, str, str], list[str]]


class Proxy(NamedTuple):
    """A running proxy. `log`: what it has written about requests."""

    name: str
    port: int
    folder: Path
    trust: ssl.SSLContext

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def log(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))

    def client(self, source: str = "127.0.0.1") -> httpx2.Client:
        """Whoever comes from an address of this machine."""
        transport = httpx2.HTTPTransport(verify=self.trust, local_address=source)
        return httpx2.Client(transport=transport, base_url=self.url, timeout=PATIENCE)


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """A file of deploy/ for this test. What is replaced must be there: the rest is tried as it stands."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def haproxy(folder: Path, port: int, one: str, two: str) -> list[str]:
    text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text("utf-8")
    file = folder / "haproxy.cfg"
    file.write_text(
        changed(
            text,
            ("bind :443", f"bind 127.0.0.1:{port}"),
            ("/etc/haproxy/chaupal.pem", str(folder / "both.pem")),
            ("127.0.0.1:8001", one),
            ("127.0.0.1:8002", two),
        )
    )
    return ["haproxy", "-db", "-f", str(file)]


def nginx(folder: Path, port: int, one: str, two: str) -> list[str]:
    text = (DEPLOY / "nginx" / "chaupal.conf").read_text("utf-8")
    (folder / "chaupal.conf").write_text(
        changed(
            text,
            ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
            ("/etc/nginx/chaupal.crt", str(folder / "cert.pem")),
            ("/etc/nginx/chaupal.key", str(folder / "key.pem")),
            ("/var/log/nginx/chaupal.log", str(folder / "access.log")),
            ("127.0.0.1:8001", one),
            ("127.0.0.1:8002", two),
        )
    )
    paths = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; worker_processes 1; user root;"
        f"events {{}} http {{ {paths} access_log off; include {folder}/chaupal.conf; }}"
    )
    return ["nginx", "-c", str(file)]


def caddy(folder: Path, port: int, one: str, two: str) -> list[str]:
    text = (DEPLOY / "caddy" / "Caddyfile").read_text("utf-8")
    file = folder / "Caddyfile"
    body = changed(
        text,
        (
            "chaupal.example {",
            f"https://localhost:{port} {{\n\tbind 127.0.0.1\n\ttls {folder}/cert.pem {folder}/key.pem",
        ),
        ("127.0.0.1:8001", one),
        ("127.0.0.1:8002", two),
    )
    file.write_text("{\n\tadmin off\n\tauto_https off\n}\n" + body)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]


KINDS: dict[str, Put] = {"haproxy": haproxy, "nginx": nginx, "caddy": caddy}


def need(name: str) -> None:
    """Skips the test where the program is not here."""
    if not shutil.which(name, path=PATH):
        pytest.skip(f"{name} is not here: make services")


@contextmanager
def proxy(name: str, folder: Path, port: int, one: str, two: str, first: int = 200) -> Generator[Proxy]:
    """A proxy on `port` before the servers at `one` and `two` (host:port), once it answers with the status `first`.

    Raises RuntimeError with its words.
    """
    certificate(folder)
    trust = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    words = KINDS[name](folder, port, one, two)
    environ = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "PATH": PATH}
    with (folder / "said.log").open("ab") as log:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environ)
    running = Proxy(name, port, folder, trust)
    try:
        _await(running, process, first)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(running: Proxy, process: "subprocess.Popen[bytes]", first: int) -> None:
    """Until it answers, mostly with what it passes on."""
    until = time.monotonic() + PATIENCE
    with running.client() as client:
        while process.poll() is None and time.monotonic() < until:
            try:
                if client.get("/healthz").status_code == first:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.1)
    raise RuntimeError(f"{running.name} did not come up:\n{running.log}")


def certificate(folder: Path) -> None:
    """Of localhost, by itself: cert.pem, key.pem, and both.pem for who wants them in one file."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.datetime.now(datetime.UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = cert.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for file, held in (("cert.pem", pem), ("key.pem", private), ("both.pem", pem + private)):
        (folder / file).write_bytes(held)
