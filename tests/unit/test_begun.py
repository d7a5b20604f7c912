"""The store that others begin with is made once, whoever asks for it at the same time."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import begun


def test_of_many_threads_that_begin_a_store_at_once_one_makes_it_and_all_have_it(tmp_path: Path):
    begun.made.cache_clear()
    stores = [tmp_path / str(number) / "chaupal.db" for number in range(6)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(begun.lay, stores))
    assert begun.made.cache_info().misses == 1
    for path in stores:
        with closing(sqlite3.connect(path)) as store:
            assert store.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
