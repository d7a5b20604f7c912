"""The measures, one row each, from the mildest to the most severe: all that is said and known of one.

What one does is in a server's own law.

Sentences are whole and in English and Hindi, since Hindi verbs agree with what they speak of; labels are keys of the catalogues.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, Self

import msgspec

from chaupal_audit.marked import N_

type Both = tuple[str, str]  # English and Hindi
type Kind = Literal["account", "post", "media", "tag", "server"]

SHOWN, PROVISION, ACCOUNT = "decision_visibility", "decision_provision", "decision_account"

UNNAMED = ("something of yours be limited", "आपकी किसी चीज़ पर रोक लगे")


class MeasureRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a measure is.

    `on`: what it acts on; one against a post never takes its author along, one against a server is about all that comes from
    there and from below its domain. `by`: on whose word it may be put in force: by the
    law's, by the house's own rules, or both. `two`: by the house's rules too it takes a second person; by law each does.
    `hides`: what others do not see while it lasts. `shades`: it changes how a thing looks. `sought`: whoever searches finds it.
    `usual`: what an order asks for about that kind of thing when it does not say. `state`: how its account stands.

    Words: `do` for whoever decides it, `done` for the public, `told` and `stays` (what is left) for whoever is concerned;
    `receipt` beside the log's proof; `asked` as the end of "it is asked that". `begun` and `ended`: what its person is told, by
    kind of thing; `{because}` and `{under}` say on whose word. `banner`: beside the thing itself; none: by its basis.

    Of others: `action` and `undo` are Mastodon's (AccountWarning, and the admin API's way back), `dsa` is the field of a
    statement of reasons and the database's word in it (none: it restricts
    nothing of anybody here), `reported`: the answer to who reported it.
    """

    on: tuple[Kind, ...]
    by: frozenset[str]
    two: bool = False
    hides: Literal["", "post", "account", "media", "server"] = ""
    shades: bool = False
    sought: bool = True
    usual: Kind | None = None
    state: str = ""
    do: str
    done: str
    told: str
    stays: str
    receipt: str = ""
    asked: Both = UNNAMED
    begun: Mapping[str, Both]
    ended: Mapping[str, Both] = msgspec.field(default_factory=dict[str, Both])
    banner: Both | None = None
    action: str = "none"
    undo: str = ""
    dsa: tuple[str, str] | None = None
    reported: str = "limited"


LAW, HOUSE = frozenset({"law"}), frozenset({"house"})


