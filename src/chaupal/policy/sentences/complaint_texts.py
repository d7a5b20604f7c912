"""What those are told who report, appeal, keep the clocks, or asked for what could not be: direct posts and letters, in two languages.

Nothing stands in them but our own words, references, days and addresses of pages: no name, and nothing that was reported.
"""

from chaupal.kernel.page_languages import spoken
from chaupal.policy.sentences.demand_texts import DEMANDS
from chaupal.policy.sentences.placeholders import moment

# Kind of answer -> (subject of the letter, what is said). Letters add a greeting, `{page}` and who we are.
SAID = DEMANDS | {
    ("confirm", "en"): ("confirm your report", "Somebody, we think you, wrote a report here. It counts once you open this page and press "
        "the button there. The link works for three days. If it was not you, do nothing."),
    ("confirm", "hi"): ("अपनी शिकायत पक्की करें", "किसी ने, हमारे खयाल से आपने, यहाँ एक शिकायत लिखी है। यह पन्ना खोलकर बटन "
        "दबाने पर वह दर्ज "
        "होगी। लिंक तीन दिन तक काम करेगा। अगर शिकायत आपकी नहीं है, तो कुछ न करें।"),
    ("received", "en"): ("your report {ref}", "Thank you. Your report {ref} has arrived and somebody will look at it, by {day} "
        "at the latest. Who wrote it stays with us. You will be told what became of it."),
    ("received", "hi"): ("आपकी शिकायत {ref}", "धन्यवाद। आपकी शिकायत {ref} मिल गई है; {day} तक उसे देख लिया जाएगा। शिकायत किसने लिखी, यह "
        "हमारे पास ही रहेगा। नतीजा आपको बताया जाएगा।"),
    ("received_undated", "en"): ("your report {ref}", "Thank you. Your report {ref} has arrived and somebody will look at it. "
        "Who wrote it stays with us. You will be told what became of it."),
    ("received_undated", "hi"): ("आपकी शिकायत {ref}", "धन्यवाद। आपकी शिकायत {ref} मिल गई है और उसे देखा जाएगा। "
        "शिकायत किसने लिखी, यह हमारे पास ही रहेगा। नतीजा आपको बताया जाएगा।"),
    ("removed", "en"): ("your report {ref}", "We have looked at your report {ref}: what you reported has been removed."),
    ("removed", "hi"): ("आपकी शिकायत {ref}", "आपकी शिकायत {ref} देख ली गई है: जिसकी शिकायत थी, उसे हटा दिया गया है।"),
    ("limited", "en"): ("your report {ref}", "We have looked at your report {ref}: what you reported has been limited."),
    ("limited", "hi"): ("आपकी शिकायत {ref}", "आपकी शिकायत {ref} देख ली गई है: जिसकी शिकायत थी, उस पर रोक लगाई गई है।"),
    ("labelled", "en"): ("your report {ref}", "We have looked at your report {ref}: what you reported has been labelled."),
    ("labelled", "hi"): ("आपकी शिकायत {ref}", "आपकी शिकायत {ref} देख ली गई है: जिसकी शिकायत थी, उस पर लेबल लगाया गया है।"),
    ("warned", "en"): ("your report {ref}", "We have looked at your report {ref}: the account has been warned."),
    ("warned", "hi"): ("आपकी शिकायत {ref}", "आपकी शिकायत {ref} देख ली गई है: खाते को चेतावनी दी गई है।"),
    ("suspended", "en"): ("your report {ref}", "We have looked at your report {ref}: the account has been suspended."),
    ("suspended", "hi"): ("आपकी शिकायत {ref}", "आपकी शिकायत {ref} देख ली गई है: खाता निलंबित किया गया है।"),
    ("none", "en"): ("your report {ref}", "We have looked at your report {ref} and found no rule or law broken. You can block or mute the "
        "account, and report anew what we do not know of."),
    ("none", "hi"): ("आपकी शिकायत {ref}", "आपकी शिकायत {ref} देख ली गई है: हमें किसी नियम या कानून का उल्लंघन नहीं मिला। आप "
        "खाते को ब्लॉक या "
        "म्यूट कर सकते हैं, और कोई नई बात हो तो फिर लिख सकते हैं।"),
    ("forwarded", "en"): ("your report {ref}", "We have looked at your report {ref} and passed it on to those who are responsible for it."),
    ("forwarded", "hi"): ("आपकी शिकायत {ref}", "आपकी शिकायत {ref} देख ली गई है और जो उसके लिए ज़िम्मेदार हैं, उन्हें भेज दी गई है।"),
    ("taken_back", "en"): ("your report {ref}", "What was done about your report {ref} has been taken back after an appeal."),
    ("taken_back", "hi"): ("आपकी शिकायत {ref}", "आपकी शिकायत {ref} पर जो किया गया था, वह अपील के बाद वापस ले लिया गया है।"),
    ("lifted", "en"): ("your report {ref}", "What was done about your report {ref} has been taken back by this server, without an appeal."),
    ("lifted", "hi"): ("आपकी शिकायत {ref}", "आपकी शिकायत {ref} पर जो किया गया था, उसे इस सर्वर ने बिना किसी अपील के वापस ले लिया है।"),
    ("filed", "en"): ("your appeal has arrived", "Your appeal has arrived. Somebody who had no part in the decision will look "
        "at it, by {day} at the latest. You can write there, and read what is decided."),
    ("filed", "hi"): ("आपकी अपील मिल गई है", "आपकी अपील मिल गई है। {day} तक कोई ऐसा व्यक्ति उसे देखेगा जो फ़ैसले में शामिल "
        "नहीं था। आप वहीं लिख "
        "सकते हैं और फ़ैसला पढ़ सकते हैं।"),
    ("answered", "en"): ("a word about your appeal", "Somebody has written to you about your appeal. Read it and answer there."),
    ("answered", "hi"): ("आपकी अपील के बारे में", "आपकी अपील के बारे में आपको कुछ लिखा गया है। वहीं पढ़ें और जवाब दें।"),
    ("upheld", "en"): ("your appeal is decided", "Your appeal is decided: the decision stands. "
        "Why, and where else you can turn, is said there."),
    ("upheld", "hi"): ("आपकी अपील पर फ़ैसला", "आपकी अपील पर फ़ैसला हो गया है: पहले का फ़ैसला बना रहेगा। कारण, और आगे आप कहाँ "
        "जा सकते हैं, वहाँ लिखा है।"),
    ("modified", "en"): ("your appeal is decided", "Your appeal is decided: the limit is narrower now. "
        "What holds from now on is said there."),
    ("modified", "hi"): ("आपकी अपील पर फ़ैसला", "आपकी अपील पर फ़ैसला हो गया है: रोक अब कम की गई है। अब से क्या लागू है, वहाँ लिखा है।"),
    ("reversed", "en"): ("your appeal is decided", "Your appeal is decided: you were right. "
        "The decision is taken back, and everything is as it was before it."),
    ("reversed", "hi"): ("आपकी अपील पर फ़ैसला", "आपकी अपील पर फ़ैसला हो गया है: आप सही थे। फ़ैसला वापस ले लिया गया है, और "
        "सब कुछ वैसा है जैसा उससे पहले था।"),
    ("came_in", "en"): ("something has come in", "Something has come in that waits for a decision: {thing}, by {day}."),
    ("came_in", "hi"): ("कुछ नया आया है", "कुछ नया आया है जिस पर फ़ैसला होना है: {thing}, {day} तक।"),
    ("clock", "en"): ("{share} % of the time are over", "{share} % of the time for {thing} are over: due by {day}."),
    ("clock", "hi"): ("{share} % समय बीत चुका", "{thing} के लिए {share} % समय बीत चुका है: {day} तक करना है।"),
    ("clocks", "en"): ("{many} deadlines", "{lines}"),
    ("clocks", "hi"): ("{many} समय-सीमाएँ", "{lines}"),
    ("webhook_off", "en"): ("a webhook was switched off", "The webhook to {host} was switched off: it has not answered for {tries} "
        "calls in a row. What it has missed can be read over the API. It can be switched on again there."),
    ("webhook_off", "hi"): ("एक वेबहुक बंद किया गया", "{host} का वेबहुक बंद कर दिया गया है: लगातार {tries} बार उसका जवाब नहीं आया। जो छूट "
        "गया, वह API से पढ़ा जा सकता है। उसे वहीं फिर चालू किया जा सकता है।"),
    ("push_off", "en"): ("a device of yours is not told any more", "For {days} days nothing that we sent to one of your devices has "
        "arrived there, so we send it no more. To be told there again, open the app on it, or this page, and allow notifications."),
    ("push_off", "hi"): ("आपके एक डिवाइस पर अब सूचनाएँ नहीं जातीं", "आपके एक डिवाइस पर {days} दिन से हमारी भेजी कोई सूचना नहीं पहुँची, इसलिए "
        "अब वहाँ कुछ नहीं भेजा जाएगा। फिर से पाने के लिए उस पर ऐप या यह पन्ना खोलें और सूचनाओं की अनुमति दें।"),
    ("unsaid", "en"): ("a scheduled post was not posted", "Something that you had scheduled could not be posted when its time came. It "
        "has been kept; why, and what you can do, stands there."),
    ("unsaid", "hi"): ("तय समय की पोस्ट नहीं हो सकी", "जो आपने तय समय पर पोस्ट करने को रखा था, वह समय आने पर पोस्ट नहीं हो सका। वह "
        "मिटा नहीं है; कारण, और आप क्या कर सकते हैं, वहाँ लिखा है।"),
    ("overdue", "en"): ("the time is over", "The time for {thing} is over since {day}. Nothing has been done by itself."),
    ("part", "en"): ("you have a role in the office", "You were given a role in the office of this server. What waits for you, "
        "and what you may do, stands there. Before you begin, set up codes or a passkey under Settings → Security, so that nobody else "
        "comes in as you."),
    ("part", "hi"): ("दफ़्तर में आपकी भूमिका", "आपको इस सर्वर के दफ़्तर में एक भूमिका दी गई है। आपके लिए क्या बाकी है और आप क्या "
        "कर सकते हैं, वहाँ लिखा है। शुरू करने से पहले सेटिंग → सुरक्षा में कोड या पासकी लगाएँ, ताकि आपके नाम से कोई और न आ सके।"),
    ("asks_to_join", "en"): ("somebody asks to join", "Somebody asks to join this server and waits for an answer. While somebody waits "
        "you are told of no other."),
    ("asks_to_join", "hi"): ("किसी ने खाता माँगा है", "किसी ने इस सर्वर पर खाता माँगा है और जवाब का इंतज़ार है। जब तक कोई इंतज़ार में है, औरों की "
        "खबर अलग से नहीं आएगी।"),
    ("no_part", "en"): ("you have no role in the office any more", "You have no role in the office of this server any more. "
        "Your account is as it was."),
    ("no_part", "hi"): ("दफ़्तर में अब आपकी भूमिका नहीं है", "इस सर्वर के दफ़्तर में अब आपकी कोई भूमिका नहीं है। आपका खाता वैसा ही है।"),
    ("second_wanted", "en"): ("protect your account", "You have a role in the office, and only a password guards your account. "
        "Please set up codes or a passkey."),
    ("second_wanted", "hi"): ("अपने खाते की सुरक्षा बढ़ाएँ", "दफ़्तर में आपकी भूमिका है, और आपके खाते पर सिर्फ़ पासवर्ड लगा है। कृपया "
        "कोड या पासकी लगाएँ।"),
    ("second_ended", "en"): ("codes and passkeys were taken away", "Whoever looks after this server has taken away the codes and "
        "passkeys of your account, and logged out every browser and app. The password alone is enough until you set up new ones. "
        "If you did not ask for this, choose a new password at once and tell us."),
    ("second_ended", "hi"): ("कोड और पासकी मिटाए गए", "इस सर्वर को सँभालने वालों ने आपके खाते के कोड और पासकी मिटा दिए हैं, और हर "
        "ब्राउज़र और ऐप लॉग आउट हो गया है। नए लगाने तक सिर्फ़ पासवर्ड काफ़ी है। अगर आपने यह नहीं माँगा था, तो तुरंत नया पासवर्ड "
        "चुनें और हमें बताएँ।"),
    ("overdue", "hi"): ("समय खत्म", "{thing} का समय {day} को खत्म हो चुका है। अपने-आप कुछ नहीं किया गया है।"),
}  # fmt: skip
HELLO = {"en": "Hello", "hi": "नमस्ते"}
THINGS = {
    ("order", "en"): "order {ref}",
    ("order", "hi"): "आदेश {ref}",
    ("appeal", "en"): "an appeal",
    ("appeal", "hi"): "एक अपील",
    ("report", "en"): "report {ref}",
    ("report", "hi"): "शिकायत {ref}",
}

