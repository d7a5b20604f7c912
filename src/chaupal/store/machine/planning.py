"""What SQLite's planner knows of how much is where: learnt in time, and never that it is little.

https://www.sqlite.org/lang_analyze.html; that statistics may be written by hand: https://www.sqlite.org/optoverview.html#manctrl
"""

import sqlite3

# Tables that have grown or shrunk tenfold since, all of them and not only those that this connection reads, each of its indexes
# no further than to a limit (https://www.sqlite.org/pragma.html#pragma_optimize: 0x02, 0x10000, 0x10).
OPTIMIZE = "PRAGMA optimize=0x10012"
KNOWN = "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'"
# Of a table that has few rows today it would walk through all of them, and go on doing so until somebody looks again, when it may have
# a hundred times as many. So a table has at least so many (the first number of `stat`), however few it has.
LEAST = 10_000
AT_LEAST = f"UPDATE sqlite_stat1 SET stat = '{LEAST}' || substr(stat, instr(stat || ' ', ' ')) WHERE CAST(stat AS INTEGER) < {LEAST}"  # noqa: S608 - a number of ours
# An index of some rows is there because they are few beside all others, though there be no others yet: what is not known of it is
# taken for half of the table.
OF_SOME = """
    DELETE FROM sqlite_stat1 WHERE idx IN (
        SELECT i.name FROM sqlite_schema t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.partial
    )
"""


def learn(db: sqlite3.Connection) -> None:
    """Look how much is where; the caller has begun a transaction. Other connections know of it once they are opened anew."""
    db.execute(OPTIMIZE).fetchall()
    if db.execute(KNOWN).fetchone() is not None:  # else nothing is there at all
        db.execute(OF_SOME)
        db.execute(AT_LEAST)
        db.execute("ANALYZE sqlite_schema")  # this connection knows what was made of it, too
