"""The key service: the one process that can turn a wrapped document key back into a key.

Comes in: requests over a Unix socket per caller, with ids, kinds and purposes, never a patient's
data. Goes out: document keys, MACs, links' tokens and codes, or a refusal with a code.
Always holds: a key is stored, wrapped, before anybody seals with it; an opening is recorded before
its key is answered; a refusal because of what was asked for is an alarm. Knows no Django and never
reaches the main database. `client` is for every room; `server` and `store` are for `operations`.
"""
