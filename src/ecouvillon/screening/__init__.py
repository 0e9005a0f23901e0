"""The record that everything hangs on: one visit of one patient at one pharmacy, and its versions.

Comes in: what a patient or a program said, readings of kits. Goes out: rows for a change, with all
personal data sealed. Always holds: nothing is overwritten, a new truth is a new version; no column,
count or size depends on a result.
"""
