"""What an entry of the log says, in a sentence for people, by its type and its step, from what everybody may read of it; and the names of
its fields (docs/log-entries.md says what each holds)."""

from collections.abc import Mapping
from typing import Any, Final

from chaupal.policy.sentences.placeholders import in_tongue
from chaupal.web.court.courtly import DONE, GROUNDS
from chaupal.web.court.disputewords import OUTCOMES
from chaupal.web.court.reportwords import month
from chaupal.web.words import N_, Words

# (type, step) -> what happened. "" as a step: whatever the step. `%(what)s` is the measure, `%(who)s` the authority.
TALES: dict[tuple[str, str], str] = {
    ("authority", "added"): N_("An authority was entered in the register: %(who)s"),
    ("authority", "proposed"): N_("A change of an authority's entry was proposed: %(who)s"),
    ("authority", "changed"): N_("An authority's entry was changed: %(who)s"),
    ("authority", "dropped"): N_("The change of an authority's entry was dropped: %(who)s"),
    ("authority", "filer_invited"): N_("Somebody was invited to file orders for: %(who)s"),
    ("authority", "filer_ended"): N_("Somebody files no more orders for: %(who)s"),
    ("role", ""): N_("Somebody was given another part in the office, or none any more."),
    ("role", "same"): N_(
        "Somebody with a part in the office can come in another way: without their codes and passkeys, by another address, or by a token."
    ),
    ("protected", "granted"): N_("Somebody is protected from now on because of what they speak for."),
    ("protected", "ending_proposed"): N_("It was proposed that somebody's protection end."),
    ("protected", "ended"): N_("Somebody is not protected any more."),
    ("server", "let_in"): N_("Another server was let in by name."),
    ("server", "ending_proposed"): N_("It was proposed to let another server in no more."),
    ("server", "kept"): N_("Another server stays on the list of those that are let in."),
    ("server", "taken_off"): N_("Another server is let in no more."),
    ("order", ""): N_("An order came in from: %(who)s"),
    ("order", "own_rules"): N_("This server took something up under its own rules."),
    ("step", "acknowledged"): N_("The authority was told that its order is here."),
    ("step", "checked"): N_("The order's form was checked."),
    ("step", "returned"): N_("The order was sent back to the authority, because something is missing."),
    ("step", "mended"): N_("The authority mended what was missing."),
    ("step", "replaced"): N_("The authority sent a mended version, which took the order's place."),
    ("step", "clarification_requested"): N_("The authority was asked what is meant."),
    ("step", "clarified"): N_("The authority answered."),
    ("step", "hearing_set"): N_("A hearing was set."),
    ("step", "hearing_held"): N_("The hearing was held."),
    ("step", "meeting"): N_("The server and the authority met."),
    ("step", "correspondence"): N_("The server and the authority wrote to each other."),
    ("step", "objection_filed"): N_("The server objected to the order."),
    ("step", "confirmed"): N_("The authority confirmed its emergency order."),
    ("step", "withdrawn"): N_("The authority withdrew the order, or a part of it."),
    ("step", "stayed"): N_("The order, or a part of it, was halted for the time being."),
    ("step", "stay_ended"): N_("The halt was ended."),
    ("step", "set_aside"): N_("The order, or a part of it, was set aside."),
    ("step", "extended"): N_("What the order limits was extended."),
    ("step", "renewed"): N_("What the order limits was renewed."),
    ("step", "amended"): N_("What the order limits was made less."),
    ("step", "challenged_in_court"): N_("The order was challenged in court."),
    ("step", "effect_reported"): N_("The authority was told what had been done."),
    ("step", "closed"): N_("The order was closed."),
    ("step", "reopened"): N_("The order was opened again."),
    ("decision", "proposed"): N_("One person proposed what to do about number %(target)s."),
    ("decision", "concurred"): N_("A second reviewer agreed about number %(target)s."),
    ("decision", "returned"): N_("What was proposed about number %(target)s was sent back."),
    ("decision", "refused"): N_("Two people refused what was demanded about number %(target)s: %(ground)s"),
    ("decision", "closed"): N_("The case of number %(target)s was closed without a measure."),
    ("decision", "reviewed"): N_("A second person agreed to what one had done alone about number %(target)s."),
    ("decision", "kept"): N_("The measure about number %(target)s was looked at again, and stays."),
    ("decision", "dropped"): N_("What was proposed about number %(target)s was dropped."),
    ("measure", ""): N_("A limit begins, on number %(target)s: %(what)s (%(where)s)"),
    ("deamp", ""): N_("A limit begins, on number %(target)s: %(what)s (%(where)s)"),
    ("reversal", ""): N_("A limit has ended, on number %(target)s: %(what)s"),
    ("reversal", "lost"): N_(
        "A limit is carried out no more, on number %(target)s: %(what)s. This server had lost its record of it."
    ),
    ("notice", "sent"): N_("Whoever it is about was told."),
    ("notice", "delayed"): N_("Whoever it is about may not be told yet."),
    ("notice", "withheld"): N_("Whoever it is about may not be told."),
    ("notice", "failed"): N_("A mail to whoever it is about could not be delivered."),
    ("appeal", "filed"): N_("An appeal was filed."),
    ("appeal", "decided"): N_("An appeal was decided: %(outcome)s"),
    ("appeal", "withdrawn"): N_("An appeal was withdrawn."),
    ("report", "received"): N_("Somebody reported something."),
    ("report", "acknowledged"): N_("Whoever reported was told that it is here."),
    ("report", "resolved"): N_("What was reported was resolved."),
    ("external", "filed"): N_("A decision was brought before a body outside."),
    ("external", "decided"): N_("A body outside has decided."),
    ("counter", ""): N_("A counter-notice went on its way."),
    ("statement", "published"): N_("The server published a statement: %(title)s"),
    ("statement", "revised"): N_("The server revised its statement: %(title)s"),
    ("statement", "replied"): N_("An authority replied to a statement: %(title)s"),
    ("snapshot", ""): N_("The report of %(period)s was fixed."),
    ("tally", ""): N_("Decisions were counted by whose words they are about, without names."),
    ("policy", ""): N_("A text of this server has a new version."),
    ("regime", ""): N_("A law by which this server judges has a new version."),
    ("door", "shut"): N_("Some network or email addresses were blocked."),
    ("door", "changed"): N_("A block of addresses was changed."),
    ("door", "opened"): N_("A block of addresses was lifted."),
    ("evidence", ""): N_("What had been held as evidence was emptied."),
    ("key", ""): N_("The log is signed by a new key."),
    ("origin", ""): N_("The log goes on from an older one."),
    ("refill", ""): N_("Entries that this server had lost came back from a copy of the log."),
    ("open", ""): N_("What had been closed in an earlier entry was opened, or destroyed."),
    ("cover", ""): N_(
        "A closed entry. It holds something that may not be told yet, or nothing at all: nobody can tell which."
    ),
}
OTHER = N_("Something was written down that this page has no words for; it stands below, letter by letter.")


