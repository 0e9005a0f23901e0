"""The key store: a PostgreSQL database of its own that holds wrapped keys, never a usable one.

Comes in: wrapped keys, openings, orders to destroy. Goes out: wrapped keys. Always holds: it is
not the main database and has its own short-lived backups, so that a destroyed key stays destroyed
when the data is restored (security.md, row 25). The SQL runs on PostgreSQL 15 and newer.
"""

from ecouvillon.trust.keys.store.schema import migrate

__all__ = ["migrate"]
