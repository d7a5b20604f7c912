"""Checks of a whole store: every effect has its log entry, counts are right, no page is broken, triggers and checks are there."""

from collections.abc import Iterator

import msgspec
import regex
from sqlalchemy import CheckConstraint, and_, func, or_, select, text

from chaupal.policy.facts import Visibility
from chaupal.policy.narrow import FOR_EVERYBODY
from chaupal.policy.quotes import ACCEPTED
from chaupal.policy.things import Poll
from chaupal.store.machine import migrate, triggers
from chaupal.store.machine.dialect import among, listed, param, statement
from chaupal.store.machine.statements import Chained, selects
from chaupal.store.machine.work import Reading
from chaupal.store.tables.columns import meta
from chaupal.store.tables.court import rulings
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.log import log_entries
from chaupal.store.tables.machine import outbox
from chaupal.store.tables.square import follows, likes, poll_votes, polls_open, post_links, posts

_likes = select(func.count(likes.c.id)).where(likes.c.post_id == posts.c.id).scalar_subquery()
_followers = select(func.count(follows.c.id)).where(follows.c.to == accounts.c.id).scalar_subquery()
_following = select(func.count(follows.c.id)).where(follows.c.by == accounts.c.id).scalar_subquery()
_other = posts.alias("other")
_open = _other.c.visibility <= text(str(int(FOR_EVERYBODY[-1])))
_posts = select(func.count(_other.c.id)).where(_other.c.author == accounts.c.id, _open).scalar_subquery()
_newest = select(func.max(_other.c.created_at)).where(_other.c.author == accounts.c.id, _open).scalar_subquery()
_counts = or_(_open, and_(_other.c.visibility == int(Visibility.LOCAL), posts.c.visibility == int(Visibility.LOCAL)))
_reposts = select(func.count(_other.c.id)).where(_other.c.boost_of == posts.c.id, _counts).scalar_subquery()
_answers = select(func.count(_other.c.id)).where(_other.c.reply_to == posts.c.id, _counts).scalar_subquery()
_quotes = (
    select(func.count(_other.c.id))
    .where(_other.c.quote_of == posts.c.id, _other.c.quote_state == text(f"'{ACCEPTED}'"), _open)
    .scalar_subquery()
)
_quoted = select(_other.c.id).where(_other.c.id == posts.c.quote_of)

_standing = posts.c.quote_state == text(f"'{ACCEPTED}'")
_polled = select(posts.c.id).where(posts.c.poll != text("''"))
# Each gives the ids that are wrong, and what is wrong with them.
_WRONG: dict[str, Chained] = {
    "a ruling without its entry in the log": selects(rulings.c.id).where(
        rulings.c.log_index.not_in(select(log_entries.c.index))
    ),
    "a ruling decided and approved by one person": selects(rulings.c.id).where(
        rulings.c.decided_by == rulings.c.approved_by
    ),
    "a post whose count of likes is wrong": selects(posts.c.id).where(posts.c.likes_count != _likes),
    "a post whose count of reposts is wrong": selects(posts.c.id).where(posts.c.boosts_count != _reposts),
    "a post whose count of answers is wrong": selects(posts.c.id).where(posts.c.replies_count != _answers),
    "a post whose count of quotes is wrong": selects(posts.c.id).where(posts.c.quotes_count != _quotes),
    "a quote that stands, of a post that is gone": selects(posts.c.id).where(
        posts.c.quote_of.is_not(None), _standing, ~_quoted.exists()
    ),
    "a vote in a poll that is gone": selects(poll_votes.c.post_id)
    .where(poll_votes.c.post_id.not_in(_polled))
    .distinct(),
    "a poll to be closed that is gone": selects(polls_open.c.post_id).where(polls_open.c.post_id.not_in(_polled)),
    "a link to be followed, of a post that is gone": selects(post_links.c.post_id).where(
        post_links.c.post_id.not_in(select(posts.c.id))
    ),
    "an account whose count of followers is wrong": selects(accounts.c.id).where(
        accounts.c.followers_count != _followers
    ),
    "an account whose count of people it follows is wrong": selects(accounts.c.id).where(
        accounts.c.following_count != _following
    ),
    "an account whose count of posts is wrong": selects(accounts.c.id).where(accounts.c.posts_count != _posts),
    "an account whose newest post is said to be of another day": selects(accounts.c.id).where(
        func.coalesce(accounts.c.last_post_at, -1) != func.coalesce(_newest, -1)
    ),
    "an event that was given up": selects(outbox.c.seq).where(outbox.c.failed_at.is_not(None)),
}
QUESTIONS = {what: asked.limit(20) for what, asked in _WRONG.items()}
# Counts of polls stand in the post's JSON, so they are held against the votes outside SQL, some polls at a time.
POLLS = (
    selects(posts.c.id, posts.c.poll)
    .where(posts.c.id > param("above"), posts.c.poll != text("''"))
    .ordered("id")
    .limit("n")
)
VOTES = (
    selects(poll_votes.c.post_id, poll_votes.c.choice, func.count())
    .where(among(poll_votes.c.post_id, "ids"))
    .group_by(poll_votes.c.post_id, poll_votes.c.choice)
)
VOTERS = (
    selects(poll_votes.c.post_id, func.count(poll_votes.c.account_id.distinct()))
    .where(among(poll_votes.c.post_id, "ids"))
    .group_by(poll_votes.c.post_id)
)
POLLS_AT_ONCE = 500
_poll = msgspec.json.Decoder(Poll).decode

