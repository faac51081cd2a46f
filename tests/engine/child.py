"""A process that applies a plan and meets its fate in the middle: `python -m tests.engine.child HOW JOURNAL`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.model import MICROSOFT365
from sharedbox_cli.engine.journal import Journal
from sharedbox_cli.engine.lock import RunLock
from sharedbox_cli.engine.run import RunOptions, run_plan
from sharedbox_cli.engine.stop import StopFlag, stop_on_signals
from tests.engine.fakes import Cloud, FakeProvider, plan_with
from tests.engine.observations import grant, mailbox, observed


class Heard(StopFlag):
    """Tells a waiting thread that the signal has come through."""

    def __init__(self) -> None:
        super().__init__()
        self.event = threading.Event()

    def ask(self, *details: float) -> None:
        """Ask, and tell."""
        self.event.set()
        super().ask(*details)


def main(how: str, path: Path) -> int:
    """Return the exit code of a run of three changes of one mailbox, struck during the second."""
    flag = Heard()

    def strike(point: str, change: Change) -> None:
        if change.party is None or change.party.id != "id-person1":
            return
        if how == "kill-before" and point == "sent":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "kill-after" and point == "effect":
            os.kill(os.getpid(), signal.SIGKILL)
        if how in signal.Signals.__members__ and point == "sent":
            os.kill(os.getpid(), signal.Signals[how])
            flag.event.wait(20)
        if how == "twice" and point == "sent":
            os.kill(os.getpid(), signal.SIGINT)
            flag.event.wait(20)
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait()  # a call that never comes back

    provider = FakeProvider(Cloud(observed(mailbox("support"))), strike)
    plan = plan_with(*(grant("support", number) for number in range(3)))
    options = RunOptions("prod", stop=flag)
    with RunLock(path.with_suffix(".lock")), Journal.open(path, for_writing=True) as journal, stop_on_signals(flag):
        try:
            return run_plan(plan, {MICROSOFT365: provider}, journal, options).exit_code
        except KeyboardInterrupt:
            return 130  # as the command line does


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
