"""Sealed documents: the one home of personal data, each under a key of its own.

Comes in: a document (identity, contact, nir, result, message, reason) of a record. Goes out: a row
with its ciphertext; or, for a named actor and purpose, what was sealed, once the ledger has it.
Always holds: the database never has a key, the key service never has a document; sizes tell only a
size class; a ciphertext moved to another tenant, record, kind or version does not open.
"""
