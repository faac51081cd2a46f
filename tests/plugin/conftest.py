"""The example plug-in, built and installed into a folder of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sharedbox_cli.providers.registry import installed_plugins

EXAMPLE = Path(__file__).parents[2] / "examples" / "plugin"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of installed packages: the wheel of the example, unpacked as pip does it, without network."""
    source, target = tmp_path_factory.mktemp("source") / "plugin", tmp_path_factory.mktemp("installed")
    shutil.copytree(EXAMPLE, source)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(source / "dist")]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (wheel,) = (source / "dist").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(target)
    return target


@pytest.fixture
def fresh_registry() -> Iterator[None]:
    """Forget what is installed, before and after a test that installs something."""
    installed_plugins.cache_clear()
    yield
    installed_plugins.cache_clear()
    for name in [name for name in sys.modules if name.startswith(("sharedbox_jsonfile", "plugin_of_test"))]:
        del sys.modules[name]


@pytest.fixture
def plugin(installed: Path, fresh_registry: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Install the example, and return a copy of its folder of mail and specs, in which commands run."""
    monkeypatch.syspath_prepend(str(installed))
    folder = tmp_path / "mail"
    shutil.copytree(EXAMPLE / "mail", folder)
    monkeypatch.chdir(folder)
    return folder