# The word index is searched first: SQLite up to 3.46 at least takes what a connection remembers of the index for what is
# there, and finds fault with it where another connection has merged parts of it since.
PAGES = statement(
    text(
        "SELECT integrity_check FROM (SELECT count(*) AS n FROM post_words WHERE post_words MATCH 'a') "
        "CROSS JOIN pragma_integrity_check WHERE integrity_check <> 'ok' AND n >= 0"
    )
)


async def integrity(reading: Reading) -> list[str]:
    """Every fault, a line each."""
    faults = [f"{what}: {row[0]}" for what, stmt in QUESTIONS.items() for row in await reading.fetch(stmt)]
    faults += [f"a poll whose counts are wrong: {id_}" for id_ in await _polls(reading)]
    if reading.embedded:
        faults += [f"the database file: {row[0]}" for row in await reading.fetch(PAGES)]
    return faults


async def _polls(reading: Reading) -> list[int]:
    """Polls whose votes or voters are not as many as their post says; a vote for no option of theirs counts as such."""
    wrong: list[int] = []
    above = 0
    while rows := await reading.fetch(POLLS, above=above, n=POLLS_AT_ONCE):
        ids = listed([row[0] for row in rows])
        votes = {(post, choice): n for post, choice, n in await reading.fetch(VOTES, ids=ids)}
        voters = dict[int, int]([(row[0], row[1]) for row in await reading.fetch(VOTERS, ids=ids)])
        cast = _by_post(votes)
        for id_, body in rows:
            poll = _poll(body)
            told = {choice: option.votes for choice, option in enumerate(poll.options) if option.votes}
            if told != cast.get(id_, {}) or poll.voters != voters.get(id_, 0):
                wrong.append(id_)
        above = rows[-1][0]
    return wrong


def _by_post(votes: dict[tuple[int, int], int]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    for (post, choice), n in votes.items():
        found.setdefault(post, {})[choice] = n
    return found


IN_SQLITE = statement(text("SELECT name, sql FROM sqlite_master"))
# Where a trigger stands and when it fires, then what its function does.
IN_POSTGRES = statement(
    text("""
    SELECT t.tgname, pg_get_triggerdef(t.oid, true) || p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND pg_table_is_visible(t.tgrelid)
    UNION ALL SELECT conrelid::regclass::text, 'CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'c' AND pg_table_is_visible(conrelid)
    """)
)
_CHECK = regex.compile(r'CONSTRAINT "?(\w+)"? CHECK (\((?:[^()]++|(?2))*+\)(?: NOT VALID)?)')
_ANY = regex.compile(r"= ANY \(ARRAY\[(.*?)\]\)")
_BETWEEN = regex.compile(r"::[a-z]+(?: varying)?|[()\s\"]")


async def faults(reading: Reading) -> list[str]:
    """A line for each trigger or check that is missing or different. A newer store has rules of its own, so nothing is said of one."""
    if await reading.value(migrate.AT) != migrate.versions()[-1]:
        return []
    asked, told = (IN_SQLITE, triggers.told_sqlite) if reading.embedded else (IN_POSTGRES, triggers.told_postgres)
    there = [(row[0], row[1] or "") for row in await reading.fetch(asked)]
    triggers_there = {name: said.strip() for name, said in there}
    lost = [one.name for one in triggers.TRIGGERS if triggers_there.get(one.name) != told(one)]
    checks_there = {(table, name): _words(said) for table, sql in there for name, said in _CHECK.findall(sql)}
    lost += [name for table, name, said in _checks() if checks_there.get((table, name)) != _words(said)]
    return [f"a rule that the database is to keep is missing or another: {name}" for name in lost]


def _checks() -> Iterator[tuple[str, str, str]]:
    """Table, name and words of each check that has a name."""
    for table in meta.tables.values():
        for one in table.constraints:
            if isinstance(one, CheckConstraint) and one.name:
                yield table.name, str(one.name), str(one.sqltext)


def _words(said: str) -> str:
    """What a check says, however it is written down."""
    return _BETWEEN.sub("", _ANY.sub(r"IN (\1)", said))
