"""How large the HTML report of a large tenant is, how long it takes to write, and how smooth it is in Chromium."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sharedbox_cli.core.access import access_rows
from sharedbox_cli.core.figures import Figures, MailboxFigures
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import MICROSOFT365, Grant, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.emulator.names import FAMILY, GIVEN
from sharedbox_cli.reports.document import Origin, Report, Tenant
from sharedbox_cli.reports.formats.html.render import html_parts
from sharedbox_cli.reports.views.access import TITLE
from sharedbox_cli.reports.views.page import Checked, PageInput, page_of

ROOT = Path(__file__).parents[1]
BROWSER = ROOT / ".venv-browser" / "bin" / "python"
MAILBOXES, PEOPLE, MEMBERS = 5_000, 20_000, 10
"""Each member has two rights: 100,000 grants, some of them through groups."""
GROUPS, IN_GROUP = 200, 25
READ_AT = datetime(2026, 11, 27, 6, tzinfo=UTC)
MOST_BYTES = 25_000_000


def report() -> Iterator[str]:
    """Return one line for the file, and one for each figure of the browser."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "report.html"
        observed = tenant()
        started = time.perf_counter()
        grants = write(observed, file)
        seconds = time.perf_counter() - started
        size = file.stat().st_size
        yield (
            f"{MAILBOXES:,} mailboxes, {PEOPLE:,} people, {grants:,} rights: {size / 1e6:.1f} MB "
            f"(limit {MOST_BYTES / 1e6:.0f}), written in {seconds:.1f} s"
        )
        if not BROWSER.exists():
            yield "not measured in a browser: `make test-browser` installs what is needed"
            return
        command = [str(BROWSER), "-m", "bench.html_in_browser", str(file)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            yield f"not measured in a browser: {done.stderr.strip().splitlines()[-1]}"
            return
        yield from json.loads(done.stdout)


def write(observed: Observed, file: Path) -> int:
    """Write the report of a tenant, and return the number of its rows."""
    mailboxes = tuple(observed.mailboxes.values())
    rows = tuple(access_rows({MICROSOFT365: observed}))
    numbers = {
        (one.address.key, str(one.platform)): MailboxFigures(place * 10**7, 50 * 1024**3, place % 40, 25)
        for place, one in enumerate(mailboxes)
    }
    content = PageInput(TITLE, mailboxes, rows, Checked(figures=Figures(numbers, warn_percent=80)))
    origin = Origin("bench", {str(MICROSOFT365): Tenant("t", "Contoso")}, READ_AT)
    made = Report("audit", {}, page=lambda: page_of(content), origin=origin)
    with file.open("w", encoding="utf-8") as out:
        out.writelines(html_parts(made))
    return len(rows)


def tenant() -> Observed:
    """Return a tenant that is always the same."""
    choose = random.Random(1)  # noqa: S311 - no secret
    people = [_person(place, choose) for place in range(PEOPLE)]
    groups = [_group(place) for place in range(GROUPS)]
    mailboxes = {}
    for place in range(MAILBOXES):
        address = Address.of(f"team-{place:05}@contoso.example")
        holders = choose.sample(people, MEMBERS - 1) + [groups[place % GROUPS]] * (place % 20 == 0)
        grants = frozenset(Grant(one.id, right) for one in holders for right in (Right.FULL_ACCESS, Right.SEND_AS))
        mailboxes[address] = ObservedMailbox(f"m{place}", address, MICROSOFT365, {}, grants)
    return Observed(
        "t",
        "Contoso",
        frozenset({MICROSOFT365}),
        frozenset({"contoso.example"}),
        READ_AT,
        mailboxes,
        {one.id: one for one in (*people, *groups)},
        members={one.id: frozenset(person.id for person in choose.sample(people, IN_GROUP)) for one in groups},
    )


def _person(place: int, choose: random.Random) -> Trustee:
    name = f"{choose.choice(GIVEN)} {choose.choice(FAMILY)}"
    is_guest = place % 50 == 0
    address = Address.of(f"person-{place:05}@{'partner' if is_guest else 'contoso'}.example")
    return Trustee(
        TrusteeId(f"p{place}"), TrusteeKind.USER, address, name, is_enabled=place % 37 != 0, is_guest=is_guest
    )


def _group(place: int) -> Trustee:
    return Trustee(TrusteeId(f"g{place}"), TrusteeKind.GROUP, Address.of(f"group-{place}@contoso.example"), "Group")


if __name__ == "__main__":
    write(tenant(), Path(sys.argv[1]))
