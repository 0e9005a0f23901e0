"""What staff touch: the door (sign in, lock), the queue, start, read, to fix, closing the day.

Comes in: what a person at the screen types, scans and presses. Goes out: pages, and calls of the
pathway. Always holds: every view says who may see it (`access.staff`); a page that is locked shows
no name.
"""
