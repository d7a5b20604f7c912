"""Rules of the court that no CHECK can say, since they look at other tables: kept by the database, whoever writes a row.

They are no part of any migration, but made anew whenever a store is migrated: SQLite drops those of a table that is copied.
Whoever changes one here adds a migration, be it empty, so that stores that are at the newest version get it too.
"""

from typing import NamedTuple

import regex
from sqlalchemy import Connection


class Trigger(NamedTuple):
    """Before an event on a table, where `condition` holds: nothing is written, and the error is the trigger's name."""

    name: str
    table: str
    event: str
    condition: str


# As `governance/orders/procedure.py` says; a test holds the two against each other.
DECIDING = "'in_review', 'clarifying', 'hearing'"
DECIDED = (
    "'measure_proposed', 'measure_concurred', 'refusal_proposed', 'closing_proposed', "
    "'in_force', 'unseconded', 'change_proposed', 'change_concurred', 'refused', 'closed'"
)
# As `governance/cases/lifecycle.py` and the steps of orders say; a test holds the two against each other.
OVER = "'refused', 'closed', 'lifted', 'lapsed', 'withdrawn', 'set_aside', 'overturned', 'confirmed', 'ended_by_log', 'undecided'"
PROPOSALS = "'measure_proposed', 'refusal_proposed', 'closing_proposed', 'change_proposed'"
UNDECIDED = "'received', 'returned', 'measure_proposed', 'measure_concurred', 'refusal_proposed', 'closing_proposed'"
WAITING = f"{PROPOSALS}, 'measure_concurred', 'change_concurred', 'unseconded'"  # for another person
STAYING = "'in_force', 'unseconded'"  # a case can come to where it stands by a keeping, or an appeal
ORDERS_OVER = "'withdrawn', 'set_aside'"
ORDERS_LET_GO = f"{ORDERS_OVER}, 'closed', 'returned'"  # nobody need answer them
ONWARD = (  # steps that leave no order where it stood
    "'acknowledge', 'check', 'return_order', 'mend', 'replace', 'answer', 'hold_hearing', 'withdraw', 'set_aside', 'stay', "
    "'end_stay', 'close'"
)
# As `governance/orders/papers.py` says; a test holds the two against each other.
AGAIN = 3_600_000
# As `governance/appeals/appeals.py` says; a test holds the two against each other.
MOST_MESSAGES = 100
# As the table of measures says; a test holds the two against each other.
OF_SERVERS = "'refuse_reports', 'refuse_media', 'limit_server', 'suspend_server'"
BY_TWO = "'deamplify', 'suspend', 'limit_server', 'suspend_server'"
# As the verifier says (`law/alone.py`); a test holds the two against each other.
LONGEST_ALONE = ALONE_APART = 2_592_000_000
EMERGENCY_LASTS = 86_400_000
SMALL_NETS = {4: range(24, 33), 6: range(48, 129)}
_SMALL = " OR ".join(
    f"(NEW.what {'' if version == 6 else 'NOT '}LIKE '%:%' AND NEW.what LIKE '%/{length}')"
    for version, lengths in SMALL_NETS.items()
    for length in lengths
)
# A block of a net by which many are shut out, also of one that is written as we write none; whoever is asked first is not.
_ASKED_FIRST = "severity = 'sign_up_requires_approval'"
_SHUTS_MANY_OUT = f"NEW.kind = 'ip' AND NOT NEW.{_ASKED_FIRST} AND NOT ({_SMALL})"
_SERVER = "EXISTS (SELECT 1 FROM servers WHERE id = NEW.subject_id)"
_OUTSIDE = f"""
    COALESCE((
        SELECT e.state FROM order_events e JOIN targets t ON t.order_id = e.order_id
        WHERE t.id = NEW.target_id ORDER BY e.number DESC LIMIT 1
    ), 'received') NOT IN ({DECIDING})
"""  # noqa: S608 - words of ours
_BINDS = """
    EXISTS (
        SELECT 1 FROM rulings r JOIN targets t ON t.id = r.target_id WHERE t.order_id = NEW.order_id AND r.lifted_at IS NULL
    )
"""
# After a stay, and where an appeal leaves less of it, it goes on for the rest of its time.
_GOES_ON = """
    EXISTS (
        SELECT 1 FROM rulings g WHERE g.target_id = NEW.target_id AND g.approved_by IS NULL
        AND g.lifted_at IS NOT NULL AND g.ends_at >= NEW.ends_at
    )
"""
# It goes on from one that was to end later, so somebody who heard an appeal gave it this end.
_SHORTENED = """
    EXISTS (
        SELECT 1 FROM rulings g WHERE g.target_id = NEW.target_id AND g.id < NEW.id AND g.lifted_at IS NOT NULL
        AND g.ends_at > OLD.ends_at
    )
"""
_FORGIVEN = """
    EXISTS (
        SELECT 1 FROM appeals a JOIN rulings r ON r.id = a.ruling_id
        WHERE a.state = 'decided' AND a.outcome <> 'upheld' AND (r.id = NEW.id OR r.target_id = NEW.target_id)
    )
"""
# Somebody answered the notice at that moment, so that a new day is set.
_COUNTERED = """
    EXISTS (
        SELECT 1 FROM staff_notes n JOIN rulings r ON r.id = n."of" JOIN targets t ON t.id = r.target_id
        WHERE n.what = 'counter' AND n.at = NEW.starts_at AND t.order_id = NEW."of"
    )
"""
_WHO = 'NEW."by"'


