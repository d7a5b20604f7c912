"""What whoever filed an order on the portal is told by mail when it waits for them: in Hindi and in English, since nobody asked them."""

# Step -> (subject, and what it means for the authority). Why stands on the portal alone, since a mail is read by whoever keeps the mailbox.
WAITS = {
    "return_order": (
        "आदेश लौटाया गया / order sent back",
        "आदेश {ref} लौटाया गया है, क्योंकि उसमें कुछ कमी है। क्या कमी है, यह इस पन्ने पर लिखा है; वहीं उसे सुधारकर फिर दर्ज किया जा सकता है:",
        "Order {ref} was sent back, because something is missing. What that is stands on the page above, where it can be "
        "mended and filed again.",
    ),
    "ask": (
        "आदेश पर एक सवाल / a question about an order",
        "आदेश {ref} के बारे में आपसे कुछ पूछा गया है। सवाल इस पन्ने पर है; जवाब वहीं दिया जा सकता है:",
        "Something is asked about order {ref}. The question stands on the page above, and is answered there.",
    ),
}
MANY = (
    "एक दिन में {most} से ज़्यादा आदेश दर्ज हों, तो ईमेल केवल पहले {most} के बारे में आता है, और आपात आदेशों के बारे में; बाकी पोर्टल पर देखें।",
    "Where more than {most} orders are filed within a day, mails tell of the first {most} alone, and of emergency orders; the portal "
    "shows all of them.",
)


def letter(verb: str, *, ref: str, most: int, title: str, origin: str) -> tuple[str, str]:
    """(subject, body)."""
    subject, *said = (text.format(ref=ref, most=most) for text in (*WAITS[verb], *MANY))
    hindi, english, many_hindi, many_english = said
    page = f"{origin}/portal/orders/{ref}"
    parts = (hindi, page, english, many_hindi, many_english, f"{title}\n{origin}\n")
    return f"{title}: {ref}: {subject}", "\n\n".join(parts)
