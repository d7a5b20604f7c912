"""Is everything whole? The database, the uploads it names, the log against its leaves, every ruling against the log."""

from chaupal.governance import log
from chaupal.kernel.errors import Problem
from chaupal.store import checks, media
from chaupal.store.work import Reading
from chaupal.wire.call import House


async def check_house(house: House) -> list[str]:
    """Every fault found, a line each; empty when all is whole."""
    faults: list[str] = []
    async with house.square.work.scanning() as reading:
        faults += await checks.integrity(reading)
        faults += await _missing_files(house, reading)
    try:
        await log.recount(house.court)
    except Problem as problem:
        faults.append(problem.message)
    return faults


async def _missing_files(house: House, reading: Reading) -> list[str]:
    faults: list[str] = []
    above = 0
    while rows := await media.after(reading, above, 500):
        for id_, mime in rows:
            for key in media.file_keys(id_, mime):
                if await house.square.files.get(key) is None:
                    faults.append(f"upload {id_}: its file {key} is missing")
        above = rows[-1][0]
    return faults
