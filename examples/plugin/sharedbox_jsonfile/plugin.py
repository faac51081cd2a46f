"""What sharedbox has to know before it reads or writes anything. This module must be fast to import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import PrivateAttr, field_validator

from sharedbox_cli.core.capability import Capabilities, can
from sharedbox_cli.core.model import Platform, Right
from sharedbox_cli.providers.diagnosis import Diagnosis
from sharedbox_cli.providers.plugin import Plugin, Prompt, Starter
from sharedbox_cli.providers.section import Need, Reading, Section

if TYPE_CHECKING:
    from sharedbox_cli.checks.model import Check
    from sharedbox_cli.providers.base import Provider

PLATFORM = Platform("json-file")
PAGE = "https://www.rfc-editor.org/rfc/rfc8259"


CAPABILITIES = {
    PLATFORM: Capabilities(
        PLATFORM,
        "Mailbox in a JSON file",
        (
            can("display_name", "`name` of the mailbox", PAGE),
            can("aliases", "`aliases` of the mailbox", PAGE),
            can("members[].user", "a key of `people`", PAGE),
            can("members[].rights.full_access", "`full_access` in the list of the member", PAGE),
        ),
        default_rights=(Right.FULL_ACCESS,),
    )
}


class JsonFileSection(Section):
    """The section `json_file` of sharedbox.yaml."""

    path: str | None = None
    organisation: str | None = None
    _folder: Path = PrivateAttr(default_factory=Path)

    def model_post_init(self, context: object, /) -> None:
        """Keep the folder of `sharedbox.yaml`. Without a file, it is the current one."""
        self._folder = context.folder if isinstance(context, Reading) else Path()

    @property
    def file(self) -> Path:
        """Return the file that `path` names, from the folder of the profile."""
        return self._folder / (self.path or "")

    @field_validator("path")
    @classmethod
    def _is_json(cls, path: str) -> str:
        if not path.endswith(".json"):
            raise ValueError("The value must be the name of a .json file.")
        return path

    def needs_trust(self, environment: Mapping[str, str]) -> Iterator[Need]:
        """Yield a path that leads out of the folder: sharedbox would write to a file of the author's choice."""
        path = Path(self.path or "")
        if path.is_absolute() or ".." in path.parts:
            yield Need(("path",), "It is a file outside the folder, and sharedbox would write to it.")


class JsonFilePlugin(Plugin[JsonFileSection, JsonFileSection]):
    """One file. Its section holds all that is needed to open it, so the section is the connection too."""

    name = "json_file"
    title = "JSON file"
    capabilities = CAPABILITIES
    config = JsonFileSection
    page = "https://contoso.example/docs/json-file"
    missing = "It names no JSON file, and SHAREDBOX_JSON_FILE is not set."

    def connection(
        self, section: JsonFileSection | None, environment: Mapping[str, str], state_dir: Path
    ) -> JsonFileSection | None:
        """Return the section, with the path from the environment if the file has none."""
        section = section or JsonFileSection()
        if section.path is None and (path := environment.get("SHAREDBOX_JSON_FILE")):
            return JsonFileSection(path=path, organisation=section.organisation)
        return section if section.path else None

    def tenant(self, connection: JsonFileSection) -> str:
        """Return which file it is."""
        return f"file {connection.path}"

    def expected_tenant(self, connection: JsonFileSection) -> str:
        """Return the organisation that the file must belong to."""
        return connection.organisation or ""

    def connect(self, connection: JsonFileSection, *, is_interactive: bool, prompt: Prompt) -> Provider:
        """Return the provider of the file."""
        from sharedbox_jsonfile.provider import JsonFile

        return JsonFile(connection.file)

    def diagnose(self, connection: JsonFileSection, *, is_interactive: bool, prompt: Prompt) -> Sequence[Diagnosis]:
        """Return whether the file can be read. An error is reported as a finding."""
        from sharedbox_jsonfile.provider import JsonFile

        count = len(JsonFile(connection.file).read()["mailboxes"])
        return (Diagnosis("read the file", "ok", f"mailboxes: {count}"),)

    def checks(self) -> Sequence[Check]:
        """Return the checks of this platform."""
        from sharedbox_jsonfile.checks import CHECKS

        return CHECKS

    def starter(self, platform: Platform) -> Starter:
        """Return what `init` writes."""
        return Starter(section="path: mail.json\n", defaults="# Settings of all mailboxes follow here.\n")


PLUGIN = JsonFilePlugin()
