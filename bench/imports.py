"""Imports: how many posts of an archive are brought in a second, without media, in one process. `python -m bench.imports [--quick]`."""

import argparse
import asyncio
import io
import json
import tempfile
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from bench.data import account
from chaupal.app.rooms import visiting
from chaupal.kernel.settings import Settings, load_settings
from chaupal.policy.viewer import Viewer
from chaupal.social.archives import imports
from chaupal.social.archives.imports import ImportFile

POSTS = 5_000
TARGET = 500.0  # posts a second on one core
BEGAN = 1_546_300_800  # 1 January 2019, seconds
SAID = (
    "सरसों में फूल आ गए। #किसान_आंदोलन में आज हमारे गाँव की बारी है।",
    "Reading about the farmers from Freiburg. #KisanAndolan https://t.co/abc",
    "रात भर बारिश हुई, तंबू भीग गए, पर कोई नहीं उठा। #दिल्ली &amp; #पंजाब",
    "আজ মেঘ করেছে, মাঠে কাজ নেই।",
)


def measure(database: str = "", posts: int = POSTS) -> float:
    """Posts a second. `database`: a PostgreSQL URL of an empty database; without one SQLite is measured."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_bring(load_settings(environ={}, data=str(Path(folder) / "data"), database=database), posts))


async def _bring(settings: Settings, posts: int) -> float:
    async with visiting(settings) as house:
        viewer = Viewer(account=await account(house.square, "bench_asha"), country="IN")
        began = time.perf_counter()
        id_ = await imports.take_in(house.square, viewer, ImportFile("twitter.zip", _archive(posts)))
        await imports.carry_on(house.square)
        took = time.perf_counter() - began
        one, _ = await imports.by_id(house.square, viewer, id_)
        if one.done != posts:
            raise SystemExit(f"{one.done} of {posts} posts came: {one}")
        return posts / took


def _archive(posts: int) -> bytes:
    """A Twitter archive; every fourth tweet answers the one before it."""
    tweets = [{"tweet": _tweet(number)} for number in range(posts)]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/tweets.js", "window.YTD.tweets.part0 = " + json.dumps(tweets))
    return packed.getvalue()


def _tweet(number: int) -> dict[str, object]:
    at = datetime.fromtimestamp(BEGAN + number * 1_800, UTC)
    link = {"url": "https://t.co/abc", "expanded_url": "https://gaanv.example/khabar"}
    return {
        "id_str": str(number + 1),
        "full_text": SAID[number % len(SAID)],
        "created_at": f"{at:%a %b %d %H:%M:%S +0000 %Y}",
        "lang": "hi",
        "entities": {"urls": [link]},
        "in_reply_to_status_id_str": str(number) if number % 4 == 3 else "",
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two hundred posts")
    found = measure(posts=200 if parser.parse_args().quick else POSTS)
    print(f"{found:.0f} posts a second (target {TARGET:.0f})")
