"""Where findings point in SARIF: a file that exists, from the root of the repository."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.asked import each, every
from tests.conftest import EXAMPLES, Cli, Cloud
from tests.slow_rest import crossed

WHERE = {
    "beside the specs": ("repo", "specs"),
    "in a folder of the repository": ("repo/ci", "../specs"),
    "in the folder of the specs": ("repo/specs", "."),
    "above the repository": (".", "repo/specs"),
    "outside": ("elsewhere/deep", "../../repo/specs"),
    "a name with a space and a letter": ("repo/ci", "../teä m/specs"),
}


def uris(cli: Cli, *arguments: str) -> list[str | None]:
    """Return the file of each result, or None for one without a file."""
    done = cli("check", *arguments, "-o", "sarif")
    [run] = json.loads(done.out)["runs"]
    locations: list[dict[str, Any]] = [item["locations"][0] for item in run["results"]]
    every(location["logicalLocations"] for location in locations)
    assert locations
    return [
        location["physicalLocation"]["artifactLocation"]["uri"] if "physicalLocation" in location else None
        for location in locations
    ]


@pytest.mark.parametrize(("name", "has_profile"), crossed(list(WHERE), [False, True]))
def test_every_result_names_a_file_that_exists(
    cloud: Cloud, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, has_profile: bool
) -> None:
    here, specs = WHERE[name]
    repository = tmp_path / "repo"
    (repository / ".git").mkdir(parents=True)
    folder = tmp_path / here
    folder.mkdir(parents=True, exist_ok=True)
    target = (folder / specs).resolve()
    shutil.copytree(EXAMPLES, target, dirs_exist_ok=True)
    if has_profile:
        (target / "sharedbox.yaml").write_text("default_profile: main\nprofiles: {main: {}}\n")
    monkeypatch.chdir(folder)
    root = repository if folder.is_relative_to(repository) else folder
    found = uris(cli, "--whole-tenant", specs)
    assert None not in found
    for uri in each(found):
        assert uri is not None
        parts = urlsplit(uri)
        assert ".." not in uri
        assert (root / unquote(parts.path)).is_file(), uri
        assert (parts.scheme == "file") == (not target.is_relative_to(root))
    assert any(str(uri).endswith("sharedbox.yaml") for uri in found) == has_profile


def test_without_any_file_no_file_is_named(
    cloud: Cloud, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert set(uris(cli, "--whole-tenant")) == {None}
