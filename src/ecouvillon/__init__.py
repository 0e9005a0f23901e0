"""Écouvillon: rapid tests in French pharmacies, collected, sealed, forwarded, handed over.

`docs/architecture.md` says each room in a clause and follows one result through the house.
"""
