"""The composer's script reads links, remote handles and tags as the server does: one table holds both to it."""

import json
import subprocess
from pathlib import Path

import pytest

from chaupal.text.length import length
from services import NODE

ROOT = Path(__file__).resolve().parents[4]
ESBUILD = ROOT / "node_modules" / ".bin" / "esbuild"
SCRIPT = ROOT / "src" / "chaupal" / "web" / "script" / "compose"
SHARED = json.loads((ROOT / "tests" / "unit" / "text" / "vectors.json").read_text(encoding="utf-8"))
READ = """
import { length } from "./length.ts";
import { typed } from "./typed.ts";
const asked = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
console.log(JSON.stringify({ lengths: asked.lengths.map((text) => length(text)), typed: asked.typed.map(typed) }));
"""


def answers(tmp_path: Path, **asked: list[str]) -> dict[str, list[object]]:
    """What the script says of each text."""
    bundle = tmp_path / "read.cjs"
    bundled = subprocess.run(
        [ESBUILD, "--bundle", "--platform=node", "--charset=utf8", f"--outfile={bundle}", "--log-level=error"],
        input=READ,
        cwd=SCRIPT,
        text=True,
        capture_output=True,
        check=False,
    )
    assert bundled.returncode == 0, bundled.stderr
    done = subprocess.run([NODE, bundle], input=json.dumps(asked), text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [text for text, _ in (*SHARED["links"], *SHARED["remote"])]


def test_the_counter_finds_the_links_and_remote_handles_that_the_server_finds(tmp_path: Path, texts: list[str]):
    assert answers(tmp_path, lengths=texts, typed=[])["lengths"] == [length(text) for text in texts]


def test_a_tag_after_a_picture_is_completed_while_it_is_typed(tmp_path: Path):
    posts = [post for post, _ in SHARED["tags"]]
    wanted = [f"#{found[-1]}" if found else "" for _, found in SHARED["tags"]]
    assert answers(tmp_path, lengths=[], typed=posts)["typed"] == wanted
