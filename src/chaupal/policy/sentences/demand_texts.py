"""What those are told of whose things an authority demands something about, in Hindi and English; and how a demand is put into words."""

from collections.abc import Iterable

from chaupal.kernel.page_languages import spoken
from chaupal.policy.measures import UNNAMED, Measure
from chaupal.policy.sentences.placeholders import spoken_of

# As in `complaint_texts.SAID`, of which these are a part.
DEMANDS = {
    ("demand_received", "en"): ("somebody asks that something of yours be limited", "An authority has asked, in {ref}, that something "
        "you wrote, or your account, be limited. Nothing is decided yet. You will be told what is decided, and why."),
    ("demand_received", "hi"): ("आपकी किसी चीज़ पर रोक माँगी गई है",
        "एक प्राधिकारी ने {ref} में माँग की है कि आपकी लिखी किसी चीज़ पर, या आपके खाते पर, "
        "रोक लगाई जाए। अभी कुछ तय नहीं हुआ है। जो तय होगा, और क्यों, वह आपको बताया जाएगा।"),
    ("demand_mended", "en"): ("a demand about you was sent back, and came again", "An authority had asked that something you wrote, or "
        "your account, be limited. That order, {before}, was sent back because something was missing; {ref} is its mended version. "
        "Nothing is decided yet. You will be told what is decided, and why."),
    ("demand_mended", "hi"): ("आपके बारे में एक माँग लौटाई गई थी, अब फिर आई है",
        "एक प्राधिकारी ने आपकी लिखी किसी चीज़ पर, या आपके खाते पर, रोक माँगी थी। उस आदेश ({before}) में कुछ कमी थी, इसलिए वह लौटाया गया; "
        "{ref} उसी का सुधारा हुआ रूप है। अभी कुछ तय नहीं हुआ है। जो तय होगा, और क्यों, वह आपको बताया जाएगा।"),
    ("demand_opened", "en"): ("a demand about you was secret until now", "On {day} an authority asked, in {ref}, that {asked}. "
        "It was secret until {until}, so you are told only now. What was decided, and why, is said there."),
    ("demand_opened", "hi"): ("आपके बारे में एक माँग अब तक गुप्त थी", "{day} को एक प्राधिकारी ने {ref} में माँगा था कि {asked}। यह {until} तक "
        "गुप्त था, इसलिए आपको अभी बताया जा रहा है। जो तय हुआ, और क्यों, वह वहाँ लिखा है।"),
    ("demand_refused", "en"): ("a demand about you was refused",
        "What {ref} asked about something of yours was refused. Why, is said there."),
    ("demand_refused", "hi"): ("आपके बारे में एक माँग ठुकराई गई",
        "{ref} में आपकी किसी चीज़ के बारे में जो माँगा गया था, वह ठुकरा दिया गया है। कारण वहाँ लिखा है।"),
    ("demand_closed", "en"): ("a demand about you is closed",
        "What {ref} asked about something of yours is closed; nothing was limited by it."),
    ("demand_closed", "hi"): ("आपके बारे में एक माँग बंद हुई",
        "{ref} में आपकी किसी चीज़ के बारे में जो माँगा गया था, वह मामला बंद हो गया है; उससे कोई रोक नहीं लगी।"),
    ("demand_withdrawn", "en"): ("a demand about you was taken back",
        "What {ref} asked about something of yours was taken back, or set aside; "
        "nothing was limited by it."),
    ("demand_withdrawn", "hi"): ("आपके बारे में एक माँग वापस हुई",
        "{ref} में आपकी किसी चीज़ के बारे में जो माँगा गया था, वह वापस ले लिया गया या रद्द हुआ; "
        "उससे कोई रोक नहीं लगी।"),
}  # fmt: skip
# What the tenth of a day says besides, whatever it is.
FURTHER = {
    "en": " It is the tenth demand about you within a day: of further ones you hear by message alone, and not by mail.",
    "hi": " एक दिन के भीतर आपके बारे में यह दसवीं माँग है। आगे की माँगों की सूचना केवल संदेश से मिलेगी, ईमेल से नहीं।",
}
AND = {"en": " and ", "hi": " और "}


def asked(measures: Iterable[str], language: str) -> str:
    """What was demanded, each thing once: `a post of yours be withheld and your account be withheld`."""
    language = spoken(language)
    said = [spoken_of(Measure(measure).row.asked if measure else UNNAMED, language) for measure in measures]
    return AND[language].join(dict.fromkeys(said))
