"""The counter's own job: today's queue, the card that starts a kit, the reading, the minute after.

Comes in: scans, keys, short forms. Goes out: pages, and calls of the pathway. Always holds: no
value of a result stands in a list, a title or an address; clocks are the database's; a form sent
twice counts once.
"""
