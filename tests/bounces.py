"""Mail that comes back, as mail servers say so."""

from email.message import EmailMessage, MIMEPart
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText


def report(letter: MIMEPart, status: str = "5.1.1", action: str = "failed") -> bytes:
    """As a mail server writes that a letter could not be delivered (RFC 3464), with the headers of it."""
    about = EmailMessage()
    about["Reporting-MTA"] = "dns; mx.example.org"
    whom = EmailMessage()
    whom["Final-Recipient"], whom["Action"], whom["Status"] = f"rfc822; {letter['To']}", action, status
    said = MIMEMultipart("report", report_type="delivery-status")
    said.attach(MIMEText("I am sorry."))
    status_part = EmailMessage()
    status_part["Content-Type"] = "message/delivery-status"
    status_part.set_payload([about, whom])
    said.attach(status_part)
    headers = "".join(f"{name}: {letter[name]}\n" for name in ("To", "Message-ID", "From"))
    said.attach(MIMEText(headers, "rfc822-headers"))
    return said.as_bytes()
