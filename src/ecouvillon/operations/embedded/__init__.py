"""The PostgreSQL server that development, demo and tests use: a real one, from a wheel.

Comes in: the settings of an installation without database URLs. Goes out: a running server on one
Unix socket, for as long as somebody uses it. Always holds: data is private and fully durable; the
last user stops the server; whatever is killed with `kill -9`, the next user finds a server that
works and all that was committed.

`place` says where its files lie and as whom it runs, `settings` writes its configuration, `launch`
runs its programs (`programs` has them), `server` starts and stops it, `sharing` counts its users,
`running` joins all this for the life of a process, `connecting` is for clients.
"""

from ecouvillon.operations.embedded.connecting import environment, superuser_conninfo
from ecouvillon.operations.embedded.place import bin, needed
from ecouvillon.operations.embedded.running import create, running

__all__ = ["bin", "create", "environment", "needed", "running", "superuser_conninfo"]
