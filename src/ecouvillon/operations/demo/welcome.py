"""What is said when the demo stays up: one address, and what to try."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

from ecouvillon.config import Config
from ecouvillon.operations.demo import patient
from ecouvillon.operations.demo.cast import NATIONAL, Cast
from ecouvillon.operations.demo.report import Report


def tell(report: Report, config: Config, port: int, cast: Cast) -> None:
    """Print what can be tried now."""
    address = f"http://localhost:{port}"
    for line in (
        "",
        f"Open {address}/",
        *_from_elsewhere(port),
        "",
        "The patient's result",
        f"  {cast.link}",
        f"  code {cast.code}",
        "",
        "The e-mails that patients get",
        f"  {address}/demo/mails",
        "",
        "The API, as the pharmacy's software",
        *(f"  {line}" for line in _curl(address, cast)),
        "",
        "In another terminal",
        *(f"  {line}" for line in _commands(config, address)),
        "",
        "Kill any process with kill -9: it is started again. Ctrl-C ends them all.",
    ):
        report.say(line)


def _from_elsewhere(port: int) -> tuple[str, ...]:
    """Over SSH, the line that brings the demo, which listens on loopback, to the visitor."""
    connection = os.environ.get("SSH_CONNECTION", "").split()
    if len(connection) != len(("client", "its port", "server", "its port")):
        return ()
    _, _, server, door = connection
    user = pwd.getpwuid(os.getuid()).pw_name
    through = "" if door == "22" else f"-p {door} "
    return (
        "",
        "You came by SSH: type this on your own machine first, and leave it open",
        f"  ssh {through}-L {port}:localhost:{port} {user}@{server}",
    )


def _curl(address: str, cast: Cast) -> tuple[str, ...]:
    name, first_name = patient.BIRTH_NAME, patient.FIRST_NAME
    sent = (
        f'{{"patient": {{"birth_name": "{name}", "first_names": ["{first_name}"],'
        ' "sex": "female", "birth_date": "1984-02-29"}}'
    )
    return (
        f"TOKEN=$(curl -s {address}/api/oauth/token -d grant_type=client_credentials \\",
        f"  -d client_id={cast.client_id} -d client_secret={cast.client_secret} \\",
        '  | sed \'s/.*"access_token": *"\\([^"]*\\).*/\\1/\')',
        f'curl -s {address}/api/v1/screenings -H "Authorization: Bearer $TOKEN" \\',
        '  -H "Content-Type: application/json" -H "Idempotency-Key: $(date +%s%N)" \\',
        f"  -d '{sent}'",
    )


def _commands(config: Config, address: str) -> tuple[str, ...]:
    ours = Path(sys.argv[0])
    set_here = {"ECOUVILLON_HOME": config.home, "ECOUVILLON_KEYS": config.keys}
    return (
        *(f"export {name}={value}" for name, value in set_here.items() if name in os.environ),
        # Invitations made there lead here.
        f"export ECOUVILLON_PUBLIC_URL={address}",
        f"{ours} destination pause {NATIONAL}     (results wait, nothing is lost)",
        f"{ours} destination resume {NATIONAL}",
        f"{ours} keys status",
    )
