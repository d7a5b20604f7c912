"""The log's key is changed where two machines serve: neither stops, nothing is signed by a wrong key, and each may be started anew."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from chaupal.app.rooms import visiting
from chaupal.app.wiring import RunningHouse, open_house
from chaupal.governance.log import batches
from chaupal.governance.readiness import lacking
from chaupal.kernel.errors import Problem, Unavailable
from chaupal.kernel.settings import BadSettings, Settings
from chaupal_audit import tlog
from conftest import plain_settings
from services import Postgres


@pytest.fixture
async def machines(
    postgres_server: Postgres, migrated: str, valkey_url: str, tmp_path: Path
) -> AsyncIterator[tuple[RunningHouse, RunningHouse]]:
    """Two that serve one store, the second with the keys of the first."""
    dsn = postgres_server.fresh(template=migrated)
    one = msgspec.structs.replace(plain_settings(tmp_path / "one", dsn), valkey=valkey_url, files="")
    first = await open_house(one, run=False)
    two = tmp_path / "two"
    two.mkdir(mode=0o700)
    shutil.copytree(tmp_path / "one" / "keys", two / "keys")
    second = await open_house(msgspec.structs.replace(one, data=str(two)), run=False)
    yield first, second
    await first.close()
    await second.close()
    postgres_server.drop(dsn)


def settings_of(running: RunningHouse) -> Settings:
    return running.house.settings


async def say(running: RunningHouse) -> None:
    court = running.house.court
    async with court.work.writing() as w:
        entry = tlog.leaf("account", "a", "2021-02-10T15:00Z", {}).entry
        await batches.append(court, w, [("account", entry)])


async def test_a_key_that_is_changed_on_one_machine_stops_neither(machines: tuple[RunningHouse, RunningHouse]):
    first, second = machines
    one, two = first.house.court, second.house.court
    await batches.newest(one)
    old, new = await batches.change_key(one, "staff-1")
    await say(second)
    with pytest.raises(Unavailable):  # who lacks the new key completes no change
        await batches.newest(two)
    both = (await batches.newest(one)).note
    assert tlog.verify_checkpoint(both, old) == tlog.verify_checkpoint(both, new)
    assert (await lacking(one), await lacking(two)) == ("", "keys")

    # Whoever is started anew, or stands beside, on the machine that has both.
    async with visiting(settings_of(first)):
        pass
    again = await open_house(settings_of(first), run=False)

    # Where the new key is not, nobody is started, and nothing is signed.
    await say(first)
    with pytest.raises(Problem, match="does not hold that key: restore it"):
        await open_house(settings_of(second), run=False)
    with pytest.raises(Unavailable):
        await batches.newest(two)

    # The keys are copied once more: it goes on as it is, and may be started anew.
    shutil.copytree(one.keys.folder, two.keys.folder, dirs_exist_ok=True)
    assert await lacking(two) == ""
    note = (await batches.newest(two)).note
    tlog.verify_checkpoint(note, new)
    with pytest.raises(tlog.NotSigned):
        tlog.verify_checkpoint(note, old)
    async with visiting(settings_of(second)):
        pass
    await again.close()


async def test_another_houses_key_is_none_of_ours(machines: tuple[RunningHouse, RunningHouse], tmp_path: Path):
    first, _ = machines
    other = tmp_path / "other"
    shutil.copytree(first.house.court.keys.folder, other / "keys")
    (other / "keys" / "log.key").write_bytes(bytes(32))
    with pytest.raises(BadSettings, match="keys: this database's log is kept under"):
        async with visiting(msgspec.structs.replace(settings_of(first), data=str(other))):
            pass
