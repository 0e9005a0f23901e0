"""Persons who sign in: their passkeys and their sessions. Knows no pharmacy.

Comes in: what a browser's authenticator answers, the secret in a session's cookie. Goes out: who it
is. Always holds: nobody has a password; every sign-in verified its user (PIN, finger, face) on the
device; a challenge serves once and for 5 minutes; the database alone signs nobody in, since it
knows a session only by a MAC under a key that it does not hold.

WebAuthn is judged by `fido2`, the library under django-allauth's passkeys. We use it without
allauth's layer, which would store a session in clear, ignore a cloned key's counter, and mount
pages that sign in by mailed code.
"""