def accounts_of(who: str) -> str:
    """SQL for somebody's account and those from which or to which it has moved: whoever moves says that both are theirs."""
    return f"""
        WITH RECURSIVE mine (id) AS (
            SELECT {who}
            UNION SELECT CASE m.account_id WHEN mine.id THEN m.to_id ELSE m.account_id END
            FROM mine JOIN moves m ON m.account_id = mine.id OR m.to_id = mine.id
        ) SELECT id FROM mine
    """  # noqa: S608 - words of ours


def _is_among(who: str, those: str) -> str:
    return f"EXISTS (SELECT 1 FROM ({accounts_of(who)}) h WHERE h.id IN ({those}))"  # noqa: S608 - words of ours


# Staff, and whom the law protects, are so by whichever account of theirs.
_THEIRS = accounts_of("COALESCE(NEW.owner_id, NEW.subject_id)")
_ON_STAFF = f"EXISTS (SELECT 1 FROM accounts WHERE (id = NEW.subject_id OR id IN ({_THEIRS})) AND role NOT IN ('member', 'system'))"  # noqa: S608
_ON_PROTECTED = (
    f"EXISTS (SELECT 1 FROM protected_speakers WHERE (account_id = NEW.subject_id OR account_id IN ({_THEIRS})) "  # noqa: S608
    "AND seconded_by IS NOT NULL AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > NEW.starts_at))"
)
# What one person did to the same thing by themselves, and nobody agreed to, and that was not over long before.
_ALONE_BEFORE = f"""
    EXISTS (
        SELECT 1 FROM rulings r WHERE r.subject_id = NEW.subject_id AND r.term = NEW.term
        AND r.decided_by IN ({accounts_of("NEW.decided_by")})
        AND r.approved_by IS NULL AND COALESCE(r.lifted_at, r.ends_at) > NEW.starts_at - {ALONE_APART}
        AND r.measure <> 'warn' AND NEW.measure <> 'warn' AND (r.measure = NEW.measure OR NEW.measure NOT IN ({OF_SERVERS}))
    )
"""  # noqa: S608 - words of ours
_MINE = accounts_of(_WHO)
_MY_TARGET = f"SELECT 1 FROM targets WHERE owner_id IN ({_MINE})"  # noqa: S608 - words of ours
# Where a case stood before the event that is written, and how its order is called.
_BEFORE = "(SELECT b.state FROM case_events b WHERE b.target_id = NEW.target_id ORDER BY b.number DESC LIMIT 1)"
_OF_ORDER = "FROM orders o JOIN targets t ON t.order_id = o.id WHERE t.id = NEW.target_id"
# Its case is over, or stands there already; or nothing waits for a second person, or something does and is proposed over.
_MOVED_ALREADY = f"""
    EXISTS (
        SELECT 1 FROM (SELECT state FROM case_events WHERE target_id = NEW.target_id ORDER BY number DESC LIMIT 1) b
        WHERE b.state IN ({OVER}) OR (b.state = NEW.state AND NEW.state NOT IN ({STAYING}))
        OR (NEW.first_by IS NOT NULL AND b.state NOT IN ({WAITING})) OR (NEW.state IN ({PROPOSALS}) AND b.state IN ({WAITING}))
    )
"""  # noqa: S608 - words of ours
_STEPPED_ALREADY = f"""
    EXISTS (
        SELECT 1 FROM (SELECT state FROM order_events WHERE order_id = NEW.order_id ORDER BY number DESC LIMIT 1) b
        WHERE b.state IN ({ORDERS_OVER}) OR (b.state = NEW.state AND NEW.verb IN ({ONWARD}))
    )
"""  # noqa: S608 - words of ours
# Whoever proposed it, or did it alone: nobody seconds what nobody did.
_DID_IT = """
    EXISTS (
        SELECT 1 FROM case_events f WHERE f.target_id = NEW.target_id AND f."by" = NEW.first_by AND f.state IN (
            'measure_proposed', 'refusal_proposed', 'closing_proposed', 'change_proposed', 'unseconded'
        )
    )
"""
# Carries something out, or agrees to it; to send a proposal back is open to less.
_SECONDS = f"""
    NEW.first_by IS NOT NULL AND (
        NEW.state IN ('measure_concurred', 'change_concurred', 'refused', 'closed') OR (NEW.state = 'in_force' AND (
            {_BEFORE} IN ('measure_proposed', 'measure_concurred', 'unseconded') OR NEW.body LIKE '%"rulings":%'
        ))
    )
"""
# Whoever carries out what a second reviewer agreed to is not that reviewer, who may send it back.
_CONCURRED_IT = f"""
    (NEW.state = 'in_force' AND {_SECONDS} AND EXISTS (
        SELECT 1 FROM (SELECT state, "by" FROM case_events WHERE target_id = NEW.target_id ORDER BY number DESC LIMIT 1) b
        WHERE b.state IN ('measure_concurred', 'change_concurred') AND b."by" IN ({_MINE})
    ))
"""  # noqa: S608 - words of ours
_HOLDS = "SELECT 1 FROM accounts WHERE state = 'active' AND role IN"
# As `law/roles.py` says; a test holds them against each other.
JUDGES, APPROVERS = "'reviewer', 'approver', 'owner'", "'approver', 'owner'"
SANCTIONS = f"'moderator', {JUDGES}"
BLOCKERS = "'moderator', 'owner'"
_OWN_RULES = f"EXISTS (SELECT 1 {_OF_ORDER} AND o.kind = 'own_rules')"
# Took its order in, or ever let in whoever filed it.
_TOOK_IN = f"""
    EXISTS (SELECT 1 {_OF_ORDER} AND ((o.received_by IN ({_MINE}) AND o.filed_by IS NULL)
    OR EXISTS (SELECT 1 FROM authority_users u WHERE u.id = o.filed_by
        AND (u.created_by IN ({_MINE}) OR EXISTS (
            SELECT 1 FROM ({_MINE}) h WHERE CAST(h.id AS TEXT) IN (EACH(u.invited_again_by))
        )))))
"""  # noqa: S608 - words of ours
_LONGER = (
    "EXISTS (SELECT 1 FROM order_events x JOIN targets t ON t.order_id = x.order_id WHERE t.id = NEW.target_id "
    "AND x.verb IN ('extend', 'renew'))"
)
# It lasts longer than its order, and nobody who could has made that longer; or longer than an emergency order that waits.
_BEYOND_ORDER = f"""
    EXISTS (SELECT 1 {_OF_ORDER} AND (
        (o.ends_at IS NOT NULL AND (NEW.ends_at IS NULL OR NEW.ends_at > o.ends_at) AND NOT {_LONGER})
        OR (o.interim_until IS NOT NULL AND (NEW.ends_at IS NULL OR NEW.ends_at > o.interim_until))
    ))
"""
# Some country of it is none of the order's. EACH(...): the codes of a list, a row each, as either database says it.
_WIDER = (
    f"EXISTS (SELECT 1 {_OF_ORDER} AND o.territory <> 'XX' AND EXISTS (EACH(NEW.territory) EXCEPT EACH(o.territory)))"
)
# What an appeal is about (x), and (r) that with what it goes on from or went on as, whole or in parts, also under another order.
_APPEALED = """
    rulings x LEFT JOIN targets t ON t.id = x.target_id
    JOIN rulings r ON r.id = x.id
    OR (r.term = x.term AND (r.subject_id IN (x.subject_id, t.subject_id) OR x.subject_id = t.subject_id)
    AND (r.target_id = x.target_id OR r.target_id IN (
        SELECT n.target_id FROM case_events o JOIN case_events n ON n.log_index = o.log_index
        WHERE o.target_id = x.target_id AND 'confirmed' IN (o.state, n.state)
    )))
"""
# Who decided any of it, or an earlier appeal about it, is not to hear this one.
_DECIDED_IT = f"""
    EXISTS (
        SELECT 1 FROM {_APPEALED}
        WHERE x.id = NEW.ruling_id AND {_is_among("NEW.decided_by", "r.decided_by, r.approved_by, r.concurred_by")}
    )
"""  # noqa: S608 - words of ours
_HEARD_IT = f"""
    EXISTS (
        SELECT 1 FROM {_APPEALED} JOIN appeals a ON a.ruling_id = r.id
        WHERE x.id = NEW.ruling_id AND a.id <> NEW.id AND {_is_among("NEW.decided_by", "a.decided_by")}
    )
"""  # noqa: S608 - words of ours
# In an appeal that is over; or by somebody else than who filed it, as such; or as the staff's, by who may not hear it.
_BY_NEITHER_SIDE = f"""
    NOT EXISTS (
        SELECT 1 FROM appeals WHERE id = NEW.appeal_id AND state = 'filed'
        AND ((NEW.staff = 0 AND account_id = {_WHO}) OR (NEW.staff <> 0 AND account_id NOT IN ({_MINE})))
    ) OR (NEW.staff <> 0 AND NOT EXISTS ({_HOLDS} ({SANCTIONS}) AND id = {_WHO}))
"""  # noqa: S608 - words of ours
_WRITTEN = "(SELECT COUNT(*) FROM appeal_messages WHERE appeal_id = NEW.appeal_id AND staff = NEW.staff)"
_STAGE = '(SELECT e.state FROM order_events e WHERE e.order_id = NEW."of" ORDER BY e.number DESC LIMIT 1)'
# What a deadline is about still waits for it.
_STILL_DUE = f"""
    NEW.stopped_at IS NOT NULL AND (
        (NEW.what = 'appeal' AND EXISTS (SELECT 1 FROM appeals WHERE id = NEW."of" AND state = 'filed'))
        OR (NEW.what = 'report' AND EXISTS (SELECT 1 FROM reports WHERE id = NEW."of" AND state = 'open'))
        OR (NEW.what = 'order' AND {_STAGE} NOT IN ({ORDERS_LET_GO}) AND (
            (NEW.kind = 'acknowledge' AND {_STAGE} = 'received')
            OR (NEW.kind = 'confirm_interim' AND NOT EXISTS (
                SELECT 1 FROM order_events WHERE order_id = NEW."of" AND verb = 'confirm'
            ))
            OR (NEW.kind = 'act' AND EXISTS (
                SELECT 1 FROM targets t JOIN case_events e ON e.target_id = t.id
                WHERE t.order_id = NEW."of" AND e.state IN ({UNDECIDED})
                AND NOT EXISTS (SELECT 1 FROM case_events n WHERE n.target_id = t.id AND n.number > e.number)
            ))
        ))
    )
"""  # noqa: S608 - words of ours
_KNOWN = ("email_domain", "keys", "issuer_class", "office", "name_hi")
# What is known of an authority is what two agreed to. Its address goes where it is erased, and nothing else of it.
_NOT_AS_AGREED = f"""
    NOT EXISTS (
        SELECT 1 FROM authority_changes WHERE authority_id = NEW.id AND agreed_by IS NOT NULL AND log_index = NEW.log_index
    ) AND NOT (NEW.contact = '' AND {" AND ".join(f"NEW.{name} = OLD.{name}" for name in _KNOWN)})
"""  # noqa: S608 - words of ours
# The same of what was proposed, in which the address stands last.
_NOT_AS_PROPOSED = """
    NEW.body <> OLD.body AND NOT (
        NEW.body LIKE '%"contact":""}' AND SUBSTR(NEW.body, 1, LENGTH(NEW.body) - 2) = SUBSTR(OLD.body, 1, LENGTH(NEW.body) - 2)
    )
"""
# The day (ms) that was last set for an order's hearing. NUMBER(…): a number in the body of an event, as either database reads it.
_HEARING_DAY = """
    (SELECT NUMBER(e.body, until) FROM order_events e
    WHERE e.order_id = NEW.order_id AND e.verb = 'set_hearing' ORDER BY e.number DESC LIMIT 1)
"""


