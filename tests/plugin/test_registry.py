"""A plug-in that cannot be used is named in one warning, and everything else works."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

from sharedbox_cli.cli.profile import ProfileModel, load_profile
from sharedbox_cli.providers.entry_points import BUILT_IN, DEFAULT_PLATFORM, GROUP
from sharedbox_cli.providers.registry import RESERVED, installed_plugins, load_plugins
from tests.asked import each
from tests.conftest import Cli

ROOT = Path(__file__).parents[2]
OURS = [EntryPoint(name, value, GROUP) for name, value in sorted(BUILT_IN.items())]
Install = Callable[[str, str], None]


@pytest.fixture
def install(fresh_registry: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Install:
    """Return what installs a package `plugin_of_test` with one module, as the plug-in of some name."""

    def done(name: str, source: str) -> None:
        folder = tmp_path / "packages"
        info = folder / "plugin_of_test-2.0.dist-info"
        info.mkdir(parents=True)
        (folder / "plugin_of_test.py").write_text(source)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin-of-test\nVersion: 2.0\n")
        (info / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = plugin_of_test:PLUGIN\n")
        monkeypatch.syspath_prepend(str(folder))

    return done


MINIMAL = """
from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.providers.plugin import Plugin
from sharedbox_cli.providers.section import Section

class Mine(Plugin):
    name, title, config = "{name}", "Mine", {config}
    capabilities = {{"{platform}": Capabilities("{platform}", "mine", ())}}
    def connection(self, section, environment, state_dir): return section
    def tenant(self, connection): return "tenant"
    def connect(self, connection, *, is_interactive, prompt): raise NotImplementedError
    def checks(self): {checks}

