"""Which hosts may see a secret or a token: the vendor's own, this machine, and those that the environment names.

A file of a repository can be changed by anybody who may propose a change to it, so a file never adds a host
(docs/decisions/0015-what-is-trusted.md).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sharedbox_cli.core.errors import UsageError

VARIABLE = "SHAREDBOX_TRUSTED_HOSTS"
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME = rf"{_LABEL}(?:\.{_LABEL})*"
_URL = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_NAME}|\[[0-9a-f:.]{{2,45}}\])(?::(?P<port>[0-9]{{1,5}}))?"
    r"(?P<path>/[A-Za-z0-9._~/:@!$&'()*+,;=%-]*)?(?P<query>\?[A-Za-z0-9._~/:@!$&'()*+,;=%?{}-]*)?",
    re.IGNORECASE,
)
"""ASCII alone, and no `@` or backslash before the path: every library reads such a URL in the same way."""
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*", re.IGNORECASE)
"""A host that some libraries read as an IPv4 address, such as 2130706433, 0x7f.1 or 127.1."""


@dataclass(frozen=True, slots=True)
class Url:
    """The parts of a URL that every library reads in the same way. The host is in small letters."""

    scheme: str
    host: str
    port: int | None
    path: str
    query: str

    @property
    def is_loopback(self) -> bool:
        """Return whether the host is this machine."""
        return is_loopback(self.host)


def parsed_url(text: str) -> Url | None:
    """Return the parts of a URL, or None if two libraries could read it in two ways."""
    match = _URL.fullmatch(text)
    if match is None:
        return None
    host, port = match["host"].lower(), int(match["port"]) if match["port"] else None
    if port is not None and not 0 < port < 65536:
        return None
    if (host.startswith("[") or _NUMERIC.fullmatch(host)) and _address(host) is None:
        return None
    return Url(match["scheme"].lower(), host, port, match["path"] or "", match["query"] or "")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: `localhost`, 127.0.0.0/8 in its usual form, or [::1]."""
    address = _address(host)
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_loopback
    return host == "localhost" or (address is not None and address == ipaddress.IPv6Address("::1"))


def trusted_hosts(environment: Mapping[str, str]) -> frozenset[str]:
    """Return the hosts that SHAREDBOX_TRUSTED_HOSTS names, separated by commas or spaces. Raises UsageError."""
    names = environment.get(VARIABLE, "").replace(",", " ").lower().split()
    for name in names:
        url = parsed_url(f"https://{name}")
        if url is None or url.host != name:
            raise UsageError(
                "not a host name",
                where=VARIABLE,
                why=f"`{name}` must be the full name of one host, without `https://`, port, path or wildcard.",
                hint=f"Write it as {VARIABLE}=login.contoso.example,graph.contoso.example.",
            )
    return frozenset(names)


def endpoint_problem(text: str, own: frozenset[str], named: frozenset[str], *, may_have_path: bool = False) -> str:
    """Return why a URL cannot be an endpoint, or nothing. No secret or token goes to a URL with a problem.

    `own` are the vendor's hosts, `named` those of SHAREDBOX_TRUSTED_HOSTS. A variable of one endpoint names its own
    host, so only the form of its value is checked, by `form_problem`.
    """
    problem = form_problem(text, may_have_path=may_have_path)
    url = parsed_url(text)
    if problem or url is None:
        return problem or "The value is not a URL."
    if url.is_loopback or url.host in named:
        return ""
    if url.host in own:
        return "" if url.port in (None, 443) else f"The port of {url.host} must be 443."
    return (
        f"{url.host} is not a host of the vendor, and secrets or tokens would be sent to it. If this is your own host, "
        f"the environment must name it: {VARIABLE}={url.host}."
    )


def form_problem(text: str, *, may_have_path: bool = False) -> str:
    """Return why a text cannot be an endpoint, whatever its host, or nothing."""
    url = parsed_url(text)
    wanted = "The value must be https://HOST, with a port if needed"
    if "@" in text.partition("://")[2].partition("/")[0]:
        return "A URL must not contain a password or a user name."
    if url is None:
        return "The value is not a URL that can be used. Write it as https://HOST, in ASCII letters."
    if url.scheme != "https" or url.query:
        return f"{wanted}."
    if not may_have_path and url.path not in ("", "/"):
        return f"{wanted}, and without a path."
    return ""


def foreign_hosts(urls: Iterable[str], own: frozenset[str]) -> tuple[str, ...]:
    """Return the hosts of some endpoints that are neither the vendor's nor this machine, sorted."""
    hosts = {url.host for url in map(parsed_url, urls) if url is not None and not url.is_loopback}
    return tuple(sorted(hosts - own))


def is_private(text: str) -> bool:
    """Return whether a request to a URL cannot be read on its way: https, or this machine."""
    url = parsed_url(text)
    return url is not None and (url.scheme == "https" or url.is_loopback)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
