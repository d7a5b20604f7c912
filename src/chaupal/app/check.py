"""Is everything whole? The database, the uploads and letters it names, the log against its leaves, every ruling against the log."""

from contextlib import suppress
from pathlib import Path

from chaupal.app.rooms import reached
from chaupal.governance.log import cosigned, log, lost_entries, reconcile
from chaupal.governance.orders import documents
from chaupal.governance.people import role_grants
from chaupal.http.call import House
from chaupal.kernel.errors import Problem
from chaupal.kernel.settings import BadSettings, Settings
from chaupal.ports.country import PACKAGED
from chaupal.ports.mail import Mail
from chaupal.reads.court import desk
from chaupal.store.machine import checks
from chaupal.store.machine.work import Reading
from chaupal.store.square import link_cards, media

type Lost = list[lost_entries.LostMeasure]


async def check_and_doubts(house: House) -> tuple[list[str], list[str]]:
    """What `check_house` and `doubts` find: what both need is read once."""
    lost = await _undecided(house)
    return await check_house(house, lost), await doubts(house, lost)


async def check_house(house: House, lost: Lost | None = None) -> list[str]:
    """Every fault found, a line each; empty when all is whole. `lost`: see `_undecided`; asked for where it is not given."""
    faults: list[str] = []
    work = house.square.work
    async with work.of_one_moment() as reading:
        faults += await checks.integrity(reading)
    faults += await _faults_of_files(house)
    try:
        await cosigned.check_seen(house.court)
        await log.recount(house.court)
        faults += (await reconcile.reconcile(house.court, [role_grants.strays])).faults
        faults += [
            f"in the log, and not in the store; nobody has decided anew: {one.in_words()}"
            for one in (await _undecided(house) if lost is None else lost)
            if not one.nameless
        ]
    except Problem as problem:
        faults.append(problem.message)
    return faults


async def _undecided(house: House) -> Lost:
    """What only the log knows, and nobody has decided anew."""
    with suppress(ValueError):  # an entry that cannot be read is a fault, and told as one
        async with house.square.work.reading() as reading:
            return await lost_entries.undecided(house.court, reading)
    return []


async def doubts(house: House, lost: Lost | None = None) -> list[str]:
    """What is allowed, but seldom meant, and what nobody can mend: a line each. `lost`: as for `check_house`."""
    found = [f"settings: {doubt}" for doubt in _doubtful(house.settings)]
    found += await doubts_of_mail(house.square.mail)
    found += [
        f"log: carried out no more, and nobody can say whether it was decided anew: {one.in_words()}"
        for one in (await _undecided(house) if lost is None else lost)
        if one.nameless
    ]
    if await desk.one_decides_alone(house.reads):
        found.append("people: one alone may decide, and what an order demands takes two: chaupal account role")
    return found


async def doubts_of_mail(mail: Mail) -> list[str]:
    try:
        await mail.try_out()
    except (OSError, ValueError) as error:  # a host or a password that the library cannot spell
        return [f"mail: smtp_url leads to nobody who takes letters: {error or type(error).__name__}"]
    return []


def _doubtful(settings: Settings) -> list[str]:
    found: list[str] = []
    if not settings.country_file and not settings.country_header and not PACKAGED.exists():
        found.append(f"no country file and no country_header: every viewer counts as being in {settings.home_country}")
    if settings.village:
        found.append("village: anybody may sign in as anybody")
    if not settings.rate_limits:
        found.append("rate_limits are off")
    if not settings.smtp_url:
        found.append(f"no smtp_url: mails stay in {settings.data}/mail")
    if settings.origin.startswith("http:"):  # which is taken for this machine only
        found.append(
            f"public_url: addresses in mails and apps begin with {settings.origin}, which is this machine alone"
        )
    if not settings.contact_email:
        found.append("no contact_email: nobody can write to you")
    if bared := [
        path.name for path in sorted(Path(settings.data, "keys").glob("*.key*")) if path.stat().st_mode & 0o077
    ]:
        found.append(f"keys: others on this machine may read {', '.join(bared)}: chmod 600")
    return found


async def _faults_of_files(house: House) -> list[str]:
    files = house.square.files
    try:
        if house.settings.files:  # it is asked also where nothing lies there yet: a bucket may be written wrongly
            with reached(house.settings):
                await anext(files.every(), None)
        async with house.square.work.scanning() as reading:
            missing = await _missing_files(house, reading)
            # What was deleted between the look at its row and that at its file has no row any more.
            again = await _missing_files(house, reading) if missing else []
        return [fault for fault in missing if fault in again] + await documents.faults(house.court, files)
    except BadSettings as error:
        return [error.message.replace("files", "uploads", 1)]
    except Exception as error:
        if files.fault(error) is None:
            raise
        return [f"uploads: {str(error).splitlines()[0]}"]


async def _missing_files(house: House, reading: Reading) -> list[str]:
    faults: list[str] = []
    above = 0
    while rows := await media.after(reading, above, 500):
        for id_, mime, state in rows:
            for key in media.keys_in(id_, mime, state):
                if await house.square.files.size(key) is None:
                    faults.append(f"upload {id_}: its file {key} is missing")
        above = rows[-1][0]
    for key in await link_cards.images(reading):
        if await house.square.files.size(key) is None:
            faults.append(f"the preview of a link: its file {key} is missing")
    return faults
