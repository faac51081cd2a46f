"""How a team shares the mail of a mailbox: the kit that expands to tags, folders and rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sharedbox_cli.language.models.base import AddressText, NameText, Strict, address_text
from sharedbox_cli.language.models.content import FolderPath
from sharedbox_cli.language.models.rules import When


def _address_or_team(text: str) -> str:
    return address_text(text) if "@" in text else text


AssignBy = Literal["round-robin", "rules", "tags"]
AddressOrTeam = Annotated[NameText, AfterValidator(_address_or_team)]


class Assignment(Strict):
    """Which messages one member takes, with `assign_by: rules`. The first entry that fits a message counts."""

    to: AddressText = Field(description="The address of the member.")
    when: When = Field(description="The conditions; all of them must hold.")


class Workflow(Strict):
    """How members share the mail. `show` prints the tags, folders and rules that it expands to."""

    assign_by: AssignBy | None = Field(
        None,
        description="Who takes a message: the member that its sender falls to (`round-robin`), the one that `assign` "
        "names (`rules`), or whoever adds their own tag (`tags`). Required.",
    )
    members: Annotated[list[AddressOrTeam], Field(min_length=1, max_length=100)] | None = Field(
        None, description="Teams of teams.yaml, and addresses of people. Required."
    )
    names: Annotated[dict[AddressText, NameText], Field(max_length=100)] | None = Field(
        None, description="The name of a member in tags and folders, by address. Otherwise it comes from the address."
    )
    assign: Annotated[list[Assignment], Field(min_length=1, max_length=100)] | None = Field(
        None, description="With `assign_by: rules`: which messages each member takes."
    )
    folders: bool | None = Field(
        None, description="Whether assigned messages move to a folder of the member. Default: `true`."
    )
    handled: FolderPath | None = Field(None, description="The tag of messages that are done. Default: `handled`.")
