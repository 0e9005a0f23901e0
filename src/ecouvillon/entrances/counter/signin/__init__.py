"""The door of the counter: invitation, sign-in, the choice of place and performer, lock, sign-out.

Comes in: addresses with tokens, codes, what a passkey answered. Goes out: pages, and the session's
cookie. Always holds: the cookie's secret is ours and new at every sign-in; `next` leads nowhere but
to the counter; no page of the door shows a patient.
"""
