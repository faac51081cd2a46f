"""The text of a first set of specs. The plug-in of a platform provides the parts that differ."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sharedbox_cli.core.identity import Address
    from sharedbox_cli.core.model import Platform
    from sharedbox_cli.providers.plugin import AnyPlugin

_PROFILE = """\
# The tenant, and how to sign in. Do not put secrets into this file{see}.
default_profile: main
profiles:
  main:
"""
_DEFAULTS = "# Settings of every mailbox in this folder and below, unless its own file says otherwise.\n"
_TEAMS = """\
# Teams: named sets of people and groups. A spec refers to a team with `team: NAME`.
{team}:
  members:
    - user: {member}
"""
_MAILBOX = """\
version: 1
mailbox: {mailbox}
display_name: {name}
members:
  - team: {team}
"""


def profile_text(plugin: AnyPlugin, platform: Platform, domain: str) -> str:
    """Return `sharedbox.yaml` with the section of the platform's plug-in."""
    see = f": see {plugin.page}" if plugin.page else ""
    section = plugin.starter(platform).section.replace("{domain}", domain)
    if not section:
        return f"{_PROFILE.format(see=see)}    {plugin.name}: {{}}\n"
    return f"{_PROFILE.format(see=see)}    {plugin.name}:\n{indent(section, ' ' * 6)}"


def defaults_text(plugin: AnyPlugin, platform: Platform) -> str:
    """Return `_defaults.yaml`."""
    return f"{_DEFAULTS}platform: {platform}\n{plugin.starter(platform).defaults}"


def teams_text(mailbox: Address, member: Address) -> str:
    """Return `teams.yaml` with one team."""
    return _TEAMS.format(team=_team(mailbox), member=member.text)


def mailbox_text(plugin: AnyPlugin, platform: Platform, mailbox: Address) -> str:
    """Return the spec of the first mailbox."""
    name = mailbox.local.replace(".", " ").title()
    text = _MAILBOX.format(mailbox=mailbox.text, name=name, team=_team(mailbox))
    return text + indent(plugin.starter(platform).member, " " * 4)


def _team(mailbox: Address) -> str:
    return f"{mailbox.local}-team".replace(".", "-")
