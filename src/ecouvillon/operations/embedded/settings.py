"""How the embedded server is configured, written anew before each start.

Comes in: the place of the server. Goes out: its configuration files. Always holds: no network,
passwords by SCRAM, the superuser only for the operating system's user who owns the installation,
full durability, and a log without values: PostgreSQL would by default write the literal values of a
failing statement, and the keys of a violated constraint, to its log.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from ecouvillon.operations.embedded.place import Place

_SETTINGS = """\
include '{initial}'  # what initdb found out about this machine
hba_file = '{folder}/pg_hba.conf'
ident_file = '{folder}/pg_ident.conf'
listen_addresses = ''
port = 5432
unix_socket_directories = '"{socket}"'
unix_socket_permissions = 0777  # the directory is private
max_connections = 120
shared_buffers = 128MB
password_encryption = scram-sha-256
fsync = on
full_page_writes = on
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
log_destination = stderr
logging_collector = off
log_line_prefix = '%m [%p] '
# No ERROR line: its message quotes the value ("invalid input syntax for type date: …"). No DETAIL:
# it quotes keys, and the statement that ran when a process crashed.
log_min_messages = log
log_error_verbosity = terse
log_min_error_statement = panic
log_statement = none
log_min_duration_statement = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_lock_waits = off
log_checkpoints = off
"""

# `all` does not match replication: without the second line pg_basebackup is refused.
_HBA = """\
local all postgres peer map=installation
local replication postgres peer map=installation
local all all scram-sha-256
"""


def write(place: Place) -> Path:
    """Write the configuration of the server at `place`; returns its main file.

    Beside the data directory and not in it: where that belongs to another user, root must not write
    through a link that this user could have put there.
    """
    folder = place.root / "settings"
    folder.mkdir(exist_ok=True)
    owner = pwd.getpwuid(os.geteuid()).pw_name
    texts = {
        "postgresql.conf": _SETTINGS.format(
            initial=_quoted(place.data / "postgresql.conf"),
            folder=_quoted(folder),
            socket=_quoted(place.socket),
        ),
        "pg_hba.conf": _HBA,
        "pg_ident.conf": f'installation "{owner}" postgres\n',
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)  # no secret is in here, and the server's user reads it
    return folder / "postgresql.conf"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
