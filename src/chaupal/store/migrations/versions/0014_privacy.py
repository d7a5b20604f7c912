"""Numbers that everybody is shown count what everybody may see: posts and the newest of them, answers, reposts, quotes."""

from alembic import op

revision = "0014"
down_revision = "0013"

OPEN = "o.visibility <= 1"  # public and unlisted


def upgrade() -> None:
    op.execute(
        f"""UPDATE posts SET
            boosts_count = (SELECT count(*) FROM posts o WHERE o.boost_of = posts.id AND {OPEN}),
            replies_count = (SELECT count(*) FROM posts o WHERE o.reply_to = posts.id AND {OPEN}),
            quotes_count = (SELECT count(*) FROM posts o WHERE o.quote_of = posts.id AND o.quote_state = 'accepted' AND {OPEN})
        WHERE boosts_count <> 0 OR replies_count <> 0 OR quotes_count <> 0"""  # noqa: S608 - no values in it
    )
    op.execute(
        f"""UPDATE accounts SET
            posts_count = (SELECT count(*) FROM posts o WHERE o.author = accounts.id AND {OPEN}),
            last_post_at = (SELECT max(o.created_at) FROM posts o WHERE o.author = accounts.id AND {OPEN})"""  # noqa: S608
    )
