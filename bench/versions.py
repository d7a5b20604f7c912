"""Another version of Chaupal, as a source tree, served beside this one by the same Python: what it answers, and from data of its own."""

import json
import os
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from bench.data import DataSet
from bench.process import Server, free_port, serving
from chaupal.kernel.settings import load_settings

HERE = Path(__file__).parent.parent
SEED = """
import asyncio, json, pathlib, sys
from bench.data import seed
folder, people, posts, crowd = sys.argv[1:]
data = asyncio.run(seed(pathlib.Path(folder), int(people), int(posts), crowd=int(crowd)))
print(json.dumps([data.people, data.tokens]))
"""


def seeded(tree: Path, folder: Path, people: int, posts: int, crowd: int) -> DataSet:
    """What that version's own bench makes; of its rows only people and tokens are known here."""
    environ = os.environ | _environ(tree, folder) | {"PYTHONPATH": f"{tree}:{_source(tree)}"}
    command = [sys.executable, "-P", "-c", SEED, str(folder), str(people), str(posts), str(crowd)]
    done = subprocess.run(command, env=environ, cwd=tree, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    found, tokens = json.loads(done.stdout.splitlines()[-1])
    return DataSet(load_settings(environ={}, data=str(folder)), people=found, tokens=tokens)


def served(tree: Path, data: Path) -> AbstractContextManager[Server]:
    """That version's server over a data directory of its own."""
    port = free_port()
    command = [sys.executable, "-P", "-m", "chaupal.app.cli", "serve", "--data", str(data), "--port", str(port)]
    return serving(command, port, "/api/v2/instance", _environ(tree, data))


def _environ(tree: Path, data: Path) -> dict[str, str]:
    return {
        "PYTHONPATH": _source(tree),
        "PYTHONPYCACHEPREFIX": f"{data}.compiled",
        "PYTHONDONTWRITEBYTECODE": "",
        "CHAUPAL_LOG_LEVEL": "error",
        "CHAUPAL_RATE_LIMIT_SCALE": "1000000",
    }


def _source(tree: Path) -> str:
    return f"{tree / 'src'}:{tree / 'verifier' / 'src'}"