class Measure(StrEnum):
    """The rungs of the ladder, the mildest first: the one rank of measures, by which one is narrower than another."""

    _value_: str
    row: MeasureRow

    def __new__(cls, code: str, row: MeasureRow) -> Self:
        made = str.__new__(cls, code)
        made._value_, made.row = code, row
        return made

    WARN = "warn", MeasureRow(
        on=("account", "post"), by=HOUSE,
        do=N_("Warn"), done=N_("a warning"), told=N_("a warning"), stays=N_("Everything. A warning hides nothing."),
        begun={
            "post": ("You are warned because of a post of yours{because}. The post stays as it is.",
                     "{because}आपकी एक पोस्ट के कारण आपको चेतावनी दी गई है। पोस्ट वैसी ही रहेगी।"),
            "account": ("You are warned{because}. Your account stays as it is.", "{because}आपको चेतावनी दी गई है। आपका खाता वैसा ही रहेगा।"),
        },
        ended={
            "post": ("The warning{under} for your post has been taken back.", "{under}आपकी पोस्ट के लिए दी गई चेतावनी वापस ले ली गई है।"),
            "account": ("The warning{under} has been taken back.", "{under}आपको दी गई चेतावनी वापस ले ली गई है।"),
        },
        banner=("Warned on {since}. Reason: {reason}", "{since} को चेतावनी दी गई। कारण: {reason}"), reported="warned",
    )  # fmt: skip
    LABEL = "label", MeasureRow(
        on=("post", "account"), by=LAW | HOUSE, shades=True,
        do=N_("Put a label on it"), done=N_("a label"), told=N_("a label"),
        stays=N_("Everything is shown as before, with a label beside it."),
        begun={
            "post": ("Your post bears a label in {country}, {until}{because}: “{label}”",
                     "{because}आपकी पोस्ट पर {until} {country} में यह लेबल रहेगा: “{label}”"),
            "account": ("Your account bears a label in {country}, {until}{because}: “{label}”",
                        "{because}आपके खाते पर {until} {country} में यह लेबल रहेगा: “{label}”"),
        },
        banner=("Labelled “{label}” in {country} since {since}, {until}. Reason: {reason}",
                "{since} से {country} में “{label}” लेबल, {until}। कारण: {reason}"),
        dsa=(SHOWN, "CONTENT_LABELLED"), reported="labelled",
    )  # fmt: skip
    MARK_SENSITIVE = "mark_sensitive", MeasureRow(
        on=("post", "account"), by=HOUSE, shades=True,
        do=N_("Mark it as sensitive"), done=N_("marked as sensitive"), told=N_("marked as sensitive"),
        stays=N_("The words are shown as before; pictures open with a click."),
        begun={
            "post": ("Your post is marked as sensitive, {until}{because}: its pictures stand behind a cover.",
                     "{because}आपकी पोस्ट {until} संवेदनशील मानी गई है: उसके चित्र परदे के पीछे रहेंगे।"),
            "account": ("Your account is marked as sensitive, {until}{because}: pictures in your posts stand behind a cover.",
                        "{because}आपका खाता {until} संवेदनशील माना गया है: आपकी पोस्टों के चित्र परदे के पीछे रहेंगे।"),
        },
        banner=("Marked as sensitive in {country} since {since}, {until}: pictures stand behind a cover. Reason: {reason}",
                "{since} से {country} में संवेदनशील, {until}: चित्र परदे के पीछे रहते हैं। कारण: {reason}"),
        action="sensitive", undo="unsensitive", dsa=(SHOWN, "CONTENT_AGE_RESTRICTED"), reported="labelled",
    )  # fmt: skip
    DEAMPLIFY = "deamplify", MeasureRow(
        on=("tag", "post", "account"), by=LAW | HOUSE, two=True, usual="tag",
        do=N_("Keep it out of trends and suggestions"), done=N_("kept out of trends"), told=N_("kept out of trends and suggestions"),
        stays=N_("It is shown to your followers and to whoever looks for it."),
        begun={
            "post": ("Your post is kept out of trends and suggestions in {country}, {until}{because}. Whoever looks for it finds it.",
                     "{because}आपकी पोस्ट {until} {country} में चर्चाओं और सुझावों से बाहर रहेगी। ढूँढने वालों को वह मिलेगी।"),
            "account": ("Your account is kept out of trends and suggestions in {country}, {until}{because}. Whoever looks for it finds it.",
                        "{because}आपका खाता {until} {country} में चर्चाओं और सुझावों से बाहर रहेगा। ढूँढने वालों को वह मिलेगा।"),
        },
        banner=("Kept out of trends and suggestions in {country} since {since}, {until}. Reason: {reason}",
                "{since} से {country} में चर्चाओं और सुझावों से बाहर, {until}। कारण: {reason}"),
        dsa=(SHOWN, "CONTENT_DEMOTED"),
    )  # fmt: skip
    REFUSE_REPORTS = "refuse_reports", MeasureRow(  # what its people complain of is not looked at
        on=("server",), by=HOUSE,
        do=N_("Take no reports from the server"), done=N_("its reports are not taken"), told=N_("reports from a server are not taken"),
        stays=N_("Everything is shown as before, both ways."),
        begun={"server": ("Reports from your server are not taken here, {until}{because}.",
                          "{because}आपके सर्वर से आई शिकायतें {until} यहाँ नहीं ली जाएँगी।")},
        ended={"server": ("Reports from your server are taken here again.", "आपके सर्वर की शिकायतें यहाँ फिर ली जाती हैं।")},
        banner=("Reports from this server are not taken since {since}, {until}. Reason: {reason}",
                "{since} से इस सर्वर की शिकायतें नहीं ली जातीं, {until}। कारण: {reason}"),
    )  # fmt: skip
    REFUSE_MEDIA = "refuse_media", MeasureRow(  # the words are shown, pictures and films are not fetched
        on=("server",), by=HOUSE,
        do=N_("Take no media from the server"), done=N_("its media are not taken"), told=N_("media from a server are not taken"),
        stays=N_("The words of its people, and their pictures on their own server."),
        begun={"server": ("Pictures and films from your server are not shown here, {until}{because}. Words are.",
                          "{because}आपके सर्वर के चित्र और वीडियो {until} यहाँ नहीं दिखेंगे। शब्द दिखेंगे।")},
        ended={"server": ("Pictures and films from your server are shown here again.",
                          "आपके सर्वर के चित्र और वीडियो यहाँ फिर दिखते हैं।")},
        banner=("Pictures and films from this server are not taken since {since}, {until}. Reason: {reason}",
                "{since} से इस सर्वर के चित्र और वीडियो नहीं लिए जाते, {until}। कारण: {reason}"),
    )  # fmt: skip
    LIMIT = "limit", MeasureRow(  # seen by followers and by whoever opens its profile, offered to nobody else
        on=("account",), by=HOUSE, sought=False,
        do=N_("Limit the account's reach"), done=N_("reach limited"), told=N_("an account limited"),
        stays=N_("Your followers see what you write, and so does whoever opens your profile."),
        begun={
            "account": ("Your account is limited, {until}{because}: your followers and whoever opens your profile see your posts; "
                        "they are offered to nobody else.",
                        "{because}आपका खाता {until} सीमित है: फ़ॉलो करने वाले और आपकी प्रोफ़ाइल खोलने वाले आपकी पोस्टें देखेंगे, "
                        "वे किसी और के सामने नहीं रखी जाएँगी।"),
        },
        banner=("Limited since {since}, {until}: shown to followers and to whoever opens the profile, offered to nobody else. "
                "Reason: {reason}",
                "{since} से सीमित, {until}: फ़ॉलो करने वालों और प्रोफ़ाइल खोलने वालों को दिखता है, किसी और के सामने नहीं रखा जाता। "
                "कारण: {reason}"),
        action="silence", undo="unsilence", dsa=(SHOWN, "CONTENT_DEMOTED"),
    )  # fmt: skip
    LIMIT_SERVER = "limit_server", MeasureRow(  # as `limit`, of everybody there
        on=("server",), by=HOUSE, two=True, sought=False,
        do=N_("Limit the reach of the server"), done=N_("server limited"), told=N_("a server limited"),
        stays=N_("Whoever follows somebody there sees what they write, and so does whoever opens their profile."),
        begun={"server": ("Your server is limited here, {until}{because}: whoever follows you or opens your profile sees your posts; "
                          "they are offered to nobody else.",
                          "{because}आपका सर्वर {until} यहाँ सीमित है: आपको फ़ॉलो करने वाले और आपकी प्रोफ़ाइल खोलने वाले आपकी पोस्टें देखेंगे, "
                          "वे किसी और के सामने नहीं रखी जाएँगी।")},
        ended={"server": ("Your server is limited here no more.", "आपका सर्वर अब यहाँ सीमित नहीं है।")},
        banner=("This server is limited since {since}, {until}: shown to followers and to whoever opens a profile, offered to nobody else. "
                "Reason: {reason}",
                "यह सर्वर {since} से सीमित है, {until}: फ़ॉलो करने वालों और प्रोफ़ाइल खोलने वालों को दिखता है, किसी और के सामने नहीं रखा जाता। "
                "कारण: {reason}"),
    )  # fmt: skip
    FREEZE = "freeze", MeasureRow(  # reads, and cannot write
        on=("account",), by=HOUSE, state="frozen",
        do=N_("Freeze the account"), done=N_("account frozen"), told=N_("an account frozen"),
        stays=N_("What you have written is shown as before. You can read."),
        begun={
            "account": ("Your account is frozen, {until}{because}: you can read, appeal and take your data with you, and not write.",
                        "{because}आपके खाते में {until} लिखने पर रोक है: आप पढ़ सकते हैं, अपील कर सकते हैं और अपना डेटा ले सकते हैं।"),
        },
        ended={"account": ("You can write again: the freeze of your account{under} has ended.",
                           "आप फिर से लिख सकते हैं: {under}खाते पर लगी रोक खत्म हो गई है।")},
        banner=("Frozen since {since}, {until}: it can read, not write. Reason: {reason}",
                "{since} से लिखने पर रोक, {until}: पढ़ा जा सकता है। कारण: {reason}"),
        action="disable", undo="enable", dsa=(PROVISION, "PARTIAL_SUSPENSION"),
    )  # fmt: skip
    WITHHOLD_MEDIA = "withhold_media", MeasureRow(
        on=("media",), by=LAW, hides="media", shades=True, usual="media",
        do=N_("Withhold pictures"), done=N_("media withheld"), told=N_("a picture not shown"),
        stays=N_("The words of the post; and the picture in all other countries."), receipt=N_("pictures are not shown"),
        asked=("a picture of yours be withheld", "आपका एक चित्र रोका जाए"),
        begun={"media": ("A picture of yours is not shown in {country}, {until}{because}. Elsewhere it can be seen.",
                         "{because}आपका एक चित्र {until} {country} में नहीं दिखाया जाएगा। दूसरे देशों में वह देखा जा सकता है।")},
        ended={"media": ("Your picture is shown in {country} again: the limit{under} has ended.",
                         "आपका चित्र {country} में फिर दिख रहा है: {under}उस पर लगी रोक खत्म हो गई है।")},
        dsa=(SHOWN, "CONTENT_DISABLED"),
    )  # fmt: skip
    WITHHOLD_POST = "withhold_post", MeasureRow(
        on=("post",), by=LAW, hides="post", sought=False, usual="post",
        do=N_("Withhold posts"), done=N_("post withheld"), told=N_("a post not shown"),
        stays=N_("In all other countries the post is shown as before, and you see it yourself. Nothing was deleted."),
        receipt=N_("the post is not shown"), asked=("a post of yours be withheld", "आपकी एक पोस्ट रोकी जाए"),
        begun={"post": ("Your post is not shown in {country}, {until}{because}. Elsewhere it can be read.",
                        "{because}आपकी पोस्ट {until} {country} में नहीं दिखाई जाएगी। दूसरे देशों में वह पढ़ी जा सकती है।")},
        ended={"post": ("Your post is shown in {country} again: the limit{under} has ended.",
                        "आपकी पोस्ट {country} में फिर दिख रही है: {under}उस पर लगी रोक खत्म हो गई है।")},
        dsa=(SHOWN, "CONTENT_DISABLED"),
    )  # fmt: skip
    WITHHOLD_ACCOUNT = "withhold_account", MeasureRow(
        on=("account",), by=LAW, hides="account", sought=False, usual="account",
        do=N_("Withhold the whole account"), done=N_("account withheld"), told=N_("an account not shown"),
        stays=N_("In all other countries the account is shown as before. Nothing was deleted."),
        receipt=N_("the account is not shown"), asked=("your account be withheld", "आपका खाता रोका जाए"),
        begun={"account": ("Your account is not shown in {country}, {until}{because}. Elsewhere it can be seen.",
                           "{because}आपका खाता {until} {country} में नहीं दिखाया जाएगा। दूसरे देशों में वह देखा जा सकता है।")},
        ended={"account": ("Your account is shown in {country} again: the limit{under} has ended.",
                           "आपका खाता {country} में फिर दिख रहा है: {under}उस पर लगी रोक खत्म हो गई है।")},
        dsa=(SHOWN, "CONTENT_DISABLED"),
    )  # fmt: skip
    REMOVE_POST = "remove_post", MeasureRow(
        on=("post",), by=HOUSE, hides="post", sought=False,
        do=N_("Remove the post"), done=N_("post removed"), told=N_("a post removed"),
        stays=N_("You see the post yourself until it is purged; it comes back if an appeal is successful."),
        receipt=N_("the post is removed"), asked=("a post of yours be removed", "आपकी एक पोस्ट हटाई जाए"),
        begun={"post": ("Your post was removed{because}. Only you still see it.",
                        "{because}आपकी पोस्ट हटा दी गई है। अब वह केवल आपको दिखती है।")},
        ended={"post": ("Your post is there again: its removal{under} has been taken back.",
                        "आपकी पोस्ट फिर से दिख रही है: {under}उसे हटाने का फ़ैसला वापस ले लिया गया है।")},
        banner=("Removed since {since}, {until}: nobody else sees it. Reason: {reason}",
                "{since} से हटाई गई, {until}: यह और किसी को नहीं दिखती। कारण: {reason}"),
        action="delete_statuses", dsa=(SHOWN, "CONTENT_REMOVED"), reported="removed",
    )  # fmt: skip
    SUSPEND = "suspend", MeasureRow(
        on=("account",), by=HOUSE, two=True, hides="account", sought=False, state="suspended",
        do=N_("Suspend the account"), done=N_("account suspended"), told=N_("an account suspended"),
        stays=N_("You can log in to appeal and to take your data with you. Nothing is purged while an appeal is possible."),
        receipt=N_("the account is suspended"), asked=("your account be suspended", "आपका खाता निलंबित किया जाए"),
        begun={"account": ("Your account is suspended, {until}{because}. You can log in to appeal and to take your data with you.",
                           "{because}आपका खाता {until} निलंबित है। आप लॉग इन करके अपील कर सकते हैं और अपना डेटा ले सकते हैं।")},
        ended={"account": ("Your account is open again, with everything in it: the suspension{under} has ended.",
                           "आपका खाता फिर खुल गया है, सब कुछ पहले जैसा है: {under}उसका निलंबन खत्म हो गया है।")},
        banner=("Suspended since {since}, {until}. Reason: {reason}", "{since} से निलंबित, {until}। कारण: {reason}"),
        action="suspend", undo="unsuspend", dsa=(ACCOUNT, "SUSPENDED"), reported="suspended",
    )  # fmt: skip
    SUSPEND_SERVER = "suspend_server", MeasureRow(  # nothing is taken from there, nothing is sent, nothing of it is shown
        on=("server",), by=HOUSE, two=True, hides="server", sought=False,
        do=N_("Suspend the server"), done=N_("server suspended"), told=N_("a server suspended"),
        stays=N_("What its people said stays on their own server. Follows between there and here have ended."),
        receipt=N_("nothing from the server is shown"),
        begun={"server": ("Your server is suspended here, {until}{because}: nothing from there is taken or shown, and nothing is sent.",
                          "{because}आपका सर्वर {until} यहाँ निलंबित है: वहाँ से न कुछ लिया जाता है, न दिखाया जाता है, न भेजा जाता है।")},
        ended={"server": ("Your server is no more suspended here. Follows that ended have to be asked for again.",
                          "आपका सर्वर अब यहाँ निलंबित नहीं है। जो फ़ॉलो खत्म हुए थे, उन्हें फिर से माँगना होगा।")},
        banner=("This server is suspended since {since}, {until}. Reason: {reason}", "यह सर्वर {since} से निलंबित है, {until}। कारण: {reason}"),
        reported="suspended",
    )  # fmt: skip

    def kind(self, of_target: str) -> str:
        """What kind of thing it is about, where the target is of `of_target`: it may be a part of that."""
        return self.row.on[0] if len(self.row.on) == 1 else of_target


EVERYWHERE = "XX"  # in the place of countries' codes: it binds in all of them

SEVERITY = {measure: rung for rung, measure in enumerate(Measure)}
ACCOUNT_LEVEL = frozenset(m for m in Measure if m.row.on == ("account",))
HIDING = frozenset(m for m in Measure if m.row.hides)
WITHHOLDING = frozenset(m for m in HIDING if m.row.by == LAW)
OF_SERVERS = frozenset(m for m in Measure if m.row.on == ("server",))


def counts_again(before: str, now: str) -> bool:
    """Whether whoever did `before` to a thing alone may not do `now` to it alone: by turns they would never end.

    A warning is over when it is said, and what is refused of a server is refused each for itself.
    """
    return Measure.WARN not in (before, now) and (before == now or now not in OF_SERVERS)


def narrower(one: str, other: str) -> bool:
    """Whether `one` takes less than `other`."""
    return SEVERITY[Measure(one)] < SEVERITY[Measure(other)]
