"""Words of the pages on what was decided about somebody, on appeals and on reports, to be translated."""

from chaupal.policy.measures import labels
from chaupal.web.words import N_

MEASURES = labels("told")
STAYS = labels("stays")  # what is left to whoever is concerned
OUTCOMES = {
    "upheld": N_("the decision stands"),
    "modified": N_("the limit was made narrower"),
    "reversed": N_("the decision was taken back"),
    "": N_("waits to be decided"),
}
DECIDE = {
    "upheld": N_("The decision stands"),
    "modified": N_("Make it narrower"),
    "reversed": N_("Take the decision back"),
}

COUNTER = {
    "filed": N_("filed"),
    "forwarded": N_("sent on to whoever sent the notice"),
    "suit": N_("they have gone to court"),
    "restored": N_("shown again"),
}
COUNTER_ACTS = {
    "forwarded": N_("It was sent on"),
    "suit": N_("They have gone to court"),
    "restored": N_("Show it again"),
}
OUTSIDE = {
    "": N_("being heard"),
    "for": N_("the decision was upheld there"),
    "against": N_("the decision was found wrong there"),
}

REPORT_KINDS = {
    "violation": N_("It breaks a rule of this server"),
    "illegal": N_("It breaks the law"),
    "intimate": N_("It shows me in an intimate or faked picture"),
    "copyright": N_("It uses a work of mine without my consent"),
    "spam": N_("It is spam"),
    "other": N_("Something else"),
}
REPORT_OUTCOMES = {
    "removed": N_("it was removed"),
    "limited": N_("it was limited"),
    "labelled": N_("it was labelled"),
    "warned": N_("the account was warned"),
    "suspended": N_("the account was suspended"),
    "none": N_("no rule or law was broken"),
    "forwarded": N_("passed on to those responsible"),
    "taken_back": N_("taken back after an appeal"),
    "lifted": N_("taken back by this server"),
    "": N_("being looked at"),
}
