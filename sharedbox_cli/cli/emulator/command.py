"""`sharedbox emulator`: both clouds, emulated on the loopback interface."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sharedbox_cli.cli.group import LightGroup
from sharedbox_cli.emulator.company import DEFAULT_PLATFORMS, PLATFORMS

emulator = typer.Typer(
    cls=LightGroup,
    help="Emulate both clouds on the loopback interface, for trials, demos and your own pipelines.",
    no_args_is_help=True,
)

MailboxCount = Annotated[int, typer.Option("--mailboxes", min=0, max=100_000, help="The number of mailboxes to seed.")]
MemberCount = Annotated[int, typer.Option("--members", min=0, max=400, help="The number of members per mailbox.")]
SeedNumber = Annotated[int, typer.Option("--seed", help="The same number always gives the same tenant.")]
SeedPlatforms = Annotated[
    list[str] | None,
    typer.Option(
        "--platform",
        help=f"The platforms to seed: {', '.join(PLATFORMS)}. Repeatable.",
        show_default=", ".join(DEFAULT_PLATFORMS),
    ),
]
Latency = Annotated[str, typer.Option("--latency", help="Delay each response by this time: 50ms.")]
Faults = Annotated[
    Path | None,
    typer.Option("--faults", help="A schedule of faults to inject (docs/emulator.md).", exists=True, dir_okay=False),
]
LogFile = Annotated[Path | None, typer.Option("--log", help="Write each request to this file, as JSON lines.")]
TenantFile = Annotated[
    Path | None, typer.Option("--tenant", help="The file of the tenant. Without one, it is kept in memory.")
]


@emulator.command("serve")
def serve(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 chooses any free port.")] = 0,
    platform: SeedPlatforms = None,
    tenant: TenantFile = None,
    mailboxes: MailboxCount = 0,
    members: MemberCount = 3,
    seed: SeedNumber = 1,
    latency: Latency = "0ms",
    faults: Faults = None,
    log: LogFile = None,
) -> None:
    """Serve a tenant until Ctrl-C, and print the environment to export.

    Without `--tenant` and `--mailboxes`, this is the demo tenant contoso.example.

    Examples:

      sharedbox emulator serve --port 8443

      sharedbox emulator serve --platform microsoft365 --platform google-delegated
    """
    from sharedbox_cli.cli.emulator.workflow import Wanted, serve_until_stopped

    wanted = Wanted(port, tenant, mailboxes, members, seed, latency, faults, log, _platforms(platform))
    serve_until_stopped(wanted)


@emulator.command("seed")
def seed_tenant(
    tenant: Annotated[Path, typer.Option("--tenant", help="The file to write.")],
    platform: SeedPlatforms = None,
    mailboxes: MailboxCount = 20,
    members: MemberCount = 5,
    seed: SeedNumber = 1,
) -> None:
    """Write a tenant of any size to a file, with the irregularities of a tenant that has grown over years.

    Example:

      sharedbox emulator seed --tenant big.sqlite3 --mailboxes 1000 --members 10
    """
    from sharedbox_cli.cli.emulator.workflow import Wanted, seed_file

    seed_file(Wanted(0, tenant, mailboxes, members, seed, platforms=_platforms(platform)))


@emulator.command("run", context_settings={"allow_interspersed_args": False})
def run_command(
    command: Annotated[list[str], typer.Argument(help="The command, after `--`.", metavar="-- COMMAND...")],
    platform: SeedPlatforms = None,
    tenant: TenantFile = None,
    mailboxes: MailboxCount = 0,
    members: MemberCount = 3,
    seed: SeedNumber = 1,
    latency: Latency = "0ms",
    faults: Faults = None,
    log: LogFile = None,
) -> None:
    """Start a seeded tenant, run a command that finds it without further setup, and return its exit code.

    Examples:

      sharedbox emulator run --mailboxes 50 -- sharedbox audit

      sharedbox emulator run --platform google-delegated --platform google-collaborative -- sharedbox audit
    """
    from sharedbox_cli.cli.emulator.workflow import Wanted, run_with

    wanted = Wanted(0, tenant, mailboxes, members, seed, latency, faults, log, _platforms(platform))
    raise typer.Exit(run_with(wanted, command))


def _platforms(names: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names or DEFAULT_PLATFORMS))


@emulator.command("log")
def read_log(
    file: Annotated[Path, typer.Argument(help="A file written by `--log`.", exists=True, dir_okay=False)],
    summary: Annotated[bool, typer.Option("--summary", help="Count the requests per route.")] = False,
) -> None:
    """Show the requests that the emulator received.

    Example:

      sharedbox emulator log requests.jsonl --summary
    """
    from sharedbox_cli.cli.emulator.workflow import show_log

    show_log(file, is_summary=summary)


@emulator.command("faults")
def list_faults() -> None:
    """List the kinds of faults that a schedule can contain, with an example.

    Example:

      sharedbox emulator faults
    """
    from sharedbox_cli.cli.emulator.workflow import show_faults

    show_faults()