def sentence(entry: Mapping[str, Any], words: Words, where: str = "") -> str:
    """One entry's sentence; `where`: its countries' names in the reader's language."""
    public, kind = entry.get("public", {}), entry.get("t", "")
    renewed = kind == "role" and public.get("role") == public.get("was")
    variant = public.get("step", "same" if renewed else public.get("kind", ""))
    tale = TALES.get((kind, str(variant))) or TALES.get((kind, "")) or OTHER
    ground, done = GROUNDS.get(public.get("ground") or ""), DONE.get(public.get("measure", ""))
    outcome = OUTCOMES.get(public.get("outcome") or "undecided")
    facts = {
        "who": _who_asked(public, words),
        "target": words.number(public.get("target") or 0),
        "where": where,
        "what": words.gettext(done) if done else str(public.get("measure", "")),
        "ground": words.gettext(ground) if ground else str(public.get("ground") or "–"),
        "outcome": words.gettext(outcome) if outcome else "–",
        "title": str(public.get("title", "")),
        "period": month(str(public.get("period", "")), words.language),
    }
    return words.gettext(tale) % facts


def _who_asked(public: Mapping[str, Any], words: Words) -> str:
    """The authority by its name in the register; the house where nobody asked."""
    name = (public.get("name_hi") if words.language == "hi" else "") or public.get("name") or public.get("authority")
    return in_tongue(str(name), words.language) if name else words.gettext(N_("this server itself, or a person"))


