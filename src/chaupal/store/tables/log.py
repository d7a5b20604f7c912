"""The log: its entries and the nodes of its tree, checkpoints and who signed them, and what opens confidential fields."""

from sqlalchemy import Column, Index, LargeBinary

from chaupal.store.tables.columns import big, id_column, table, text

log_entries = table(
    "log_entries",
    id_column("index"),
    text("kind"),
    Column("body", LargeBinary, nullable=False),
    big("at"),
    Index("log_entries_by_kind", "kind", "index"),
)
log_nodes = table(
    "log_nodes",
    big("level", primary_key=True),
    big("index", primary_key=True),
    Column("hash", LargeBinary, nullable=False),
)
log_checkpoints = table("log_checkpoints", id_column("size"), text("note"), big("at"))
# What other servers signed under our checkpoints, and what we signed under theirs.
cosignatures = table(
    "cosignatures", big("size", primary_key=True), text("name", primary_key=True), text("line"), big("at")
)
witnessed = table("witnessed", text("origin", primary_key=True), big("size"), text("root"), big("at"))
# What opens the confidential fields of entries; private, and destroyed when erasure is due.
disclosures = table(
    "disclosures",
    big("log_index", primary_key=True),
    text("name", primary_key=True),
    text("disclosure"),
    big("opened_at", null=True),
    big("beside", default=0),  # 1: everybody may read it beside the log; 2: once the matter is published
    Index("disclosures_beside", "beside", "log_index"),
)
