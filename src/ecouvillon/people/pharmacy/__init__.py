"""Pharmacies, the tenants, with the people and the programs that work for them.

Comes in: what the operator sets up (`pharmacy create`, `staff invite`, `client create`), an access
token, a session's cookie, a touch of a passkey. Goes out: who calls or who is at the screen, for
which pharmacy, as what. Always holds: a client belongs to one pharmacy and can only hand in; its
secret is shown once and kept as Argon2id hash, its token as a hash. Who signs in was invited, and
works for a pharmacy only as long as their membership lasts: it is read at every request.
"""
