"""Pharmacies, the tenants, and the programs that act for them.

Comes in: what the operator sets up (`pharmacy create`, `client create`), an access token. Goes out:
who calls, for which pharmacy, with which scopes. Always holds: a client belongs to one pharmacy and
can only hand in; its secret is shown once and kept as Argon2id hash, its token as a hash.
"""
