"""Writing a first set of specs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.init.templates import defaults_text, mailbox_text, profile_text, teams_text
from sharedbox_cli.cli.output import refuse_links_out, write_whole
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.core.identity import Address, AddressInvalid
from sharedbox_cli.language.export.schema_files import KINDS, SCHEMAS, modeline, schema_files
from sharedbox_cli.language.problems import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharedbox_cli.core.model import Platform
    from sharedbox_cli.providers.registry import Plugins


def write_starter(folder: Path, mailbox: str, member: str | None, platform: Platform, plugins: Plugins) -> list[Path]:
    """Write the files and return their paths. Raises UsageError rather than overwrite a file."""
    plugin = plugins.of(platform)
    if plugin is None:
        why = f"The installed platforms are: {', '.join(plugins.capabilities)}."
        hint = nearest(platform, plugins.capabilities)
        raise UsageError("no such platform", where=f"--platform {platform}", why=why, hint=hint)
    first = _address(mailbox, "--mailbox")
    person = _address(member or f"anna@{first.domain}", "--member")
    specs = folder / "specs"
    heads = {kind: f"# {modeline(kind, specs / SCHEMAS, specs)}\n" for kind in KINDS}
    texts = {
        folder / "sharedbox.yaml": profile_text(plugin, platform, first.domain),
        specs / "_defaults.yaml": heads["defaults"] + defaults_text(plugin, platform),
        specs / "teams.yaml": heads["teams"] + teams_text(first, person),
        specs / f"{_file_name(first)}.yaml": heads["sharedbox"] + mailbox_text(plugin, platform, first),
    }
    schemas = schema_files(specs)
    refuse_links_out(folder, (*texts, *schemas))
    _write_all(folder, texts)
    for path, text in schemas.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    return list(texts)


def _write_all(folder: Path, texts: Mapping[Path, str]) -> None:
    existing = [path for path in texts if path.exists()]
    if existing:
        raise UsageError(
            "these files exist already",
            where=", ".join(map(str, existing)),
            why="Nothing is overwritten.",
            hint="Name another folder: sharedbox init FOLDER",
        )
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise UsageError("the files cannot be written", where=str(folder), why=error.strerror or "") from error


def _address(text: str, option: str) -> Address:
    try:
        return Address.parse(text)
    except AddressInvalid as error:
        raise UsageError("not an address", where=f"{option} {text}", why=str(error)) from error


def _file_name(mailbox: Address) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in mailbox.local)
