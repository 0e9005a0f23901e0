"""After the reading: paper, what was refused, corrections, and the day's closing.

Comes in: keys and short forms of staff. Goes out: pages and paper, and calls of the pathway. Always
holds: a record is opened for a named purpose, after the ledger has it; a list shows no value of a
result; a form sent twice counts once.
"""
