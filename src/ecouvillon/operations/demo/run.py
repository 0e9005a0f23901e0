"""The demo from its first line to its last: installation, processes, walk, and staying up.

Comes in: the settings and a port. Goes out: a report; with `stay`, pages to try until Ctrl-C.
Always holds: the parts end in the order in which they need each other, the database last.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr
from io import StringIO
from types import FrameType

from ecouvillon.config import Config
from ecouvillon.errors import Misconfigured
from ecouvillon.operations import embedded, installation
from ecouvillon.operations.demo import cast as players
from ecouvillon.operations.demo import house, ports
from ecouvillon.operations.demo.cast import Cast
from ecouvillon.operations.demo.child import dying_with_us
from ecouvillon.operations.demo.failure import StepFailed
from ecouvillon.operations.demo.report import Report
from ecouvillon.operations.demo.supervisor import Supervisor
from ecouvillon.operations.demo.tour.mark import mark_if_unused
from ecouvillon.operations.demo.traffic import Web
from ecouvillon.operations.demo.walk import Way, walk
from ecouvillon.operations.process import become
from ecouvillon.operations.temporary import temporary

Then = Callable[[Config, int, Cast], None]


def persistent(report: Report, port: int | None, then: Then) -> None:
    """The demo in the installation of the settings, which is kept; `then` once the walk is done.

    Raises `StepFailed`, or `Misconfigured` where the settings name a server or a demo runs already.
    """
    if given := house.named(os.environ):
        raise Misconfigured(
            f"{', '.join(given)} is set, and the demo makes invented patients only in a database "
            "of its own: unset it, or type `ecouvillon demo --once`."
        )
    config = Config()
    with ExitStack() as stack:
        taken = _port(stack, port)
        with report.step("database", "starting PostgreSQL, making the tables") as step:
            with redirect_stderr(StringIO()) as said:
                installation.create(config)
            for line in textwrap.wrap(said.getvalue(), 76):  # where root's server lies
                step.show(line)
            stack.enter_context(_alone(config))
            stack.enter_context(embedded.running(config, tied=True))
            step.summary = _migrated(config)
            mark_if_unused(config)
        _play(config, report, taken, then)


def passing(report: Report, port: int | None, then: Then) -> None:
    """The demo in an installation of its own, which is removed afterwards; as `persistent`."""
    for name in [name for name in os.environ if name.startswith("ECOUVILLON_")]:
        del os.environ[name]
    with ExitStack() as stack:
        taken = _port(stack, port)
        with report.step("database", "making PostgreSQL and its tables") as step:
            with redirect_stderr(StringIO()):  # where root's server lies: it is gone soon
                config = stack.enter_context(temporary())
            step.summary = _migrated(config)
        _play(config, report, taken, then)


def _play(config: Config, report: Report, port: int, then: Then) -> None:
    with ExitStack() as stack:
        stack.enter_context(_complaints(config, report))
        mails = ports.take_or_other(0)
        stack.callback(mails.release)
        os.environ.update(house.environment(config, port, mails.number))
        _become_operator(report)
        national = ports.take_or_other(players.port_of_before())
        stack.callback(national.release)
        house.empty_logs(config)
        programs = house.programs(config, port, national.number, mails.number)
        supervisor = stack.enter_context(Supervisor(programs, report.note))
        with report.step("pharmacy", "making a pharmacy, its software, a destination") as step:
            cast = players.assemble(config, national.number)
            step.summary = f"{players.PHARMACY}, its software, a destination"
        web = Web(port)
        with report.step(
            "processes", "starting key service, national system, mailbox, worker, web"
        ) as step:
            supervisor.wait_until_ready()
            web.ask("GET", "/readyz")
            step.summary = ", ".join(program.name for program in programs)
        cast = walk(Way(config, report, web, cast))
        then(config, port, cast)


def _port(stack: ExitStack, wanted: int | None) -> int:
    port = ports.take(wanted) if wanted else ports.take_or_other(8000 if wanted is None else 0)
    stack.callback(port.release)
    return port.number


def _migrated(config: Config) -> str:
    environ = house.without_urls(os.environ) | {
        "ECOUVILLON_HOME": str(config.home),
        "ECOUVILLON_KEYS": str(config.keys),
    }
    done = subprocess.run(  # noqa: S603 - our own command line
        house.migration(),
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=dying_with_us(),
    )
    if done.returncode != 0:
        raise StepFailed(done.stderr.strip().rpartition("\n")[2] or "the tables were not made")
    return "PostgreSQL on a private socket, tables up to date"


@contextmanager
def _complaints(config: Config, report: Report) -> Iterator[None]:
    """When a step fails, the last that each process complained of: a passing demo's logs go."""
    try:
        yield
    except StepFailed:
        for line in house.complaints(config):
            report.note(line)
        raise


def _become_operator(report: Report) -> None:
    import django

    become("operator")
    # Our own lines go where the steps go, not as JSON among them.
    logging.getLogger().handlers = [_Notes(report)]
    django.setup()


class _Notes(logging.Handler):
    def __init__(self, report: Report) -> None:
        super().__init__(logging.WARNING)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("ecouvillon"):
            self._report.note(str(record.msg))


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    """One demo an installation: two would start each other's processes."""
    lock = os.open(config.home / "demo.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Misconfigured(
            f"A demo is already running in {config.home}. Stop it there, or set ECOUVILLON_HOME "
            "to another folder for a second one."
        ) from None
    try:
        yield
    finally:
        os.close(lock)


class Stopped(BaseException):
    """Somebody wants the demo to end."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal raise `Stopped` inside; only the first of them."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_number: int, _frame: FrameType | None) -> None:
        for one in signals:
            signal.signal(one, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
