"""The way to a Valkey: what is refused at the start and in which words, and that nobody waits for one that is gone."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from chaupal.kernel.settings import BadSettings
from chaupal.ports import valkey as client
from chaupal.ports.valkey import Address, Gone, Server, address_of
from ports import free_port
from valkeys import Valkey, Watched, of_a_busy_machine, valkey_server
from waiting import PATIENCE, eventually, until


@asynccontextmanager
async def opened(url: str, patience: float = 0.0) -> AsyncIterator[Server]:
    """Asked with more patience than the house has, since the machine of a test may be busy; `patience`: with so much."""
    with pytest.MonkeyPatch.context() as patch:
        of_a_busy_machine(patch)
        server = Server(url, "test")
        await server.open()
        if patience:
            patch.setattr(client, "PATIENCE", patience)
        yield server
        await server.close()


async def refusal(url: str) -> str:
    """What is said at the start of what cannot be used."""
    server = Server(url, "test")
    try:
        with pytest.raises(BadSettings) as refused:
            await server.open()
    finally:
        await server.close()
    return str(refused.value)


@asynccontextmanager
async def answering(answer: Callable[[bytes], bytes]) -> AsyncIterator[str]:
    """Something on a port that answers each message so."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(10_000):
            writer.write(answer(data))
        writer.close()

    door = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with door:
        yield f"valkey://127.0.0.1:{door.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("valkey://one", Address([("one", 6379)])),
        ("redis://one:7000/3", Address([("one", 7000)], database=3)),
        ("valkeys://asha:p%40ss@one", Address([("one", 6379)], user="asha", password="p@ss", tls=True)),
        ("valkey://:secret@[::1]:7000", Address([("::1", 7000)], password="secret")),
        ("valkey+sentinel://one:7001,two/main", Address([("one", 7001), ("two", 26379)], "main")),
        ("valkeys+sentinel://:s@one/main/2", Address([("one", 26379)], "main", "", "s", 2, True)),
    ],
)
def test_an_address_says_where_and_as_whom(url: str, address: Address):
    assert address_of(url) == address


@pytest.mark.parametrize(
    "url", ["valkey://", "valkey://one:port", "valkey://one,two", "valkey://one/x", "valkey+sentinel://one,two"]
)
def test_an_address_that_leads_nowhere_is_refused_in_words(url: str):
    with pytest.raises(BadSettings, match=r"^valkey: "):
        address_of(url)


def test_an_address_is_told_without_its_password():
    assert str(address_of("valkey://asha:secret@one")) == "one:6379"


async def test_a_wrong_address_is_told_at_the_start():
    port = free_port()
    assert f"nobody answers at 127.0.0.1:{port}" in await refusal(f"valkey://127.0.0.1:{port}")
    assert "nobody answers" in await refusal(f"valkey+sentinel://127.0.0.1:{port}/main")


async def test_a_silent_one_is_told_at_the_start(own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "AT_START", 0.2)
    own_valkey.freeze()
    assert "it is silent" in await refusal(own_valkey.url)


async def test_a_wrong_password_is_told_at_the_start():
    with valkey_server(requirepass="secret") as server:
        at = f"127.0.0.1:{server.port}"
        assert f"{at} refuses" in await refusal(f"valkey://:wrong@{at}")
        assert f"{at} refuses" in await refusal(f"valkey://{at}")
        async with opened(f"valkey://:secret@{at}") as right:
            assert await right.ask("PING")


@pytest.mark.parametrize("lacks", ["-eval", "-publish", "-set", "resetkeys ~other:*", "resetchannels"])
async def test_a_user_who_may_do_half_of_it_is_told_at_the_start(own_valkey: Valkey, lacks: str):
    own_valkey.ask("ACL", "SETUSER", "half", "on", ">secret", "~*", "&*", "+@all", *lacks.split())
    url = own_valkey.url.replace("//", "//half:secret@")
    assert "refuses this user" in await refusal(url)


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost, signed by itself, and its key."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return folder / "cert.pem", folder / "key.pem"


async def test_over_tls_a_server_shows_who_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cert, key = certified(tmp_path)
    port = free_port()
    flags = {"tls-port": str(port), "tls-cert-file": str(cert), "tls-key-file": str(key), "tls-auth-clients": "no"}
    with valkey_server(**flags, **{"tls-ca-cert-file": str(cert)}):
        assert "certificate" in await refusal(f"valkeys://localhost:{port}")  # by somebody whom nobody knows
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        async with opened(f"valkeys://localhost:{port}") as server:
            assert await server.ask("PING")
        assert "certificate" in await refusal(f"valkeys://127.0.0.1:{port}")  # it is another's