# What was done stays done: of these tables no row goes, and of these columns none is written anew. What the log says word for
# word is not among them: it is compared with the log (`governance/log/reconcile.py`), and erased words go.
STAYS = {
    "case_events": "target_id, number, state, by, at, log_index, first_by",
    "order_events": "order_id, number, state, verb, by, at, log_index",
    "targets": "order_id, number, as_written, kind, subject_id, owner_id, term, demanded, speaker, unseen",
    "orders": "authority_id, received_by, filed_by, regime, regime_version, confirms, replaces, gag_until",
    "authorities": "name, jurisdiction, created_at, created_by",
    "authority_changes": "authority_id, proposed_by, proposed_at",
    "authority_users": "authority_id, name, rank, email, created_at, created_by",
    "rulings": "target_id, owner_id, decided_by, concurred_by, regime, protected, permanent, second_by",
    "appeals": "ruling_id, account_id, text, filed_at, due_at, not_by_first, not_by_second, not_by_third, log_index",
    "appeal_messages": "appeal_id, by, staff, text, at",
    "reports": "reporter_id, account_id, post_ids, comment, server, forward",
    "protected_speakers": "account_id, class, evidence, granted_by, granted_at, ends_at",
    "evidence": "subject_id, kind, owner_id, sha256, taken_at",
    "doors": "kind, created_at, created_by",
    "tellings": "ruling_id, account_id, about, gag",
    "clocks": "what, of, kind",
    "staff_looks": "by, at, what, of, purpose",
    "staff_notes": "what, of, by, text, at",  # counter-notices among them
    "frozen_files": "period, revision, name, body",
}
# (Of reports, what nobody has confirmed goes; of a net that is let in again the walk finds that no entry says so.)
LEFT_OUT = {(table, "DELETE") for table in ("rulings", "orders", "authorities", "reports", "doors")}
_WHATEVER = "1 = 1"


