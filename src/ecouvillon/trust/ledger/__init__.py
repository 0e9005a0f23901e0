"""The audit log: who did what to which record, for which purpose, from where.

Comes in: an actor, an action, records. Goes out: rows that only ever get added. Always holds: the
entry of a change commits with the change, the entry of a reading commits before the data is opened;
an entry that can't be written stops what it was for; no entry holds a patient's data.
"""
