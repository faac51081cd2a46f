"""`sharedbox demo`."""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Keep the folder with the specs and the tenant.")] = False,
) -> None:
    """Show plan, apply, empty plan, check and audit on an emulated tenant. Needs no account.

    Example:

      sharedbox demo
    """
    from sharedbox_cli.cli.demo.workflow import show_demo

    raise typer.Exit(show_demo(keep=keep))
