"""The desk's words: measures as commands, steps of orders, clocks, roles, speakers, what staff look at; to be translated."""

from chaupal.governance.cases.bulk import VERBS
from chaupal.policy.measures import labels
from chaupal.web.court.courtly import NOTICED
from chaupal.web.words import N_

# What is decided, as whoever decides it reads it.
MEASURES = labels("do")
CLOSINGS = {
    "own_rules_action": N_("Close: acted on under our own rules"),
    "already_gone": N_("Close: it is gone already"),
    "duplicate": N_("Close: it was decided before"),
    "out_of_scope": N_("Close: the order does not cover it"),
}
DECIDED = MEASURES | {"refuse": N_("Refuse")} | CLOSINGS
# Whose turn an order is, to those whose it is not.
TURNS = {
    "worker": N_("waits for whoever takes orders in"),
    "reviewer": N_("waits for a reviewer"),
    "approver": N_("waits for an approver, somebody else"),
    "authority": N_("waits for the authority"),
    "court": N_("waits for a court"),
}
AGES = {  # how old a thing was when the order came
    "day": N_("less than a day old"),
    "week": N_("less than a week old"),
    "month": N_("less than a month old"),
    "year": N_("less than a year old"),
    "older": N_("over a year old"),
}
# What can be done about many at once, and what becomes of each row.
MANY = {name: act.do for name, act in VERBS.items()}
STAGES = {
    "received": N_("received"),
    "acknowledged": N_("acknowledged"),
    "in_review": N_("being examined"),
    "returned": N_("sent back to the authority"),
    "clarifying": N_("a question is open"),
    "hearing": N_("a hearing is set"),
    "stayed": N_("stayed by a court"),
    "withdrawn": N_("withdrawn"),
    "set_aside": N_("set aside"),
    "closed": N_("closed"),
}
STEPS = {
    "receive": N_("Taken in"), "open": N_("Opened"), "acknowledge": N_("Acknowledge it"), "check": N_("Checked: begin the examination"),
    "return_order": N_("Send it back to the authority"), "mend": N_("The authority has put it right"),
    "replace": N_("Replaced by its mended version"), "ask": N_("Ask the authority"),
    "answer": N_("The authority has answered"), "set_hearing": N_("Set a hearing"), "hold_hearing": N_("The hearing was held"),
    "meet": N_("Note a meeting"), "write": N_("Note a letter"), "verify_origin": N_("Its origin was checked"),
    "object": N_("File an objection"), "challenge": N_("It is challenged in court"), "confirm": N_("It was confirmed"),
    "report_effect": N_("Its effect was reported"), "withdraw": N_("The authority withdraws it"),
    "set_aside": N_("A court or committee sets it aside"), "stay": N_("A court stays it"), "end_stay": N_("The stay has ended"),
    "close": N_("Close the order"), "withdraw_some": N_("The authority withdraws a part of it"),
    "set_aside_some": N_("A court or committee sets a part of it aside"), "stay_some": N_("A court stays a part of it"),
    "end_stay_some": N_("The stay of a part has ended"), "extend": N_("Extended"), "renew": N_("Renewed"), "amend": N_("Made less"),
}  # fmt: skip
# What whoever is concerned was told of, and by which ways.
TOLD_OF = {"begun": N_("They were told that it began"), "ended": N_("They were told that it ended")}
TOLD_BY = {
    "app": N_("in the app"),
    "post": N_("by a message"),
    "mail": N_("by email"),
    "server": N_("through their server"),
}
# What a step asks for.
FIELDS = {
    "reason": (N_("Reason"), N_("It may become public.")),
    "text": (N_("Text"), N_("The letter, the question or the minutes. Only staff read it.")),
    "body": (N_("Which court or committee"), ""),
    "until": (N_("Day"), N_("Indian time.")),
    "codes": (N_("What is wrong with it"), ""),
    "targets": (N_("Which things"), N_("Their numbers, such as 1, 4, 7. Empty: all.")),
    "confirms": (
        N_("The order that confirms it"),
        N_("Its number here, such as IN-2026-0001. It is checked, and names the same things."),
    ),
}
# In what a mended version of an order can differ.
DIFFERING = {
    "regime": N_("Law"),
    "role": N_("Issuing office"),
    "officer": N_("Officer"),
    "officer_rank": N_("Rank"),
    "reference_no": N_("Their number"),
    "dated": N_("Date of the order"),
    "legal_basis": N_("Under which law"),
    "bases": N_("Grounds that this law names"),
    "grounds": N_("On which ground"),
    "reasons": N_("Reasons that the authority gives"),
    "territory": N_("Country"),
    "act_by": N_("To be decided by"),
    "ends_at": N_("In force until"),
    "interim_until": N_("Holds for the time being until"),
    "confirms": N_("It confirms the emergency order"),
    "gag_until": N_("The author is not to be told before"),
}
# What became of a thing since an order named it.
FLAGS = {
    "edited": N_("edited since the order came"),
    "deleted": N_("deleted since the order came"),
    "account_deleted": N_("the account is deleted"),
    "account_moved": N_("the account has moved"),
    "account_leaving": N_("the account is leaving"),
}
CHANGES = {"extend": N_("It lasts longer"), "renew": N_("It is renewed"), "amend": N_("It is made less")}
BODIES = {
    "authority": N_("the authority"),
    "court": N_("a court"),
    "review_committee": N_("a review committee"),
    "secretary": N_("the Secretary"),
    "house": N_("this server"),
    "other": N_("somebody else"),
}
ENDING = frozenset({"withdraw", "set_aside", "stay", "close"})  # steps after which measures end
CLOCKS = {
    "acknowledge": N_("to be acknowledged"),
    "act": N_("to be acted on"),
    "confirm_interim": N_("to be confirmed"),
    "restore": N_("to be shown again"),
    "review": N_("to be looked at again"),
}
ROLES = {
    "member": N_("member"),
    "clerk": N_("clerk"),
    "reviewer": N_("reviewer"),
    "approver": N_("approver"),
    "executor": N_("executor"),
    "moderator": N_("moderator"),
    "auditor": N_("auditor"),
    "owner": N_("owner"),
}
DUTIES = {
    "clerk": N_("takes orders in, writes letters"),
    "reviewer": N_("proposes, sends back what others propose, hears appeals"),
    "approver": N_("proposes and approves, acts alone in an emergency"),
    "executor": N_("carries out stays and withdrawals, lifts"),
    "moderator": N_("this server's own rules, reports, appeals"),
    "auditor": N_("reads everything, changes nothing"),
    "owner": N_("everything, and who has which role"),
    "member": N_("no part in the office"),
}
SPEAKERS = {
    "news_media": N_("news media"),
    "journalist": N_("journalist"),
    "activist": N_("activist"),
    "politician": N_("politician"),
    "candidate": N_("candidate"),
}
SOURCES = NOTICED
LOOKS = {
    "document": N_("document"),
    "post": N_("post that is not for everybody"),
    "evidence": N_("evidence"),
    "email": N_("email address"),
    "speaker": N_("why somebody is protected"),
    "reporter": N_("who reported"),
    "second_step": N_("codes and passkeys taken away"),
}
# Surfaces, as what people know them by.
SURFACES = {
    "home": N_("home timelines"), "stream": N_("live updates"), "public": N_("Local"), "tag": N_("hashtag pages"),
    "account": N_("the profile's posts"), "profile": N_("the profile"), "people": N_("lists of people"),
    "status": N_("the post's own page"),
    "thread": N_("conversations"), "quote": N_("quotes"),
    "saved": N_("saved posts"), "notifications": N_("notifications"), "messages": N_("messages"), "search": N_("search"),
    "trends": N_("trends"), "suggest": N_("suggestions"), "media": N_("picture files"), "mail": N_("mails"), "feed": N_("feeds"),
    "peer": N_("what other servers are given"),
}  # fmt: skip