PLUGIN = Mine()
"""


def source(name: str = "mine", platform: str = "mine", config: str = "Section", checks: str = "return ()") -> str:
    return MINIMAL.format(name=name, platform=platform, config=config, checks=checks)


BROKEN = [
    ("import no_such_package", "ModuleNotFoundError: No module named 'no_such_package'"),
    ("raise RuntimeError('out of\\norder \\x1b[31m')", "RuntimeError: out of order"),
    ("import sys; sys.exit(3)", "SystemExit: 3"),
    ("", "AttributeError: module 'plugin_of_test' has no attribute 'PLUGIN'"),
    ("PLUGIN = object()", "must name an instance of sharedbox_cli.providers.plugin.Plugin"),
    (source().replace("def tenant", "def other"), "TypeError: Can't instantiate abstract class Mine"),
    (source().replace('"Mine", Section', '"", Section'), "it has no `title`"),
    (source(name="other"), "its plug-in is named `other`"),
    (source(config="dict"), "its `config` must be a subclass"),
    (source().replace('Capabilities("mine"', 'Capabilities("theirs"'), "its `capabilities` must have"),
    (source().replace("capabilities =", "tables ="), "AttributeError"),
]


@pytest.mark.parametrize(("text", "reason"), BROKEN, ids=[reason[:40] for _, reason in BROKEN])
def test_broken_plugin_is_left_out(install: Install, cli: Cli, text: str, reason: str) -> None:
    install("mine", text)
    done = cli("explain")
    assert done.code == 0
    (warning,) = done.err.splitlines()
    assert warning.startswith("warning: the provider plug-in `mine` of plugin-of-test 2.0 is not used: ")
    assert reason in warning
    assert "\x1b" not in warning
    assert "microsoft365" in done.out
    assert set(installed_plugins().by_name) == set(BUILT_IN)


def test_section_of_broken_plugin_is_accepted(install: Install, cli: Cli, tmp_path: Path) -> None:
    install("mine", "import no_such_package")
    file = tmp_path / "sharedbox.yaml"
    file.write_text("profiles: {a: {mine: {anything: goes}, microsoft365: {tenant: x, graph_url: 'http://x'}}}")
    done = cli("audit", "--config", file)
    assert done.err.count("warning:") == 1
    assert "`graph_url`: The value must be" in done.err
    assert "anything" not in done.err


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_name_of_another_key_is_refused(install: Install, name: str) -> None:
    install(name, source(name=name))
    (warning,) = installed_plugins().warnings
    assert f"`{name}` cannot be the name of a section" in warning


def test_reserved_names_are_the_keys_of_a_profile() -> None:
    assert set(ProfileModel.model_fields) == RESERVED


def test_platform_of_two_plugins_stays_with_the_built_in_one(install: Install, cli: Cli) -> None:
    install("mine", source(platform="microsoft365"))
    done = cli("explain", "microsoft365")
    assert "Microsoft 365 shared mailbox" in done.out
    (warning,) = done.err.splitlines()
    assert "`mine` of plugin-of-test 2.0 is not used: the platform `microsoft365` belongs to" in warning
    assert "the provider plug-in `microsoft365` of sharedbox" in warning


def test_name_of_two_plugins_stays_with_the_built_in_one(install: Install, cli: Cli) -> None:
    install("microsoft365", source(name="microsoft365"))
    (warning,) = cli("explain").err.splitlines()
    assert "`microsoft365` of plugin-of-test 2.0 is not used: the name `microsoft365` belongs to" in warning
    assert "mine" not in installed_plugins().capabilities


def test_platform_of_two_foreign_plugins_stays_with_the_first(install: Install) -> None:
    install("mine", source())
    (point,) = (point for point in entry_points(group=GROUP) if point.name == "mine")
    plugins = load_plugins([point, EntryPoint("second", "plugin_of_test:PLUGIN", GROUP), point])
    assert set(plugins.by_name) == {"mine"}
    assert len(plugins.warnings) == 2
    assert "named `mine`; the entry point must have the same name" in plugins.warnings[0]
    assert "the name `mine` and the platform `mine` belong to the provider plug-in `mine`" in plugins.warnings[1]


def test_plugin_with_the_least_works(install: Install, cli: Cli, tmp_path: Path) -> None:
    install("mine", source())
    folder = tmp_path / "new"
    done = cli("init", folder, "--platform", "mine", "--mailbox", "x@contoso.example")
    assert (done.code, "    mine: {}\n" in (folder / "sharedbox.yaml").read_text()) == (0, True)
    done = cli("doctor", "--config", folder / "sharedbox.yaml")
    assert done.code == 0
    assert "not checked: diagnosis: this provider has no diagnosis" in done.out
    assert installed_plugins().by_name["mine"].expected_tenant(None) == ""
    assert load_profile(None, folder / "sharedbox.yaml", {}, installed_plugins()).expected_tenants() == {}


def test_tenant_that_nothing_names(install: Install, cli: Cli, tmp_path: Path) -> None:
    install("mine", source())
    file, spec = tmp_path / "sharedbox.yaml", tmp_path / "specs" / "x.yaml"
    file.write_text("profiles: {a: {}}")
    spec.parent.mkdir()
    spec.write_text("version: 1\nmailbox: x@contoso.example\nplatform: mine\n")
    done = cli("plan", spec, "--config", file)
    assert done.code == 1
    assert "It names no tenant of Mine." in done.err
    assert "Leave its specs out with `--platform`" in done.err
    done = cli("audit", "--config", file)
    assert "It names no Microsoft 365 tenant" in done.err
    assert "docs/how-to/connect-google-workspace.md or docs/how-to/connect-microsoft365.md" in done.err


def test_bug_of_a_plugin_is_reported_as_its_own(install: Install, cli: Cli, tmp_path: Path) -> None:
    install("mine", source().replace("return section", "return section['no such key']"))
    file = tmp_path / "sharedbox.yaml"
    file.write_text("profiles: {a: {mine: {}}}")
    done = cli("audit", "--config", file)
    assert done.code == 1
    assert "error: a provider plug-in failed\n  the provider plug-in `mine` · connection" in done.err
    assert ("TypeError" in done.err, "report it to its authors" in done.err) == (True, True)


def test_crash_in_a_plugin_is_reported_as_its_own(
    install: Install, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    broken = "    def starter(self, platform): return platform['no such key']\n"
    install("mine", source().replace("\nPLUGIN", f"{broken}\nPLUGIN"))
    done = cli("init", tmp_path / "new", "--platform", "mine")
    assert done.code == 1
    assert "error: TypeError\n  This is a bug in the provider plug-in `mine`. Please report it" in done.err


CHECKS = [
    ("raise OSError('gone')", "the checks of the provider plug-in `mine` are not used: they cannot be loaded (OSError"),
    ("return [1]", "a check of the provider plug-in `mine` is not used: a int is not"),
    ("from sharedbox_cli.checks.registry import CHECKS; return CHECKS[:1]", "there is already a check with the ID"),
]


@pytest.mark.parametrize(("code", "reason"), CHECKS, ids=["raises", "other type", "same id"])
def test_broken_check_is_left_out(install: Install, cli: Cli, code: str, reason: str) -> None:
    install("mine", source(checks=code))
    done = cli("explain")
    assert (done.code, "mine" in done.out) == (0, True)
    (warning,) = done.err.splitlines()
    assert reason in warning


def test_built_in_entry_points_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"][GROUP] == BUILT_IN
    plugins = load_plugins(OURS)
    assert plugins.warnings == ()
    assert set(plugins.by_name) == set(BUILT_IN)
    assert DEFAULT_PLATFORM in plugins.capabilities


def test_package_without_metadata_has_the_built_in_plugins(
    fresh_registry: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sharedbox_cli.providers.registry.entry_points", lambda **_: ())
    assert set(installed_plugins().by_name) == set(BUILT_IN)


def test_built_in_plugins_have_a_page_and_a_starter_for_every_platform() -> None:
    for plugin in each(load_plugins(OURS).by_name.values()):
        assert plugin.title and plugin.missing and (ROOT / plugin.page).is_file()
        for platform in each(plugin.platforms):
            assert plugin.starter(platform).section
