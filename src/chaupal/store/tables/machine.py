"""What processes of one store keep between them: the outbox, seats, acts of the clock, marks."""

from sqlalchemy import BigInteger, Column

from chaupal.store.tables.columns import Id, big, table, text, texts

outbox = table(
    "outbox",
    Column("seq", Id, primary_key=True, autoincrement=True),
    *texts("name body"),
    big("at"),
    big("tries", default=0),
    big("failed_at", null=True),
    big("due_at", default=0),
    big("lane", default=0),  # events about one thing are in one, and carried out in their order
    sqlite_autoincrement=True,
)

# Of many processes on one PostgreSQL: who makes ids under which number (`until`: by the database's clock, ms; `top`: the time of
# the newest id that they may make), and who carries out which act of the clock (`turn` grows with each holder).
seats = table(
    "seats",
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    *texts("holder house"),
    big("until", default=0),
    big("top", default=0),
)
acts = table(
    "acts",
    text("name", primary_key=True),
    text("holder"),
    big("turn", default=0),
    big("until", default=0),
    big("due_at", default=0),
)

marks = table("marks", text("key", primary_key=True), text("value"))