def keeps(event: str) -> str:
    """Whether an event says that what is in force was looked at again and stays (`governance/cases/reviews.py`, `keepings`).

    It begins nothing, seconds nobody, and has an entry of its own: another act that leaves a case where it stands may have
    none, as the one that `tests/journeys/test_new_act.py` adds.
    """
    return f"""
        {event}.state = 'in_force' AND {event}.first_by IS NULL AND {event}.body NOT LIKE '%"rulings":%'
        AND {event}.log_index IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM case_events o
            WHERE o.target_id = {event}.target_id AND o.number < {event}.number AND o.log_index = {event}.log_index
        )
    """  # noqa: S608 - words of ours


# A matter answers the report already, and waits for somebody, or was opened a little while ago: the report is settled behind it.
_ANSWERED_ALREADY = f"""
    EXISTS (
        SELECT 1 FROM orders o JOIN targets t ON t.order_id = o.id JOIN case_events e ON e.target_id = t.id
        WHERE o.report_id = NEW.report_id AND e.state NOT IN ('not_found', {OVER})
        AND (e.state IN ('received', 'returned', {WAITING}) OR NEW.received_at < o.received_at + {AGAIN})
        AND NOT EXISTS (SELECT 1 FROM case_events n WHERE n.target_id = t.id AND n.number > e.number)
    )
"""  # noqa: S608 - words of ours
# Something that stands now was kept by the same person a little while ago, whatever others did in between.
_KEPT_ALREADY = f"""
    {keeps("NEW")} AND EXISTS (
        SELECT 1 FROM case_events k JOIN rulings r ON r.target_id = k.target_id
        WHERE k.target_id = NEW.target_id AND k."by" = {_WHO} AND NEW.at < k.at + {AGAIN} AND {keeps("k")}
        AND r.lifted_at IS NULL AND r.starts_at <= k.at AND (r.ends_at IS NULL OR r.ends_at > NEW.at)
    )
"""  # noqa: S608 - words of ours
# What happens once: in which table, and the columns that it writes, of which the first says that it happened.
ONCE = {
    "rulings_approved_once": ("rulings", "approved_by"),
    "appeals_decided_once": ("appeals", "decided_at, state, decided_by, outcome, decided_log_index"),
    "orders_published_once": ("orders", "published_at"),
    "authorities_agreed_once": ("authorities", "agreed_by"),
    "authority_changes_ended_once": ("authority_changes", "ended_at, agreed_by"),
    "protected_speakers_seconded_once": ("protected_speakers", "seconded_by"),
    "protected_speakers_ended_once": ("protected_speakers", "ended_at, ended_by"),
}


