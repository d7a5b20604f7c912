"""Questions that show whether a store is whole: no effect without its leaf, no count that drifted, no broken page."""

from sqlalchemy import func, select, text

from chaupal.store.dialect import Statement, statement
from chaupal.store.tables import accounts, follows, likes, log_entries, outbox, posts, rulings
from chaupal.store.work import Reading

_likes = select(func.count(likes.c.id)).where(likes.c.post_id == posts.c.id).scalar_subquery()
_followers = select(func.count(follows.c.id)).where(follows.c.to == accounts.c.id).scalar_subquery()
_posts = select(func.count(posts.c.id)).where(posts.c.author == accounts.c.id).scalar_subquery()

# Each gives the ids that are wrong, and what is wrong with them.
QUESTIONS: dict[str, Statement] = {
    "a ruling without its entry in the log": statement(
        select(rulings.c.id).where(rulings.c.log_index.not_in(select(log_entries.c.index))).limit(20)
    ),
    "a ruling decided and approved by one person": statement(
        select(rulings.c.id).where(rulings.c.decided_by == rulings.c.approved_by).limit(20)
    ),
    "a post whose count of likes is wrong": statement(
        select(posts.c.id).where(posts.c.likes_count != _likes).limit(20)
    ),
    "an account whose count of followers is wrong": statement(
        select(accounts.c.id).where(accounts.c.followers_count != _followers).limit(20)
    ),
    "an account whose count of posts is wrong": statement(
        select(accounts.c.id).where(accounts.c.posts_count != _posts).limit(20)
    ),
    "an event that was given up": statement(select(outbox.c.seq).where(outbox.c.failed_at.is_not(None)).limit(20)),
}
PAGES = statement(text("SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"))


async def integrity(reading: Reading) -> list[str]:
    """Every fault, a line each."""
    faults = [f"{what}: {row[0]}" for what, stmt in QUESTIONS.items() for row in await reading.fetch(stmt)]
    if reading.embedded:
        faults += [f"the database file: {row[0]}" for row in await reading.fetch(PAGES)]
    return faults