TO_DO = {
    ("acknowledge", "en"): "to be acknowledged",
    ("acknowledge", "hi"): "पावती देनी है",
    ("act", "en"): "to be acted on",
    ("act", "hi"): "कार्रवाई करनी है",
    ("confirm_interim", "en"): "to be confirmed",
    ("confirm_interim", "hi"): "पुष्टि होनी है",
    ("restore", "en"): "to be shown again",
    ("restore", "hi"): "फिर दिखाना है",
    ("review", "en"): "to be looked at again",
    ("review", "hi"): "फिर से देखना है",
}


def line(kind: str, language: str, *, day: int | None = None, **facts: str) -> str:
    """What is said, in one or two sentences; `day` in ms."""
    return _said(kind, language, day, facts)[1]


def post(kind: str, language: str, *, handle: str, page: str, day: int | None = None, **facts: str) -> str:
    """As a direct post from the house."""
    return f"@{handle} {_said(kind, language, day, facts)[1]} {page}".rstrip()


def letter(
    kind: str,
    language: str,
    *,
    title: str,
    origin: str,
    page: str,
    name: str = "",
    day: int | None = None,
    **facts: str,
) -> tuple[str, str]:
    """(subject, body)."""
    subject, said = _said(kind, language, day, facts)
    hello = f"{HELLO[spoken(language)]} {name}".rstrip()
    parts = (f"{hello},", said, page, f"{title}\n{origin}\n")
    return f"{title}: {subject}", "\n\n".join(part for part in parts if part)


def thing(what: str, ref: str, language: str, clock: str = "") -> str:
    """What a clock is about: `order IN-2021-0001 (to be acknowledged)`, since an order has several."""
    language = spoken(language)
    named, due = THINGS[what, language].format(ref=ref).strip(), TO_DO.get((clock, language))
    return f"{named} ({due})" if due and what == "order" else named


def _said(kind: str, language: str, day: int | None, facts: dict[str, str]) -> tuple[str, str]:
    language = spoken(language)
    facts = facts | ({} if day is None else {"day": moment(day, language)})
    subject, said = SAID[kind, language]
    return subject.format(**facts), said.format(**facts) + facts.get("further", "")
