"""Progress on stderr: a line is a line, whatever stands in a spec or a vendor's answer."""

from __future__ import annotations

from io import StringIO

from sharedbox_cli.cli.progress import PlainProgress
from sharedbox_cli.cli.terminal import Terminal
from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import GOOGLE_DELEGATED
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.outcome import Outcome, Status


def test_failure_when_texts_have_several_lines_then_it_is_told_in_one() -> None:
    err = StringIO()
    progress = PlainProgress(Terminal(StringIO(), err, {}))
    after = {Field.AUTO_REPLY_INTERNAL: "Hello\ndone: sales@contoso.example: all is well\r\x1b[2K"}
    change = Change(
        Kind.UPDATE, Phase.SETTINGS, Address.of("press@contoso.example"), GOOGLE_DELEGATED, "1", after=after
    )
    progress.change_finished(change, Outcome(Status.FAILED, "refused\n::error::by Google"))
    assert err.getvalue().count("\n") == 1
    assert err.getvalue().startswith("failed: press@contoso.example: ")
    assert "\x1b" not in err.getvalue()