def _last(role: str, gone: str) -> str:
    """Whether the row is the last open account with a role."""
    return (
        f"OLD.role = '{role}' AND OLD.state = 'active' AND {gone} AND NOT EXISTS "  # noqa: S608 - words of ours
        f"(SELECT 1 FROM accounts WHERE role = '{role}' AND state = 'active' AND id <> OLD.id)"
    )


TRIGGERS = (
    # Nothing is decided under an order that was not checked or is over, and none ends that binds.
    Trigger(
        "rulings_begin_by_the_orders_stage", "rulings", "INSERT", f"NEW.target_id IS NOT NULL AND {_OUTSIDE}",
    ),
    Trigger(
        "cases_decided_by_the_orders_stage", "case_events", "INSERT", f"NEW.state IN ({DECIDED}) AND {_OUTSIDE}",
    ),
    Trigger(
        "orders_end_when_nothing_binds", "order_events", "INSERT", f"NEW.state IN ('closed', 'returned') AND {_BINDS}",
    ),
    # What happens once: of two who do it the second finds it done, and of each proposal the log has one outcome.
    Trigger("cases_moved_once", "case_events", "INSERT", _MOVED_ALREADY),
    Trigger(
        "cases_follow_the_log_when_nothing_binds", "case_events", "INSERT",
        "NEW.state = 'ended_by_log' AND (EXISTS (SELECT 1 FROM rulings WHERE target_id = NEW.target_id AND lifted_at IS NULL) "
        "OR NOT EXISTS (SELECT 1 FROM rulings WHERE target_id = NEW.target_id AND lift_log_index = NEW.log_index))",
    ),
    Trigger("cases_kept_once", "case_events", "INSERT", _KEPT_ALREADY),
    Trigger("orders_moved_once", "order_events", "INSERT", _STEPPED_ALREADY),
    *(
        Trigger(name, table, f"UPDATE OF {columns}", f"OLD.{columns.split(',')[0]} IS NOT NULL")
        for name, (table, columns) in ONCE.items()
    ),
    # (That an end is gone is found by holding it against the log.)
    Trigger("rulings_lifted_once", "rulings", "UPDATE OF lift_log_index", "NEW.lift_log_index <> OLD.lift_log_index"),
    # What is told openly does not become secret: of a secret one whose things it limits is told nothing.
    Trigger("rulings_become_no_secret", "rulings", "UPDATE OF neutral", "NEW.neutral > OLD.neutral"),
    # Two decide, each with a role that opens it now, neither about what is their own; whatever came between the two.
    Trigger(
        "cases_not_by_their_owner", "case_events", "INSERT",
        "NEW.state NOT IN ('received', 'not_found') "
        f"AND EXISTS ({_MY_TARGET} AND id = NEW.target_id)",
    ),
    Trigger(
        "orders_not_by_their_owner", "order_events", "INSERT",
        # The change of a measure is of one thing, and its case says whose that is.
        "NEW.verb NOT IN ('receive', 'extend', 'renew', 'amend') AND "
        f"EXISTS ({_MY_TARGET} AND order_id = NEW.order_id)",
    ),
    Trigger(
        "cases_decided_by_two", "case_events", "INSERT",
        "(NEW.first_by IS NULL AND NEW.state IN ('refused', 'closed', 'measure_concurred', 'change_concurred')) "
        f"OR (NEW.first_by IS NOT NULL AND (NOT {_DID_IT} OR (NEW.first_by <> {_WHO} AND NEW.first_by IN ({_MINE})) "
        f"OR {_CONCURRED_IT}))",
    ),
    Trigger(
        "cases_decided_by_staff", "case_events", "INSERT",
        f"({_SECONDS}) AND (NOT EXISTS ({_HOLDS} ({SANCTIONS}) AND id = NEW.first_by) "
        f"OR NOT EXISTS ({_HOLDS} ({SANCTIONS}) AND id = {_WHO}))",
    ),
    Trigger(
        "cases_approved_by_approvers", "case_events", "INSERT",
        f"NEW.first_by IS NOT NULL AND (NEW.state = 'refused' OR NEW.state = 'closed' OR (NEW.state = 'in_force' AND {_BEFORE} IN "
        f"('measure_proposed', 'measure_concurred'))) AND NOT {_OWN_RULES} AND NOT EXISTS ({_HOLDS} ({APPROVERS}) AND id = {_WHO})",
    ),
    # An emergency order is confirmed by one that somebody else took in, or for which somebody else let its authority's people in.
    Trigger(
        "cases_taken_over_by_another_person", "case_events", "INSERT",
        f"NEW.state = 'in_force' AND NEW.first_by IS NULL AND {_BEFORE} IN ('received', 'returned', 'not_found') "
        f"AND {_TOOK_IN}",
    ),
    Trigger("hearings_held_on_their_day", "order_events", "INSERT", f"NEW.verb = 'hold_hearing' AND NEW.at < {_HEARING_DAY}"),
    # A measure is no wider than its order and lasts no longer, and in an emergency one person's is over in a day.
    Trigger("rulings_within_their_order", "rulings", "INSERT", _WIDER),
    Trigger("rulings_end_with_their_order", "rulings", "INSERT", _BEYOND_ORDER),
    Trigger("rulings_end_no_later", "rulings", "UPDATE OF ends_at", _BEYOND_ORDER),
    Trigger("rulings_end_after_they_begin", "rulings", "INSERT", "NEW.ends_at <= NEW.starts_at"),
    # Whoever agrees to what one person did lets it last as decided, but for what an appeal has taken from it since.
    Trigger(
        "rulings_seconded_no_longer_than_appealed", "rulings", "UPDATE OF ends_at",
        f"(NEW.ends_at IS NULL OR NEW.ends_at > OLD.ends_at) AND {_SHORTENED}",
    ),
    # A strike counts as long as was decided: a second person says so by agreeing, and an appeal forgives it.
    Trigger(
        "rulings_strikes_stay", "rulings", "UPDATE OF strike_until",
        "COALESCE(NEW.strike_until, 0) <> COALESCE(OLD.strike_until, 0) AND (OLD.approved_by IS NOT NULL OR NEW.approved_by IS NULL) "
        f"AND NOT (NEW.strike_until IS NULL AND {_FORGIVEN})",
    ),
    Trigger(
        "rulings_emergency_for_a_day", "rulings", "INSERT",
        f"NEW.approved_by IS NULL AND NEW.alone = 0 AND (NEW.ends_at IS NULL OR NEW.ends_at > NEW.starts_at + {EMERGENCY_LASTS})",
    ),
    # An appeal is of whoever is limited, and is decided by somebody, who may, with an entry in the log: else a row would spend their one.
    Trigger(
        "appeals_filed_by_whom_it_is_about", "appeals", "INSERT",
        "NEW.state <> 'filed' OR NEW.decided_by IS NOT NULL OR NEW.decided_at IS NOT NULL "
        "OR NOT EXISTS (SELECT 1 FROM rulings WHERE id = NEW.ruling_id AND owner_id = NEW.account_id)",
    ),
    Trigger(
        "appeals_decided_by_staff", "appeals", "UPDATE OF state, decided_by",
        f"(NEW.state = 'decided' AND NOT EXISTS ({_HOLDS} ({SANCTIONS}) AND id = NEW.decided_by)) "
        "OR (NEW.state <> 'filed' AND (NEW.decided_at IS NULL OR NEW.decided_log_index IS NULL))",
    ),
    Trigger(
        "appeals_heard_by_no_decider", "appeals", "UPDATE OF decided_by",
        f"NEW.decided_by IS NOT NULL AND ({_is_among("NEW.decided_by", "NEW.account_id")} OR {_DECIDED_IT})",
    ),
    Trigger("appeals_not_heard_again", "appeals", "UPDATE OF decided_by", f"NEW.decided_by IS NOT NULL AND {_HEARD_IT}"),
    # Who shuts many out by themselves lets them in again soon, unless another person lets it last.
    Trigger(
        "doors_that_shut_many_out_end", "doors", "INSERT",
        f"{_SHUTS_MANY_OUT} AND (NEW.agreed_by IS NOT NULL OR NEW.expires_at IS NULL OR NEW.expires_at > NEW.created_at + {LONGEST_ALONE})",
    ),
    Trigger(
        "doors_that_shut_many_out_stay", "doors", "UPDATE OF what, severity",
        f"{_SHUTS_MANY_OUT} AND (NEW.what <> OLD.what OR OLD.{_ASKED_FIRST} "
        "OR (NEW.severity = 'no_access' AND OLD.severity <> 'no_access'))",
    ),
    Trigger(
        "doors_that_shut_many_out_last_by_two", "doors", "UPDATE OF expires_at",
        f"{_SHUTS_MANY_OUT} AND OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR (NEW.expires_at > OLD.expires_at "
        f"AND NEW.expires_at > NEW.created_at + {LONGEST_ALONE})) "
        f"AND (NEW.agreed_by IS NULL OR {_is_among("NEW.agreed_by", "NEW.created_by")} "
        f"OR NOT EXISTS ({_HOLDS} ({BLOCKERS}) AND id = NEW.agreed_by))",
    ),
    # Deadlines run until what they are about is done, and from when it came until when it was to be done. Another counter-notice
    # has another day; a look again is set by the day of its measure, which the walk holds against the log.
    Trigger("clocks_run_until_it_is_done", "clocks", "UPDATE OF stopped_at", _STILL_DUE),
    Trigger(
        "clocks_are_not_put_off", "clocks", "UPDATE OF starts_at, due_at",
        "(NEW.starts_at <> OLD.starts_at OR NEW.due_at <> OLD.due_at) AND NEW.kind <> 'review' "
        f"AND NOT (NEW.kind = 'restore' AND NEW.starts_at > OLD.starts_at AND {_COUNTERED})",
    ),
    # That somebody was told, or not yet, is said by an entry of its own.
    Trigger("tellings_begin_untold", "tellings", "INSERT", "NEW.sent_at IS NOT NULL"),
    Trigger(
        "tellings_told_with_an_entry", "tellings", "UPDATE OF sent_at, due_at",
        "OLD.sent_at IS NULL AND (NEW.log_index IS NULL OR NEW.log_index = OLD.log_index)",
    ),
    # In an appeal that waits write whoever filed it and whoever may hear it, and neither of them without an end.
    Trigger("appeal_messages_by_both_sides", "appeal_messages", "INSERT", _BY_NEITHER_SIDE),
    Trigger("appeal_messages_no_more", "appeal_messages", "INSERT", f"{_WRITTEN} >= {MOST_MESSAGES}"),
    # Who says what became of a report is neither whoever wrote it nor whom it is about. (The house settles it by what was done.)
    Trigger(
        "reports_resolved_by_another", "reports", "UPDATE OF resolved_by",
        f"{_is_among("NEW.resolved_by", "NEW.account_id, NEW.reporter_id")} "
        f"OR (NEW.resolved_by <> 0 AND NOT EXISTS ({_HOLDS} ({SANCTIONS}) AND id = NEW.resolved_by))",
    ),
    *(
        Trigger(f"{table}_stay{word}", table, event, _WHATEVER)
        for table, columns in STAYS.items()
        for word, event in (("_as_they_were", f"UPDATE OF {columns}"), ("", "DELETE"))
        if (table, event) not in LEFT_OUT
    ),
    Trigger("reports_that_count_stay", "reports", "DELETE", "OLD.state <> 'unconfirmed'"),
    # An authority that nobody agreed to goes, the others stay; and so does who let somebody in.
    Trigger("authorities_agreed_stay", "authorities", "DELETE", "OLD.agreed_by IS NOT NULL"),
    Trigger(
        "authority_users_keep_who_let_them_in", "authority_users", "UPDATE OF invited_again_by",
        "NEW.invited_again_by NOT LIKE OLD.invited_again_by || '%'",
    ),
    # What is known of an authority is by two people, and until they agree nothing is taken from it.
    Trigger(
        "orders_from_agreed_authorities", "orders", "INSERT",
        "EXISTS (SELECT 1 FROM authorities WHERE id IN (NEW.authority_id, NEW.flagged_by) AND agreed_by IS NULL)",
    ),
    Trigger("orders_one_matter_for_a_report", "orders", "INSERT", f"NEW.report_id IS NOT NULL AND {_ANSWERED_ALREADY}"),
    # An order confirms an emergency order of the same authority, and nothing else.
    Trigger(
        "orders_confirm_emergencies", "orders", "INSERT",
        "NEW.confirms IS NOT NULL AND NOT EXISTS (SELECT 1 FROM orders WHERE id = NEW.confirms AND emergency = 1 "
        "AND authority_id = NEW.authority_id)",
    ),
    # A mended version takes the place of an order of the same authority that was sent back and has none yet.
    Trigger(
        "orders_replace_what_was_sent_back", "orders", "INSERT",
        "NEW.replaces IS NOT NULL AND NOT EXISTS (SELECT 1 FROM orders WHERE id = NEW.replaces AND authority_id = NEW.authority_id "
        "AND 'returned' = (SELECT e.state FROM order_events e WHERE e.order_id = NEW.replaces ORDER BY e.number DESC LIMIT 1))",
    ),
    Trigger("authorities_changed_by_two", "authorities", f"UPDATE OF contact, {', '.join(_KNOWN)}", _NOT_AS_AGREED),
    Trigger("authority_changes_stay_as_they_were_proposed", "authority_changes", "UPDATE OF body", _NOT_AS_PROPOSED),
    # One line of checkpoints, whoever signs: each of a log that is there, and none of less than was signed before.
    Trigger(
        "checkpoints_follow_the_log", "log_checkpoints", "INSERT",
        "NEW.size < COALESCE((SELECT MAX(size) FROM log_checkpoints), 0) "
        "OR NEW.size > COALESCE((SELECT CAST(value AS BIGINT) FROM marks WHERE key = 'log_size'), 0)",
    ),
    # A whole server is limited by the house's own rules, everywhere, by a measure for servers; nothing else is limited by one of those.
    Trigger(
        "rulings_of_servers", "rulings", "INSERT",
        f"NEW.measure IN ({OF_SERVERS}) AND (NEW.basis <> 'own_rules' OR NEW.territory <> 'XX' "
        f"OR NEW.owner_id IS NOT NULL OR NOT {_SERVER})",
    ),
    Trigger(
        "rulings_withhold_no_server", "rulings", "INSERT",
        f"NEW.measure NOT IN ({OF_SERVERS}) AND NEW.term = '' AND {_SERVER}",
    ),
    # Some measures take two people, but for an emergency's day; what is done to staff or to whom the law protects always does.
    Trigger(
        "rulings_by_two_people_always", "rulings", "INSERT",
        f"NEW.measure IN ({BY_TWO}) AND NEW.approved_by IS NULL AND NEW.second_by IS NULL",
    ),
    Trigger("rulings_two_on_staff", "rulings", "INSERT", f"NEW.approved_by IS NULL AND {_ON_STAFF}"),
    Trigger(
        "rulings_two_on_protected", "rulings", "INSERT", f"NEW.approved_by IS NULL AND {_ON_PROTECTED}",
    ),
    # What one person did by themselves is soon over, does not grow, and is not begun anew by turns.
    Trigger(
        "rulings_alone_not_for_long", "rulings", "INSERT",
        f"NEW.approved_by IS NULL AND (NEW.ends_at IS NULL OR NEW.ends_at > NEW.starts_at + {LONGEST_ALONE})",
    ),
    Trigger(
        "rulings_alone_not_again", "rulings", "INSERT", f"NEW.approved_by IS NULL AND {_ALONE_BEFORE} AND NOT {_GOES_ON}",
    ),
    Trigger(
        "rulings_alone_not_longer", "rulings", "UPDATE OF ends_at, starts_at, approved_by",
        "NEW.approved_by IS NULL AND (OLD.approved_by IS NOT NULL OR NEW.ends_at IS NULL OR NEW.ends_at > OLD.ends_at "
        "OR NEW.starts_at <> OLD.starts_at)",
    ),
    *(
        Trigger(f"accounts_keep_an_{role}_{event.lower()[:6]}", "accounts", event, _last(role, gone))
        for role in ("owner", "approver")
        for event, gone in (
            ("UPDATE OF role, state", f"(NEW.role <> '{role}' OR NEW.state <> 'active')"), ("DELETE", "OLD.id IS NOT NULL"),
        )
    ),
)  # fmt: skip