async def test_what_is_no_valkey_is_told_at_the_start():
    async with answering(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        assert "is no Valkey" in await refusal(url)


async def test_an_old_redis_is_told_at_the_start():
    def old(data: bytes) -> bytes:
        if b"\r\nINFO\r\n" not in data:
            return b"-ERR unknown command\r\n" * data.count(b"CLIENT") or b"*1\r\n$6\r\nmaster\r\n"
        told = b"# Server\r\nredis_version:6.2.14\r\n"
        return b"$%d\r\n%s\r\n" % (len(told), told)

    async with answering(old) as url:
        assert "is Redis 6.2.14; Valkey 7.2 or newer is needed" in await refusal(url)


async def test_a_replica_is_told_at_the_start(watched_valkeys: Watched):
    assert "is a replica" in await refusal(watched_valkeys.replica.url)


async def test_a_name_that_the_sentinels_do_not_know_is_told_at_the_start(watched_valkeys: Watched):
    assert "nobody answers" in await refusal(watched_valkeys.url.replace("/main", "/other"))


async def test_closed_it_leaves_no_connection_at_its_sentinels(watched_valkeys: Watched):
    def ours() -> int:
        told = [str(one.ask("CLIENT", "LIST")) for one in watched_valkeys.sentinels]
        return "".join(told).count("lib-name=valkey-py")

    before = ours()  # those who ask here
    async with opened(watched_valkeys.url) as server:
        assert ours() > before
    await until(ours, wanted=lambda many: many == before)
    assert not server.there  # until here it is not the collector's


async def test_of_many_who_ask_one_that_is_silent_few_wait_and_then_nobody(own_valkey: Valkey):
    async with opened(own_valkey.url, client.PATIENCE) as server:
        sent, send = 0, server._client.execute_command

        async def counted(*words: str) -> object:
            nonlocal sent
            sent += 1
            return await send(*words)

        server._client.execute_command = counted  # pyrefly: ignore[bad-assignment] - in its place
        own_valkey.freeze()
        answers = await asyncio.gather(*[server.ask("PING") for _ in range(500)], return_exceptions=True)
        assert all(isinstance(answer, Gone) for answer in answers)
        assert sent == client.CONNECTIONS  # the others were freed with the first
        waited = False

        async def watch() -> None:
            nonlocal waited
            waited = True

        watching = asyncio.create_task(watch())
        with pytest.raises(Gone):
            await server.ask("PING")
        assert not waited  # the loop did not turn once
        await watching


async def test_a_process_that_was_held_up_itself_does_not_take_valkey_for_lost(own_valkey: Valkey):
    async with opened(own_valkey.url, client.PATIENCE) as server:
        own_valkey.freeze()
        asked = asyncio.create_task(server.ask("ECHO", "here"))
        for _ in range(10):  # it is on its way
            await asyncio.sleep(0)
        own_valkey.thaw()
        time.sleep(3 * client.PATIENCE)  # noqa: ASYNC251 - that is what it is about
        eventually(lambda: "cmdstat_echo" in own_valkey.ask("INFO", "commandstats"), "an answer that nobody took yet")
        assert await asked
        assert server.there


async def test_one_look_a_second_finds_it_again(own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "LOOK_EVERY", 0.05)
    with capture_logs() as lines:
        async with opened(own_valkey.url) as server:
            own_valkey.kill()
            with pytest.raises(Gone):
                await server.ask("PING")
            own_valkey.start()
            async with asyncio.timeout(PATIENCE):
                while not server.there:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert await server.ask("PING")
    assert [line["event"].partition(";")[0] for line in lines] == ["Valkey is gone", "Valkey is back"]


async def test_after_a_failover_the_new_one_is_asked(watched_valkeys: Watched):
    async with opened(watched_valkeys.url) as server:
        assert await server.ask("SET", "tree", "neem")
        watched_valkeys.main.kill()
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await server.ask("SET", "tree", "peepal")
                    break
                except Gone:
                    await asyncio.sleep(0.05)
    assert watched_valkeys.replica.ask("GET", "tree") == "peepal"


async def test_what_fails_in_the_background_is_said(own_valkey: Valkey):
    async def mistaken() -> None:
        raise ZeroDivisionError

    async with opened(own_valkey.url) as server:
        with capture_logs() as lines:
            await asyncio.wait({server.beside(mistaken()), server.beside(asyncio.sleep(0))})
            await asyncio.sleep(0)
    assert [line["exc_info"][0] for line in lines] == [ZeroDivisionError]


async def test_a_script_is_known_to_a_server_that_begins_anew(own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "LOOK_EVERY", 0.05)
    script = "return redis.call('INCRBY', KEYS[1], ARGV[1])"
    async with opened(own_valkey.url) as server:
        assert await server.run(script, ["n"], [2]) == 2
        own_valkey.ask("SCRIPT", "FLUSH")
        assert await server.run(script, ["n"], [2]) == 4
