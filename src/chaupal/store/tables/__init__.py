"""Every table, by the part of the store that reads and writes it."""

from sqlalchemy import MetaData

# All parts, whichever is asked for: a foreign key finds its table by name, and nobody who goes through `meta` misses any.
from chaupal.store.tables import (
    court as court,
    federation as federation,
    identity as identity,
    log as log,
    machine as machine,
    notifications as notifications,
    square as square,
)
from chaupal.store.tables.columns import meta


def whole() -> MetaData:
    """The tables as migrations are held against them. PostgreSQL's dialect is brought in only here: that is as long as all of
    these tables take, and a short command on the embedded store needs none of it."""
    for index in (index for table in meta.tables.values() for index in table.indexes):
        index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]
    return meta