# Field -> its name. A test holds that every public field of every kind of entry has one.
LABELS: Final[dict[str, str]] = {
    "about": N_("What it is about"),
    "ack_due": N_("To be acknowledged by"),
    "act_by": N_("To be done by"),
    "alone": N_("One person may decide it"),
    "also": N_("Withheld already by entry"),
    "at": N_("When"),
    "authority": N_("Authority"),
    "bases": N_("Grounds in the law"),
    "basis": N_("Kind of basis"),
    "body": N_("Which body"),
    "break_glass": N_("By one person in an emergency"),
    "by": N_("Who did it"),
    "came_from": N_("Its original is on"),
    "category": N_("Category"),
    "cause": N_("Why it was entered"),
    "channel": N_("How it came"),
    "class": N_("Class of speaker"),
    "codes": N_("What is missing"),
    "complied_in_time": N_("Done in time"),
    "concurred": N_("Who agreed as second reviewer"),
    "confirms": N_("Confirms the emergency order"),
    "replaces": N_("Mended version of the order"),
    "dated": N_("Dated"),
    "defects": N_("What the order lacks"),
    "demanded": N_("What was asked for"),
    "despite": N_("Why it is done in spite of that"),
    "disclosures": N_("What opens the entry"),
    "document": N_("Hash of the letter (SHA-256)"),
    "domain": N_("Domain of its mails"),
    "due": N_("To be decided by"),
    "earlier": N_("How many people had decided an appeal about it"),
    "edited": N_("Changed since the order, and seen so"),
    "effective": N_("In force from"),
    "emergency": N_("By the emergency procedure"),
    "ends": N_("Ends"),
    "erased": N_("Disclosures destroyed"),
    "files": N_("Hashes of the other files"),
    "finding": N_("A finding is kept"),
    "flagged_by": N_("Pointed to by"),
    "for": N_("For the order"),
    "from": N_("From"),
    "gag": N_("Law that forbids to tell"),
    "glass_until": N_("Over without a second person at"),
    "ground": N_("Ground"),
    "id": N_("Code"),
    "interim_until": N_("Holds without confirmation until"),
    "jurisdiction": N_("Country"),
    "key": N_("Key of the signature (SHA-256)"),
    "kept": N_("Entries that are kept of the older log"),
    "keys": N_("Keys of its signatures (SHA-256)"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "law": N_("Law as cited"),
    "law_act_by": N_("To be done by, says the law"),
    "let_in_before": N_("Who else had let in whoever filed it"),
    "let_in_by": N_("Who had let in whoever filed it"),
    "matter": N_("Matter under this server's rules"),
    "measure": N_("Measure"),
    "name": N_("Name"),
    "name_hi": N_("Name in Hindi"),
    "net": N_("How large the network is"),
    "new": N_("New key"),
    "office": N_("Office"),
    "old": N_("Old key"),
    "opens": N_("What opens the proposal"),
    "orders": N_("Orders"),
    "origin": N_("Origin of the order"),
    "outcome": N_("Outcome"),
    "part": N_("Which part"),
    "parts": N_("Number of parts"),
    "period": N_("Period"),
    "permanent": N_("For good"),
    "previous": N_("Key of the older log"),
    "protected": N_("A protected speaker"),
    "rank": N_("Rank"),
    "received": N_("Received"),
    "reference": N_("The authority's own number"),
    "regime": N_("Law"),
    "resolve_due": N_("To be settled by"),
    "review": N_("Looked at again"),
    "revision": N_("Version"),
    "role": N_("Part in the office"),
    "root": N_("Root of the tree"),
    "rows": N_("Decisions counted"),
    "rule": N_("Rule"),
    "second": N_("Second person"),
    "secrecy": N_("Secrecy"),
    "seen": N_("Entries that the older log was seen to have"),
    "seen_root": N_("Root of the tree that was seen"),
    "seen_sha256": N_("Hash of the checkpoint that was seen (SHA-256)"),
    "sent_to": N_("Other servers to which it had been sent"),
    "severity": N_("How firmly"),
    "sha256": N_("Hash (SHA-256)"),
    "signature": N_("Signature"),
    "size": N_("Number of entries"),
    "source": N_("Where it came from"),
    "step": N_("Step"),
    "strike_until": N_("Counts as a strike until"),
    "target": N_("Number in the order"),
    "targets": N_("Things it names"),
    "term": N_("Letters of the tag"),
    "territory": N_("Countries"),
    "title": N_("Title"),
    "to": N_("Up to"),
    "told": N_("Entries that the older log had, says a witness"),
    "until": N_("Until"),
    "version": N_("Version"),
    "via": N_("By whom"),
    "was": N_("What it was before"),
    "ways": N_("How they were told"),
    "what": N_("What was changed"),
}


def label(field: str, words: Words) -> str:
    """The name of a field in the reader's language; of one that this version does not know, the field itself."""
    return words.gettext(LABELS[field]) if field in LABELS else field
