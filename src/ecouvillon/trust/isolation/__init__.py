"""The tenant of a transaction: who sees which rows, and how a change reaches the database.

Comes in: a tenant (a pharmacy's id) and the rows that the rooms made. Goes out: one transaction in
one round trip, or nothing. Always holds: with no tenant set every protected table shows 0 rows and
takes none, whoever asks; the migration that creates a table protects it (`protection.protect`), and
a test of the catalogue fails on a table that is neither protected nor listed as shared.
"""
