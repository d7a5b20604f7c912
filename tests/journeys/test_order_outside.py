"""An order from the outside: commands beside a running server, pages over HTTP, and the served log before strangers' eyes."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aics_tlog
import httpx2
import pytest
import regex
from tlog_scales import backend, reader, signing, tiles

from chaupal.policy.viewer import Role
from letters import letter
from serving import Member, Served, join, served
from waiting import PATIENCE

REASON = "The post names a person as armed, which the order shows to be false."
DESPITE = "The letter bears no signature; the registry confirmed on the telephone that it is theirs."
TEXT = "दिल्ली की सीमा पर गेट बंद है"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    # Whose country it is comes from a header here, so that one client can look from anywhere.
    with served(
        tmp_path_factory.mktemp("served"), country_header="x-country", trusted_proxies=("127.0.0.1/32",)
    ) as one:
        yield one


@pytest.fixture(scope="module")
def staff(server: Served) -> dict[str, Member]:
    return {
        **join(server.settings, "clerk", role=Role.CLERK),
        **join(server.settings, "asha", role=Role.REVIEWER),
        **join(server.settings, "dev", role=Role.APPROVER),
        **join(server.settings, "meera", "ravi"),
    }


@pytest.fixture(scope="module")
def post(server: Served, staff: dict[str, Member]) -> str:
    with server.client(staff["meera"]) as client:
        return client.post("/api/v1/statuses", json={"status": TEXT}).json()["id"]


@pytest.fixture(scope="module")
def ref(server: Served, staff: dict[str, Member], post: str) -> str:
    """An order about the post, and about an account, taken in by command."""
    server.cli(
        "order",
        "authority",
        "add",
        "--as",
        "clerk",
        "--name",
        "Ministry",
        "--name-hi",
        "मंत्रालय",
        "--jurisdiction",
        "IN",
    )
    server.cli("order", "authority", "agree", "--as", "dev", "Ministry")
    ref = server.cli(
        "order", "receive", "--as", "@clerk", "--authority", "Ministry", "--officer", "A. Sharma", "--rank", "Joint Secretary",
        "--reference", "16(1)", "--law", "IT Act 2000, s. 69A", "--grounds", "public order", "--territory", "IN", "--dated", "2021-02-04",
        "--target", f"{server.url}/@meera/{post}", "--target", "@ravi", "--origin-note", "The registry confirmed it.",
        "--regime", "IN-69A", "--role", "designated_officer", "--basis", "public_order", "--reasons", "It is said to call people to arms.",
    ).strip()  # fmt: skip
    server.cli("order", "step", ref, "check", "--as", "asha")
    return ref


def look(server: Served, path: str, country: str) -> httpx2.Response:
    with server.client() as client:
        return client.get(path, headers={"x-country": country, "accept-language": "hi"})


def fails(server: Served, *words: str) -> str:
    """What a command complains of, which must be one line."""
    with pytest.raises(RuntimeError) as caught:
        server.cli(*words)
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


def test_an_order_is_carried_out_by_command_beside_a_running_server(
    server: Served, staff: dict[str, Member], post: str, ref: str
):
    page = f"/@meera/{post}"
    assert TEXT in look(server, page, "IN").text
    said = ("--outcome", "withhold_post", "--reason", REASON)
    assert "despite" in fails(server, "order", "decide", ref, "1", "--as", "asha", *said)
    server.cli("order", "decide", ref, "1", "--as", "asha", *said, "--despite", DESPITE)
    assert TEXT in look(server, page, "IN").text
    assert "not for your role" in fails(server, "order", "approve", ref, "1", "--as", "asha")
    assert server.cli("order", "approve", ref, "1", "--as", "dev") == "in_force\n"

    there, elsewhere = look(server, page, "IN"), look(server, page, "DE")
    assert (there.status_code, elsewhere.status_code) == (451, 200)
    assert TEXT not in there.text
    assert TEXT in elsewhere.text
    assert f"/orders/{ref}" in there.text
    assert 'rel="blocked-by"' in there.headers["link"]
    stub = look(server, f"/api/v1/statuses/{post}", "IN").json()
    assert TEXT not in str(stub)
    assert stub["withheld_in_countries"] == ["IN"]

    server.cli("order", "lift", ref, "1", "--as", "asha", "--reason", "The court has set this order aside.")
    assert TEXT in look(server, page, "IN").text
    assert "moved" in fails(
        server, "order", "lift", ref, "1", "--as", "asha", "--reason", "The court has set this order aside."
    )


def test_a_refusal_stands_in_the_register_with_its_ground(server: Served, staff: dict[str, Member], ref: str):
    why = "The account of a farmer; nothing in it is against any law."
    server.cli("order", "refuse", ref, "2", "--as", "asha", "--ground", "protected_expression", "--reason", why)
    server.cli("order", "approve", ref, "2", "--as", "dev")
    page = look(server, f"/orders/{ref}", "IN").text
    assert why in page
    assert "मंत्रालय" in page
    assert ref in look(server, "/orders", "DE").text
    assert "1 refused" in server.cli("order", "list")
    assert "Sharma" not in page
    assert "Sharma" in server.cli("order", "show", ref, "--as", "clerk")


def test_a_letter_and_a_list_are_taken_in_by_command(
    server: Served, staff: dict[str, Member], post: str, tmp_path: Path
):
    name = f"Office {tmp_path.name}"
    server.cli(
        "order",
        "authority",
        "add",
        "--as",
        "clerk",
        "--name",
        name,
        "--jurisdiction",
        "IN",
        "--class",
        "police",
        "--sure",
    )
    server.cli("order", "authority", "agree", "--as", "dev", name)
    (tmp_path / "list.csv").write_text(
        f"target,demanded\n/@meera/{post},withhold_post\n@asha,\n@asha,\nhttps://x.example/1,\n"
    )
    (tmp_path / "order.pdf").write_bytes(letter())
    words = (
        "order", "receive", "--as", "clerk", "--authority", name, "--officer", "A. Sharma", "--rank", "DIG", "--reference", "7",
        "--law", "Section 79", "--grounds", "public order", "--territory", "IN", "--dated", "2021-02-04", "--regime", "IN-69A",
        "--csv", str(tmp_path / "list.csv"), "--document", str(tmp_path / "order.pdf"),
    )  # fmt: skip
    looked = server.cli(*words, "--check")
    assert "signature: absent" in looked and "1: /@meera/" in looked and "lacks: " in looked
    told = fails(server, *words)
    assert (
        "row 4: @asha: is named twice" in told and "row 5: https://x.example/1: is an address of another server" in told
    )
    assert "2 rows of the list cannot be filed" in told
    ref = server.cli(*words, "--record-all").strip()
    assert ref in server.cli("order", "list")
    with sqlite3.connect(Path(server.settings.data) / "chaupal.db") as db:
        named = db.execute(
            "SELECT as_written, demanded FROM targets t JOIN orders o ON o.id = t.order_id WHERE o.ref = ? ORDER BY number",
            (ref,),
        ).fetchall()
        (kept,) = db.execute(
            "SELECT name FROM documents d JOIN orders o ON o.id = d.order_id WHERE o.ref = ?", (ref,)
        ).fetchone()
    assert named[0] == (f"/@meera/{post}", "withhold_post")
    assert [line for line, _ in named] == [f"/@meera/{post}", "@asha", "@asha", "https://x.example/1"], (
        "nothing is left out"
    )
    assert kept == "order.pdf"


def test_commands_say_in_one_line_what_cannot_be_done(server: Served, staff: dict[str, Member], ref: str):
    assert "no account nobody" in fails(server, "order", "approve", ref, "1", "--as", "nobody")
    assert "not for your role" in fails(server, "order", "approve", ref, "1", "--as", "meera")
    assert "not for your role" in fails(server, "order", "show", ref, "--as", "meera")
    assert "no order" in fails(server, "order", "show", "IN-1999-0001", "--as", "clerk")


# --- in the browser's place ---


def sign_in(server: Served, member: Member) -> httpx2.Client:
    client = httpx2.Client(base_url=server.url, headers={"accept-language": "en"}, timeout=PATIENCE)
    send(client, "/login", "/login", name=member.handle, password=member.password)
    return client


def send(client: httpx2.Client, page: str, to: str, **fields: str) -> httpx2.Response:
    word = regex.search(r'name="csrf" value="([^"]+)"', client.get(page).text)
    assert word is not None
    return client.post(to, data={"csrf": word[1], **fields})


def test_staff_do_all_of_it_on_pages(server: Served, staff: dict[str, Member], post: str):
    clerk, asha, dev = (sign_in(server, staff[handle]) for handle in ("clerk", "asha", "dev"))
    assert (
        send(
            clerk,
            "/office/authorities",
            "/office/authorities",
            name="High Court",
            jurisdiction="IN",
            issuer_class="court",
        ).status_code
        == 303
    )
    assert "High Court" not in clerk.get("/office/orders/new").text, "nobody else has agreed to it yet"
    listed = regex.search(r'href="(/office/authorities/\d+)"><bdi>High Court', dev.get("/office/authorities").text)
    assert listed is not None
    assert send(dev, listed[1], f"{listed[1]}/agree").status_code == 303
    issuer = regex.search(r'authority=(\d+)"><b><bdi>High Court', clerk.get("/office/orders/new").text)
    assert issuer is not None
    typed = {
        "authority": issuer[1],
        "officer": "Registrar",
        "officer_rank": "Registrar",
        "reference_no": "W.P. 1",
        "legal_basis": "Article 226",
        "grounds": "defamation",
        "territory": "IN",
        "dated": "2021-02-09",
        "targets": f"{server.url}/@meera/{post}\n@nobody",
        "origin_note": "The registry confirmed it on the telephone.",
        "role": "court",
    }
    wrong = send(clerk, "/office/orders/new", "/office/orders", **typed)
    assert (wrong.status_code, "1 line names nothing here" in wrong.text) == (200, True)  # a row to confirm
    assert "W.P. 1" in wrong.text  # what was typed is kept
    taken = send(clerk, "/office/orders/new", "/office/orders", **typed, act="confirm", confirmed="@nobody")
    page = taken.headers["location"]
    assert page.split("/")[-1] in asha.get("/office").text
    assert send(asha, page, f"{page}/step", verb="check").status_code == 303

    short = send(asha, page, f"{page}/1/propose", outcome="withhold_post", reason="bad", despite=DESPITE, seen="1")
    assert (short.status_code, "say why in a whole sentence" in short.text) == (422, True)
    said = {"outcome": "withhold_post", "reason": REASON, "despite": DESPITE}
    assert send(asha, page, f"{page}/1/propose", **said, seen="1").status_code == 303
    own = send(asha, page, f"{page}/1/approve", seen="2")
    assert (own.status_code, "a second person must decide" in own.text) == (403, True)
    old = send(dev, page, f"{page}/1/approve", seen="1")
    assert (old.status_code, "look at it again" in old.text) == (409, True)
    assert send(dev, page, f"{page}/1/approve", seen="2").status_code == 303
    assert look(server, f"/@meera/{post}", "IN").status_code == 451
    assert send(asha, page, f"{page}/1/lift", reason="The court has set its order aside.", seen="3").status_code == 303
    assert look(server, f"/@meera/{post}", "IN").status_code == 200


def test_the_office_is_closed_to_everybody_else(server: Served, staff: dict[str, Member], ref: str):
    member = sign_in(server, staff["meera"])
    for path in ("/office", "/office/authorities", "/office/orders/new", f"/office/orders/{ref}"):
        assert member.get(path).status_code == 404
    assert send(member, "/", f"/office/orders/{ref}/1/approve").status_code == 404
    with server.client() as nobody:
        assert nobody.get("/office").headers["location"].startswith("/login")


# --- the served log ---


def test_the_command_verifies_the_served_log_and_what_grew_since(server: Served, ref: str, tmp_path: Path):
    kept = tmp_path / "checkpoint"
    first = server.cli("log", "verify", f"{server.url}/log", "--keep", str(kept))
    assert "verified" in first
    assert "came from the log itself" in first
    key = httpx2.get(f"{server.url}/log/key", timeout=PATIENCE).text.strip()
    server.cli(
        "order", "authority", "add", "--as", "clerk", "--name", f"Another {tmp_path.name}", "--jurisdiction", "DE"
    )
    again = server.cli("log", "verify", server.url, "--key", key, "--earlier", str(kept))
    assert "extends the earlier checkpoint" in again
    other = "elsewhere/log+" + key.partition("+")[2]
    assert "DOES NOT VERIFY" in fails(server, "log", "verify", server.url, "--key", other)


def test_programs_that_are_not_ours_verify_the_served_log(server: Served, ref: str):
    url = f"{server.url}/log"
    key = httpx2.get(f"{url}/key", timeout=PATIENCE).text.strip()
    done = subprocess.run(
        [
            Path(sys.executable).with_name("aics-tlog"),
            "verify-inclusion",
            "--tiles",
            url,
            "--log-key",
            key,
            "--index",
            "1",
        ],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    log = reader.TilesReader(backend.make_backend(url))
    head = log.get_checkpoint()
    head.verify(signing.Vkey.from_string(key))
    assert log.calculate_root_hash() == head.root_hash
    log.get_inclusion_proof(0, head.size).check(tiles.leaf_hash(log.get_entry(0)), head.root_hash)
    found = aics_tlog.audit_tiles(aics_tlog.HttpTileReader([url]), head.size, head.root_hash)
    assert found.size == head.size


def test_the_log_serves_nothing_but_itself(server: Served, ref: str):
    with server.client() as client:
        tile = client.get("/log/tile/0/000.p/1")
        assert tile.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert tile.headers["access-control-allow-origin"] == "*"
        assert len(tile.content) == 32
        for path in (
            "/log/tile/0/000",
            "/log/tile/9/000.p/1",
            "/log/tile/x",
            "/log/tile/0/000.p/0",
            "/log/entry/999999",
            "/log/entry/-1",
            "/log/nothing/here",
        ):
            assert (missing := client.get(path)).status_code == 404
            assert (missing.headers["content-type"], missing.text) == ("text/plain; charset=utf-8", "Record not found")
            assert "</html>" in client.get(path, headers={"accept": "text/html,*/*;q=0.8"}).text, "people read a page"


def test_the_key_is_changed_beside_the_running_server_and_verifiers_follow(server: Served, ref: str, tmp_path: Path):
    kept = tmp_path / "checkpoint"
    server.cli("log", "verify", server.url, "--keep", str(kept))
    old = httpx2.get(f"{server.url}/log/key", timeout=PATIENCE).text.strip()
    assert f"old: {old}" in server.cli("log", "rotate-key")
    new = httpx2.get(f"{server.url}/log/key", timeout=PATIENCE).text.strip()
    assert new != old
    both = httpx2.get(f"{server.url}/log/checkpoint", timeout=PATIENCE).text
    assert both.count("\u2014") == 2
    server.cli(
        "order", "authority", "add", "--as", "clerk", "--name", f"A third {tmp_path.name}", "--jurisdiction", "FR"
    )
    assert httpx2.get(f"{server.url}/log/checkpoint", timeout=PATIENCE).text.count("\u2014") == 1
    said = server.cli("log", "verify", server.url, "--key", old, "--earlier", str(kept))
    assert f"key: {new}" in said and "extends the earlier checkpoint" in said
    status = server.cli("log", "status")
    assert "changed 1 times" in status and "as /log/witness says" in status and "/witness+" not in status
    assert " 0 faults" in server.cli("log", "reconcile")
    with server.client() as client:
        assert client.get("/log/change/1").status_code == 200
        assert client.get("/log/change/2").status_code == 404
