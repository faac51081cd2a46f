"""The origin in links of a response: the host that was asked, if it is the vendor's."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.service import ServiceContext


def origin_of(request: Request, context: ServiceContext, hosts: Iterable[str]) -> str:
    """Return the origin that a client can follow: its own name for the service, or the emulator's."""
    return f"https://{request.host}" if request.host.partition(":")[0].lower() in hosts else context.origin
