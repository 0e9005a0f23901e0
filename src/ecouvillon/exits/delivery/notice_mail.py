"""The one e-mail that there is: something can be read, and where.

Comes in: a notice, the patient's address and the link. Goes out: bytes as they travel. Always
holds: they are the same for every result, correction and cancellation but for address, link, id and
date, and the same for every attempt; no name, no pharmacy and no code; the subject, which a locked
screen shows, has no word about health.
"""

from __future__ import annotations

from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from ecouvillon.exits.delivery.notice_queue import Claimed

_SUBJECT = "Votre résultat est disponible / Your result is available"
_TEXT = """\
Bonjour,

Votre résultat peut être consulté ici :

{url}

La page demande le code que vous avez reçu séparément.
Si vous avez déjà lu ce message, ouvrez la page à nouveau : elle a peut-être été mise à jour.
Ce message est envoyé automatiquement ; ne transmettez ni le lien ni le code.

--------

Hello,

Your result can be read here:

{url}

The page asks for the code that you were given separately.
If you have read this message before, please open the page again: it may have been updated.
This message is sent automatically; please pass on neither the link nor the code.
"""


def deliverable(email: str) -> str | None:
    """The address as every mail server takes it, in ASCII; None when there is none.

    A domain is written by IDNA (RFC 5890); a local part beyond ASCII is not (RFC 6531 is rare).
    """
    local, _, domain = email.rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode()}"
        Address(addr_spec=address)
    except Exception:  # noqa: BLE001 - the standard library's parser raises whatever it meets
        return None
    return address if address.isascii() else None


def mail(notice: Claimed, sender: str, recipient: str, url: str) -> bytes:
    """The message (RFC 5322), ready for DATA; `recipient` is `deliverable`."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = _SUBJECT
    message["Date"] = notice.created_at.astimezone(UTC)
    message["Message-ID"] = f"<{notice.id.hex}@{sender.rpartition('@')[2]}>"
    message["Content-Language"] = "fr, en"
    # So that no absence is announced in answer (RFC 3834, 5).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_TEXT.format(url=url), cte="quoted-printable")
    return message.as_bytes()
