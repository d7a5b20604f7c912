"""What can be wrong with a demand on its face: a code, what it is refused for, and a sentence in each language."""

import msgspec

from chaupal_audit.law.regime import Refusal


class Defect(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong: in which field, in words for its issuer. `numbers`: of the targets it is about."""

    code: str
    field: str
    refusal: Refusal
    en: str
    hi: str
    numbers: tuple[int, ...] = ()


# code: (what it is refused for, English, Hindi). Hindi sentences are built so that no verb agrees with what is filled in.
DEFECTS: dict[str, tuple[Refusal, str, str]] = {
    "issuer_unlisted": (
        Refusal.NOT_AUTHORISED_ISSUER,
        "Under this law it may be issued only by: {allowed}. The issuer stated, “{given}”, is none of them.",
        "इस कानून के अंतर्गत इसे केवल ये जारी कर सकते हैं: {allowed}। बताए गए जारीकर्ता (“{given}”) इनमें शामिल नहीं हैं।",
    ),
    "rank_missing": (
        Refusal.NOT_AUTHORISED_ISSUER,
        "The officer's rank is not stated; the lowest that may issue it is {allowed}.",
        "अधिकारी का पद नहीं बताया गया; इसे जारी करने के लिए न्यूनतम पद {allowed} है।",
    ),
    "rank_unknown": (
        Refusal.NOT_AUTHORISED_ISSUER,
        "The rank “{given}” is not among the ranks known here; the lowest that may issue it is {allowed}.",
        "पद “{given}” यहाँ दर्ज पदों में नहीं है; इसे जारी करने के लिए न्यूनतम पद {allowed} है।",
    ),
    "rank_too_low": (
        Refusal.NOT_AUTHORISED_ISSUER,
        "The officer's rank, {given}, does not reach {allowed}, the lowest that may issue it.",
        "अधिकारी का पद ({given}) इसे जारी करने के लिए आवश्यक न्यूनतम पद ({allowed}) के बराबर या उससे ऊपर नहीं है।",
    ),
    "issuer_class_other": (
        Refusal.NOT_AUTHORISED_ISSUER,
        "Under this law this office is {allowed}; the authority that issued it is registered as {given}.",
        "इस कानून के अंतर्गत यह पद इस श्रेणी का है: {allowed}। जारी करने वाला प्राधिकारी इस श्रेणी में दर्ज है: {given}।",
    ),
    "jurisdiction_foreign": (
        Refusal.NOT_AUTHORISED_ISSUER,
        "The law relied on is that of {allowed}; the issuer is of {given}.",
        "जिस कानून का सहारा लिया गया है वह {allowed} का है, जबकि जारीकर्ता {given} के हैं।",
    ),
    "ground_unlisted": (
        Refusal.GROUND_NOT_LISTED,
        "The ground stated, “{given}”, is not among those that this law names: {allowed}.",
        "बताया गया आधार (“{given}”) इस कानून के आधारों में नहीं है। कानून के आधार ये हैं: {allowed}।",
    ),
    "field_missing": (Refusal.NOT_SPECIFIC, "It does not state: {allowed}.", "यह जानकारी नहीं दी गई है: {allowed}।"),
    "targets_vague": (
        Refusal.NOT_SPECIFIC,
        "These items are not named by the exact address that this law asks for: {given}.",
        "इन क्रमांकों की सामग्री का वह सटीक पता नहीं दिया गया है जो इस कानून के अंतर्गत आवश्यक है: {given}।",
    ),
    "targets_account_level": (
        Refusal.OVERBROAD_ACCOUNT_LEVEL,
        "These items name whole accounts, while under this law only single posts are acted on: {given}.",
        "इन क्रमांकों में पूरे खाते बताए गए हैं, जबकि इस कानून के अंतर्गत केवल अलग-अलग पोस्ट पर कार्रवाई होती है: {given}।",
    ),
    "territory_beyond": (
        Refusal.EXTRATERRITORIAL,
        "It asks for effect in {given}; the issuer can ask for it only in {allowed}.",
        "इसे {given} में लागू करने को कहा गया है, जबकि जारीकर्ता का अधिकार-क्षेत्र केवल {allowed} है।",
    ),
    "channel_unlisted": (
        Refusal.UNVERIFIABLE_ORIGIN,
        "It came by a channel that is not foreseen for it ({given}); foreseen are: {allowed}.",
        "जिस माध्यम से यह प्राप्त हुआ ({given}), वह इसके लिए निर्धारित नहीं है। निर्धारित माध्यम: {allowed}।",
    ),
    "signature_invalid": (
        Refusal.UNVERIFIABLE_ORIGIN,
        "Its signature is not valid.",
        "इस पर किए गए हस्ताक्षर जाँच में मान्य नहीं पाए गए।",
    ),
    "signature_unverifiable": (
        Refusal.UNVERIFIABLE_ORIGIN,
        "Its signature could not be verified.",
        "इस पर किए गए हस्ताक्षर का सत्यापन नहीं हो सका।",
    ),
    "origin_unverified": (
        Refusal.UNVERIFIABLE_ORIGIN,
        "It could not be verified that it was issued by {given}.",
        "इस बात का सत्यापन नहीं हो सका कि इसे {given} ने ही जारी किया है।",
    ),
    "origin_false": (
        Refusal.UNVERIFIABLE_ORIGIN,
        "On verification it was found not to have been issued by {given}.",
        "सत्यापन में पाया गया कि इसे {given} ने जारी नहीं किया है।",
    ),
    "dated_ahead": (
        Refusal.UNVERIFIABLE_ORIGIN,
        "It is dated {given}, later than the day on which it was received.",
        "इस पर {given} की तारीख है, जो प्राप्ति के दिन के बाद की है।",
    ),
    "stale": (
        Refusal.UNVERIFIABLE_ORIGIN,
        "It is dated {given}; after so long its issuer must confirm that it still stands.",
        "इस पर {given} की तारीख है; इतने समय बाद जारीकर्ता की यह पुष्टि आवश्यक है कि यह अब भी प्रभावी है।",
    ),
    "interim_missing": (
        Refusal.NOT_SPECIFIC,
        "It is an emergency direction and does not state until when it holds if it is not confirmed.",
        "यह आपात निर्देश है, पर इसमें यह नहीं बताया गया है कि पुष्टि न होने पर यह कब तक लागू रहेगा।",
    ),
    "interim_past": (
        Refusal.EXPIRED_INTERIM,
        "The time for which it was made ended on {given}.",
        "जिस अवधि के लिए इसे जारी किया गया था, वह {given} को समाप्त हो चुकी है।",
    ),
    "interim_too_long": (
        Refusal.NO_LEGAL_BASIS,
        "It is to hold until {given}; without confirmation an emergency direction holds until {allowed} at most.",
        "इसे {given} तक लागू रखने को कहा गया है, जबकि पुष्टि के बिना आपात निर्देश अधिकतम {allowed} तक ही लागू रह सकता है।",
    ),
}


def defect(
    code: str,
    field: str,
    *,
    given: tuple[str, str] = ("", ""),
    allowed: tuple[str, str] = ("", ""),
    refusal: Refusal | None = None,
    numbers: tuple[int, ...] = (),
) -> Defect:
    """A defect of the table, its sentences filled in; `given` and `allowed` in English and Hindi."""
    default, en, hi = DEFECTS[code]
    return Defect(
        code=code,
        field=field,
        refusal=refusal or default,
        en=en.format(given=given[0], allowed=allowed[0]),
        hi=hi.format(given=given[1], allowed=allowed[1]),
        numbers=numbers,
    )
