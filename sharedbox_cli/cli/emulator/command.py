"""`sharedbox emulator`: a stand-in for the clouds on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sharedbox_cli.cli.group import LightGroup
from sharedbox_cli.emulator.company import DEFAULT_PLATFORMS, PLATFORMS

emulator = typer.Typer(
    cls=LightGroup,
    help="A stand-in for the clouds on loopback: for trying out, for demos and for your own pipelines.",
    no_args_is_help=True,
)

MailboxCount = Annotated[int, typer.Option("--mailboxes", min=0, max=100_000, help="How many to seed.")]
MemberCount = Annotated[int, typer.Option("--members", min=0, max=400, help="Members of each.")]
SeedNumber = Annotated[int, typer.Option("--seed", help="The same number gives the same tenant.")]
SeedPlatforms = Annotated[
    list[str] | None,
    typer.Option(
        "--platform",
        help=f"What to seed: {', '.join(PLATFORMS)}. Repeatable.",
        show_default=", ".join(DEFAULT_PLATFORMS),
    ),
]
Latency = Annotated[str, typer.Option("--latency", help="Answer this much later: 50ms.")]
Faults = Annotated[
    Path | None, typer.Option("--faults", help="A schedule of faults (docs/emulator.md).", exists=True, dir_okay=False)
]
LogFile = Annotated[Path | None, typer.Option("--log", help="Write each request to this file, as JSON lines.")]
TenantFile = Annotated[Path | None, typer.Option("--tenant", help="The tenant's file; without one it lives in memory.")]


@emulator.command("serve")
def serve(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")] = 0,
    platform: SeedPlatforms = None,
    tenant: TenantFile = None,
    mailboxes: MailboxCount = 0,
    members: MemberCount = 3,
    seed: SeedNumber = 1,
    latency: Latency = "0ms",
    faults: Faults = None,
    log: LogFile = None,
) -> None:
    """Serve a tenant until Ctrl-C; prints the environment to export.

    Without `--tenant` and `--mailboxes` it is the demo tenant, contoso.example.

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
    """Write a tenant of any size into a file, with the messes of grown tenants.

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
    """Start a seeded tenant, run a command that finds it without further set-up, pass on its exit code.

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
    summary: Annotated[bool, typer.Option("--summary", help="Count requests by route.")] = False,
) -> None:
    """Show what was asked of the emulator.

    Example:

      sharedbox emulator log requests.jsonl --summary
    """
    from sharedbox_cli.cli.emulator.workflow import show_log

    show_log(file, is_summary=summary)


@emulator.command("faults")
def list_faults() -> None:
    """List the kinds of faults that a schedule may order, with an example of a schedule.

    Example:

      sharedbox emulator faults
    """
    from sharedbox_cli.cli.emulator.workflow import show_faults

    show_faults()
