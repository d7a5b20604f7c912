"""masto.js, on which Elk and Phanpy are built, against a real server, with its own HTTP and its own WebSocket."""

import json
import subprocess
from pathlib import Path

from clients.conftest import Stage
from clients.images import jpeg
from services import NODE

WALK = Path(__file__).with_name("masto_walk.mjs")


def test_masto_js_walks_through_the_server(stage: Stage, tmp_path: Path):
    (tmp_path / "mandi.jpg").write_bytes(jpeg(90, 60))
    tokens = [stage.cast[handle].token for handle in ("asha", "binod")]
    command = [NODE, WALK, stage.url, *tokens, tmp_path / "mandi.jpg"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    met = json.loads(done.stdout.splitlines()[-1])
    assert met["me"] == "asha" and met["groups"] >= 3
    assert {"update", "status.update", "delete"} <= set(met["heard"])