def remove(connection: Connection) -> None:
    """Out of the way of migrations: SQLite renames no table of which a trigger of another one speaks."""
    if connection.dialect.name == "sqlite":
        _drop(connection)


def install(connection: Connection) -> None:
    """Make every trigger as it is today, in place of what was there; a rule that has another name today, or is none, goes."""
    for trigger in TRIGGERS:
        for line in made(trigger, connection.dialect.name):
            connection.exec_driver_sql(line)
    _drop(connection, but=frozenset(trigger.name for trigger in TRIGGERS))


# Known by what they say, whatever version made them: an operator's own are left alone.
OURS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND instr(sql, 'RAISE(ABORT, ''' || name || ''')') > 0",
    "postgresql": (
        "SELECT proname FROM pg_proc WHERE prorettype = 'trigger'::regtype AND pg_function_is_visible(oid) "
        "AND strpos(prosrc, 'RAISE EXCEPTION ''' || proname || ''' USING ERRCODE') > 0"
    ),
}
DROPPED = {"sqlite": 'DROP TRIGGER "{name}"', "postgresql": 'DROP FUNCTION "{name}"() CASCADE'}


def _drop(connection: Connection, but: frozenset[str] = frozenset()) -> None:
    """Drop our triggers, whatever version made them, except those named."""
    dialect = connection.dialect.name
    for (name,) in connection.exec_driver_sql(OURS[dialect]).fetchall():
        if name not in but:
            connection.exec_driver_sql(DROPPED[dialect].format(name=name))


EACH, NUMBER = regex.compile(r"EACH\(([\w.]+)\)"), regex.compile(r"NUMBER\(([\w.]+), (\w+)\)")
DIALECTS = {
    "sqlite": (
        r"""SELECT value FROM json_each('["' || replace(\1, ',', '","') || '"]')""",
        r"json_extract(\1, '$.\2')",
    ),
    "postgresql": (r"SELECT unnest(string_to_array(\1, ','))", r"CAST(CAST(\1 AS json) ->> '\2' AS BIGINT)"),
}


def _when(t: Trigger, dialect: str) -> str:
    lists, numbers = DIALECTS[dialect]
    return NUMBER.sub(numbers, EACH.sub(lists, t.condition))


def told_sqlite(t: Trigger) -> str:
    """What SQLite keeps of it."""
    return f"CREATE TRIGGER {t.name} BEFORE {t.event} ON {t.table} WHEN {_when(t, 'sqlite')} BEGIN SELECT RAISE(ABORT, '{t.name}'); END"


def told_postgres(t: Trigger) -> str:
    """What PostgreSQL keeps of it and of its function."""
    return f"CREATE TRIGGER {_fires(t)} {_body(t)}"


def _fires(t: Trigger) -> str:
    return f"{t.name} BEFORE {t.event} ON {t.table} FOR EACH ROW EXECUTE FUNCTION {t.name}()"


def _body(t: Trigger) -> str:
    row = "OLD" if t.event == "DELETE" else "NEW"
    raised = f"RAISE EXCEPTION '{t.name}' USING ERRCODE = 'check_violation'"
    return f"BEGIN IF {_when(t, 'postgresql')} THEN {raised}; END IF; RETURN {row}; END"


def made(t: Trigger, dialect: str) -> tuple[str, ...]:
    """The statements that make it."""
    if dialect == "sqlite":
        return (told_sqlite(t),)
    return (
        f"CREATE OR REPLACE FUNCTION {t.name}() RETURNS trigger LANGUAGE plpgsql AS $$ {_body(t)} $$",
        f"CREATE OR REPLACE TRIGGER {_fires(t)}",
    )
