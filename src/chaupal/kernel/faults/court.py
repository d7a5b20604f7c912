"""Why the court does not do something: the case, the order or the appeal stands elsewhere, or it is another's to do."""

from chaupal.kernel.faults.fault import Fault, alike, at, whole
from chaupal_audit.marked import N_

FAULTS: dict[str, Fault] = {
    "already_appealed": whole(N_("You have appealed against this already")),
    "appeal_too_late": whole(N_("The time for an appeal is over")),
    "not_in_force": whole(N_("This ruling is not in force")),
    "appeal_decided": whole(N_("This appeal has been decided")),
    "decided_by_you": whole(N_("You decided what is appealed; somebody else must hear this")),
    "heard_by_you": whole(N_("You decided an earlier appeal about the same thing; somebody else must hear this one")),
    "net_longer_by_another": whole(
        N_("You shut this large network out; for longer than 30 days somebody else must want it, too")
    ),
    "appeal_full": whole(N_("No more can be written in this appeal; it is decided by what stands there")),
    "reported_by_you": whole(N_("You reported this yourself; somebody else must look at it")),
    "suit_noted_by_you": whole(N_("You decided this; somebody else must note that it is before a court")),
    "found_right_by_you": whole(N_("You decided this; somebody else must note that others found it right")),
    "no_counter_now": whole(N_("This cannot be done with a counter-notice as it stands")),
    "counter_too_soon": whole(N_("The law's first day for showing it again has not come")),
    "not_to_be_told": whole(N_("Nobody was to be told of this")),
    "told_lately": whole(N_("They were told of this less than a day ago")),
    "told_later": whole(N_("Its law does not let them be told yet; they are told by themselves once it does")),
    "noted_already": whole(N_("This was noted already")),
    "nothing_filed_there": whole(N_("Nothing was filed there")),
    "about_theirs": whole(N_("This is about something of theirs; somebody else must work on it")),
    "appeal_written": whole(N_("Something was written in this appeal meanwhile; please look at it again")),
    "case_moved": whole(N_("This case has moved meanwhile; please look at it again")),
    "order_moved": whole(N_("This order has moved meanwhile; please look at it again")),
    "edited_meanwhile": whole(N_("The post was edited since this was proposed: look at it again")),
    "lack_not_seen": whole(N_("The order lacks something that whoever proposed this did not see: send it back")),
    "nothing_proposed": whole(N_("Nothing is proposed")),
    "takes_two": whole(N_("This takes two people: propose it, and let somebody else approve")),
    "protected_takes_two": whole(
        N_("This concerns a protected speaker. This takes two people: propose it, and let somebody else approve")
    ),
    "staff_takes_two": whole(
        N_("This concerns somebody of the staff. This takes two people: propose it, and let somebody else approve")
    ),
    "alone_again": whole(
        N_(
            "You did this alone before, and nobody agreed to it. This takes two people: propose it, and let somebody else approve"
        )
    ),
    "second_reviewer_missing": whole(
        N_("This concerns a protected speaker: a second reviewer must agree before it can be approved")
    ),
    "third_person": whole(N_("You agreed to this as second reviewer; a third person must approve it")),
    "own_team": whole(N_("Somebody of your own role did this; by the rules of this server another must decide")),
    "nothing_named_so": whole(N_("Nothing of that name is here")),
    "about_yours": whole(N_("This is about something of your own; somebody else must act")),
    "not_staff_now": whole(N_("You are not of the staff as you were, or your account is limited; ask an owner")),
    "proposed_by_you": whole(N_("You proposed this yourself; a second person must decide")),
    "proposer_unheld": whole(
        N_("Whoever proposed or agreed to this may not do so any more: send it back, so that it is proposed anew")
    ),
    "only_back": whole(N_("You can send this back; an approver decides whether it is carried out")),
    "nothing_about": whole(N_("There is nothing here that this decision could be about")),
    "no_matter": whole(N_("This ruling belongs to no matter")),
    "not_its_to_ask": whole(N_("Its law does not let this issuer ask for it: it can only be refused or sent back")),
    "order_over": whole(N_("The time of this order is over")),
    "proposal_rewritten": whole(
        N_("This is not what was proposed and committed to: somebody changed it in the database. Send it back")
    ),
    "proposal_over": whole(N_("The end that was proposed has passed meanwhile; send it back, or propose it anew")),
    "origin_unchecked": whole(
        N_("Nobody has made sure yet that this order is genuine; note how its origin was checked first")
    ),
    "order_unchecked": whole(N_("Nobody has checked this order yet: check its form first")),
    "order_sent_back": whole(
        N_("This order was sent back: nothing is decided under it until it is mended and checked")
    ),
    "order_stayed": whole(N_("This order is stayed: nothing is decided under it")),
    "order_ended": whole(N_("This order is over: nothing is decided under it")),
    "still_binds": whole(N_("Something is in force or stayed by this order: that ends first")),
    "still_open": whole(N_("Something is proposed under this order: it is approved or sent back first")),
    "step_by_two": whole(N_("This takes two people: it is proposed about each thing, and somebody else approves")),
    "step_by_version": whole(N_("This comes with the mended version: take that in as an order that replaces this one")),
    "hearing_later": whole(N_("This hearing is set for a later day; set another day first")),
    "confirms_own_intake": whole(N_("You took in the order that confirms this one; somebody else must take this step")),
    "only_from_outside": whole(N_("This matter is the house's own: no authority asked for it")),
    "only_emergency": whole(N_("Only an emergency order is confirmed")),
    "emergency_not_extended": whole(N_("An emergency order is confirmed by another order, not extended")),
    "nothing_changed": whole(N_("Nothing was changed")),
    "authority_change_waits": whole(
        N_("Something else is proposed of this authority: that is agreed to or dropped first")
    ),
    "authority_proposal_moved": whole(N_("Something else is proposed of this authority now; please look at it again")),
    "authority_unproposed": whole(N_("Nothing is proposed of this authority")),
    "log_key_changing": whole(N_("The log's key is being changed already; the next checkpoint completes that")),
    "log_has_begun": whole(
        N_("This log has begun already: what it goes on from is said by its first entry, or by none")
    ),
    "log_has_nothing": whole(N_("There is no entry in this log that a new one could begin with")),
    "log_lacks_nothing": whole(N_("All that was seen of this log is here: it goes on, and needs no new one")),
    "log_copy_has_no_more": whole(N_("This copy of the log has no entry that is not here")),
    "log_copy_too_old": whole(
        N_(
            "This copy has %(size)s entries, and somebody has seen %(seen)s: take a newer copy, or the log would have two histories"
        )
    ),
    "log_copy_unwitnessed": whole(
        N_("%(signed)s witnesses have signed the checkpoint of this copy, and %(needed)s are needed: take another copy")
    ),
    "entry_waits": whole(N_("The log has not come to this entry yet; an entry about it would tell that it waits")),
    "act_not_erased": whole(
        N_("What a secret entry says of the act itself is never erased; name the fields that are about people")
    ),
    "proposal_erased": whole(N_("Words of this proposal were erased; send it back, so that it is proposed anew")),
    "erases_own": whole(
        N_("You had a hand in this yourself; somebody else who may open entries must erase words of it")
    ),
    "log_unwitnessed": whole(N_("This log is not witnessed here")),
    "checkpoint_unsigned": whole(N_("The checkpoint is not signed by a known key of its log")),
    "proof_leads_elsewhere": whole(N_("The proof does not lead from the old size to the checkpoint")),
    "old_size_larger": whole(N_("the old size is larger than the checkpoint's")),
    "text_changed_meanwhile": whole(N_("This text was changed meanwhile; please look at it again")),
    "announcement_changed": whole(N_("This announcement was changed meanwhile; please look at it again")),
    "statement_revised": whole(N_("This statement has been revised meanwhile; please look at it again")),
    "no_such_account": whole(N_("There is no such account")),
    "only_owner_let_in": whole(N_("Only an owner is let in like this; an owner can do the rest")),
    "nothing_keeps_out": whole(N_("Nothing keeps this account out")),
    # A rule of the database, by its name.
    "orders_one_matter_for_a_report": whole(
        N_("A matter that answers this report is open already; go on with that one")
    ),
    "report_resolved": whole(N_("This report is resolved")),
    "report_open": whole(N_("This report is open")),
    "too_many_reports": whole(N_("Too many reports from this address today")),
    "own_role": whole(N_("Nobody changes their own role; another owner must do it")),
    "own_second_step": whole(N_("Your own codes and passkeys are in your settings")),
    "account_leaving": whole(N_("This account is about to be deleted, as its owner asked")),
    "role_held": whole(N_("They have this role already")),
    "decided_meanwhile": whole(N_("This has been decided meanwhile")),
    "end_unproposed": whole(N_("Nobody has proposed that this ends")),
    "too_many_webhooks": whole(N_("There are too many webhooks; remove one first")),
    "webhook_off": whole(N_("This webhook is switched off")),
    "not_frozen": whole(N_("No such file was frozen")),
    "revision_waits": whole(N_("A revision of this period is waiting for the next signed checkpoint")),
    "period_waits": whole(N_("Entries of this period are waiting for the next signed checkpoint")),
    "for_offices": whole(N_("This is for the people of authorities; log in to the portal, or send its token")),
    # With values, or with other words for people.
    "case_stands_elsewhere": whole(
        "%(what)s has moved meanwhile: it is now %(state)s",
        N_("This case has moved meanwhile; please look at it again"),
    ),
    "no_such_move": whole("%(what)s knows no such move", N_("This step is not known here.")),
    "calls_waiting": whole(N_("%(most)s requests of yours are still in progress")),
    "rows_cannot_be_taken": alike("csv", N_("%(many)s rows of the list cannot be taken"), "", alone=True),
    "nothing_to_confirm": alike(
        "targets",
        N_("The confirming order names nothing that is in force by this one"),
        "are not in force, or not named by the confirming order",
    ),
    "confirmer_unknown": at(
        "confirms", "This is no order that could confirm it", N_("is no order that could confirm this one")
    ),
    "confirmer_law_forbids": at("confirms", "The law of %(ref)s …", N_("does not allow this measure")),
    "confirmer_not_there": at(
        "confirms", "%(ref)s does not reach where this measure holds", N_("does not reach there")
    ),
    "step_moves_none": at(
        "targets", "Nothing of these can be moved by this step", N_("cannot be moved by this step: %(numbers)s")
    ),
    "no_such_rule": whole(N_("There is no rule %(rule)s")),
    "no_such_rules": whole(N_("There is no version %(version)s of the rules")),
    "no_such_law": whole(N_("There is no legal regime %(law)s")),
    "no_such_fields": whole(N_("Entry %(entry)s has no such confidential field: %(names)s")),
    "unchanged_since": whole(N_("Nothing has changed since revision %(revision)s")),
    "log_seen_other": whole(N_("The last cosigned checkpoint has %(size)s entries, or another root")),
    "log_not_yet": whole(N_("No signed checkpoint holds this; the next one is signed at %(when)s")),
    "log_name_taken": alike("name", N_("The new log needs a name of its own"), "is the older log's", alone=True),
    "no_protected_speaker": whole(N_("This concerns no protected speaker: it is approved without a second reviewer")),
    "step_moves_nothing": whole(N_("Nothing of these can be moved by this step")),
    "log_full": whole(
        N_(
            "So much waits for the public log already that this would come into it later than this server's rules allow."
            " Try again when it has grown, or ask whoever runs the server for larger batches (log_batch_entries)"
        )
    ),
    "court_without_owner": whole(
        N_("This would leave the court without an owner who can sign in; make somebody else one first")
    ),
    "court_without_approver": whole(
        N_("This would leave the court without an approver who can sign in; make somebody else one first")
    ),
    "last_owner_stays": whole(N_("The last owner who can sign in stays; make somebody else one first")),
    "last_approver_stays": whole(N_("The last approver who can sign in stays; make somebody else one first")),
    "order_filed_before": at("reference_no", "This …", N_("was filed already as %(ref)s")),
    "order_stands_elsewhere": whole(
        "%(what)s has moved meanwhile: it is now %(state)s",
        N_("This order has moved meanwhile; please look at it again"),
    ),
    "documents_elsewhere": at(
        "document", "These documents belong to another order already", N_("belongs to another order")
    ),
}
