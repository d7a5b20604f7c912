"""The first tables."""

from alembic import op

from chaupal.store.tables import meta

revision = "0001"
down_revision = None

SEARCH = {
    "sqlite": (
        "CREATE VIRTUAL TABLE post_words USING fts5(words, content='', contentless_delete=1, "
        "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'\")",
    ),
    "postgresql": (
        "CREATE TABLE post_words (post_id bigint PRIMARY KEY, words text[] NOT NULL)",
        "CREATE INDEX post_words_index ON post_words USING gin (words)",
    ),
}


def upgrade() -> None:
    bind = op.get_bind()
    meta.create_all(bind)
    for line in SEARCH[bind.dialect.name]:
        op.execute(line)
