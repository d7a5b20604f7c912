"""An order's story in sentences: what happened to it, line by line, for whoever reads the public register."""

from chaupal.reads.court.record import Happened
from chaupal.web.court.courtly import GROUNDS
from chaupal.web.words import N_, Words

STEPS = {
    "receive": N_("The order came in."),
    "open": N_("The matter was opened."),
    "acknowledge": N_("The server told the authority that it had the order."),
    "check": N_("Its form was checked: who signed it, on which ground, what exactly it names."),
    "return_order": N_("It was sent back to the authority, because something was missing."),
    "mend": N_("The authority mended what was missing."),
    "ask": N_("The server asked the authority what was meant."),
    "answer": N_("The authority answered."),
    "set_hearing": N_("A hearing was set for %(until)s."),
    "hold_hearing": N_("The hearing was held."),
    "meet": N_("The server and the authority met."),
    "write": N_("The server and the authority wrote to each other."),
    "verify_origin": N_("It was checked with the authority that the order is its own."),
    "object": N_("The server objected to the order."),
    "challenge": N_("The order was challenged before this body: %(body)s"),
    "confirm": N_("The authority confirmed its emergency order."),
    "report_effect": N_("The authority was told what had been done."),
    "withdraw": N_("The authority withdrew the order; everything it had limited was shown again."),
    "set_aside": N_("It was set aside, and everything it had limited was shown again, by: %(body)s"),
    "stay": N_("It was halted for the time being by: %(body)s"),
    "end_stay": N_("The halt was ended by: %(body)s"),
    "close": N_("The order was closed."),
    "withdraw_some": N_("The authority withdrew a part of the order; what that part had limited was shown again."),
    "set_aside_some": N_("A part of it was set aside, and what that part had limited was shown again, by: %(body)s"),
    "stay_some": N_("A part of it was halted for the time being by: %(body)s"),
    "end_stay_some": N_("The halt of a part of it was ended by: %(body)s"),
    "extend": N_("What it limits was extended until %(until)s by: %(body)s"),
    "renew": N_("What it limits was renewed until %(until)s by: %(body)s"),
    "amend": N_("What it limits was made less by: %(body)s"),
}
# Whose act it was. The name of a court or a committee is free text, and private.
BODIES = {
    "authority": N_("the authority"),
    "court": N_("a court"),
    "review_committee": N_("the review committee"),
    "secretary": N_("the secretary in charge"),
    "house": N_("this server"),
    "other": N_("another body"),
}
# How many of its targets came to a state on one day.
CAME_TO = {
    "in_force": N_("Limited, as two people decided: %(many)s"),
    "unseconded": N_("Limited by one person for a short time: %(many)s"),
    "refused": N_("Refused, as two people decided: %(many)s"),
    "closed": N_("Closed without a measure: %(many)s"),
    "undecided": N_("Closed before anything was decided: %(many)s"),
    "own_rules": N_("Acted on under this server's own rules: %(many)s"),
    "not_found": N_("Not found on this server: %(many)s"),
    "lifted": N_("Limited no more: %(many)s"),
    "lapsed": N_("Limited no more, because the time ran out: %(many)s"),
    "overturned": N_("Limited no more, after an appeal: %(many)s"),
    "confirmed": N_("Limited from now on under the order that confirmed this one: %(many)s"),
}


def sentence(line: Happened, words: Words) -> str:
    """One line of the story. Numbers are grouped as the reader groups them."""
    if line.state:
        return words.gettext(CAME_TO[line.state]) % {"many": words.number(line.many)}
    until = words.moment(line.until) if line.until is not None else ""
    body = words.gettext(BODIES[line.body or "other"])
    told = words.gettext(STEPS[line.verb]) % {"until": until, "body": body}
    grounds = [words.gettext(GROUNDS[code]) for code in line.codes if code in GROUNDS]
    return " · ".join((told, *grounds))
