"""toot, as it is installed, against a real server: logs in on the command line and is used there."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from toot import api, config, http
from toot.cli import cli

from clients.conftest import Stage
from clients.images import jpeg
from clients.visitor import Visitor
from waiting import PATIENCE, eventually


class Toot:
    """toot with a configuration of its own."""

    def __init__(self, home: Path) -> None:
        self.environ = {"XDG_CONFIG_HOME": str(home), "NO_COLOR": "1", "BROWSER": "true"}

    def log_in(self, stage: Stage, handle: str) -> str:
        """`toot login` as typed: it prints an address, waits for the code, says how it went."""
        member = stage.cast[handle]
        command = [Path(sys.executable).parent / "toot", "login", "--instance", stage.url]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **self.environ, "PYTHONUNBUFFERED": "1"},
        ) as process:
            assert process.stdout is not None and process.stdin is not None
            said = ""
            for line in process.stdout:
                said += line
                if line.startswith(stage.url):
                    code = Visitor(stage.url).code(line.strip(), member.email, member.password)
                    said += process.communicate(f"n\n{code}\n", timeout=PATIENCE)[0]
                    break
            assert process.wait(timeout=PATIENCE) == 0, said
        return said

    def __call__(self, *words: str) -> str:
        """What it prints. Raises AssertionError with its words when it fails."""
        done = CliRunner().invoke(cli, [*words], env=self.environ)
        assert done.exit_code == 0, done.output + repr(done.exception)
        return done.output

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))


@pytest.fixture(scope="module")
def toots(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Toot]:
    made = {handle: Toot(tmp_path_factory.mktemp(handle)) for handle in ("asha", "binod")}
    for handle, toot in made.items():
        assert "Successfully logged in" in toot.log_in(stage, handle)
    return made


@pytest.fixture
def asha(toots: dict[str, Toot]) -> Toot:
    return toots["asha"]


@pytest.fixture
def binod(toots: dict[str, Toot]) -> Toot:
    return toots["binod"]


def test_logs_in_and_knows_who_it_is(stage: Stage, asha: Toot):
    assert asha.json("whoami")["id"] == stage.cast["asha"].id
    assert "asha@" in asha("auth")
    assert stage.url.removeprefix("http://") in asha("instance", stage.url)


def test_posts_and_reads_home(asha: Toot, binod: Toot):
    assert "asha" in binod("follow", "asha")
    post = asha.json("post", "खेत से नमस्ते", "--language", "hi", "--visibility", "unlisted")
    assert (post["language"], post["visibility"]) == ("hi", "unlisted")
    assert "खेत से नमस्ते" in binod("timelines", "home", "--limit", "5")
    assert "खेत से नमस्ते" in binod("timeline", "--once", "--count", "3")


def test_replies_reposts_likes_and_bookmarks(asha: Toot, binod: Toot):
    post = asha.json("post", "who is at the market?")
    reply = binod.json("post", "@asha I am", "--reply-to", post["id"])
    thread = asha.json("thread", post["id"])
    assert [s["id"] for s in thread["descendants"]] == [reply["id"]]
    assert "I am" in asha("thread", post["id"])
    assert binod.json("reblog", post["id"])["reblog"]["id"] == post["id"]
    assert binod.json("favourite", post["id"])["favourited"] is True
    assert binod.json("bookmark", post["id"])["bookmarked"] is True
    assert "market" in binod("bookmarks", "--once")
    assert [a["username"] for a in asha.json("reblogged_by", post["id"])] == ["binod"]
    assert eventually(lambda: "binod" in asha("notifications"))
    for undo in ("unreblog", "unfavourite", "unbookmark"):
        binod(undo, post["id"])
    seen = binod.json("status", post["id"])
    assert (seen["reblogs_count"], seen["favourites_count"], seen["bookmarked"]) == (0, 0, False)


def test_searches_in_hindi(asha: Toot, binod: Toot):
    post = asha.json("post", "गन्ने का भाव #गन्ना", "--language", "hi")
    found = eventually(lambda: binod.json("search", "गन्ने", "--type", "statuses")["statuses"])
    assert [s["id"] for s in found] == [post["id"]]
    assert [a["username"] for a in binod.json("search", "asha")["accounts"]] == ["asha"]
    assert binod.json("status", post["id"])["content"].startswith("<p>गन्ने का भाव")
    assert "गन्ने का भाव" in binod("timelines", "tag", "गन्ना", "--limit", "5")


def test_uploads_an_image_with_alt_text_and_posts_it(asha: Toot, tmp_path: Path):
    (tmp_path / "mandi.jpg").write_bytes(jpeg(90, 60))
    post = asha.json("post", "मंडी", "--media", str(tmp_path / "mandi.jpg"), "--description", "सुबह की मंडी")
    [picture] = post["media_attachments"]
    assert (picture["type"], picture["description"]) == ("image", "सुबह की मंडी")
    assert picture["url"].startswith("http")


def test_follows_next_until_it_is_absent(stage: Stage, asha: Toot):
    for number in range(7):
        asha("post", f"page me {number}")
    os.environ["XDG_CONFIG_HOME"], before = asha.environ["XDG_CONFIG_HOME"], os.environ.get("XDG_CONFIG_HOME")
    try:
        user, app = config.get_active_user_app()
    finally:
        os.environ.pop("XDG_CONFIG_HOME")
        if before is not None:
            os.environ["XDG_CONFIG_HOME"] = before
    path = f"/api/v1/accounts/{stage.cast['asha'].id}/statuses"
    seen: list[str] = []
    for page in http.get_paged(app, user, path, {"limit": 3}):
        seen += [status["id"] for status in page.json()]
        assert len(seen) < 200, "next does not end"
    assert len(seen) == len(set(seen)) >= 7
    assert seen == sorted(seen, key=int, reverse=True)
    assert [a["username"] for a in api.following(app, user, stage.cast["binod"].id)] in (["asha"], [])


def test_deletes(asha: Toot):
    post = asha.json("post", "gone in a moment")
    asha("delete", post["id"])
    assert CliRunner().invoke(cli, ["status", post["id"]], env=asha.environ).exit_code != 0


def test_follows_mutes_and_blocks(asha: Toot):
    for act, undo, listing in (
        ("follow", "unfollow", "following"),
        ("mute", "unmute", "muted"),
        ("block", "unblock", "blocked"),
    ):
        asha(act, "chitra")
        assert "chitra" in asha(listing)
        asha(undo, "chitra")
        assert "chitra" not in asha(listing)


def test_changes_the_profile_and_reads_it_again(asha: Toot):
    asha("update_account", "--display-name", "आशा देवी", "--note", "चौपाल में")
    assert asha.json("whois", "asha")["display_name"] == "आशा देवी"
    assert asha.json("tags", "followed") == []
    assert asha.json("lists", "list") == []
