"""Canaries: no secret of either cloud is in the journal, in a plan, in what is said, in a crash file or in a log."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sharedbox_cli.core.model import GOOGLE_DELEGATED
from sharedbox_cli.emulator.tokens import Tokens
from sharedbox_cli.providers.google_workspace import accounts
from tests.asked import each
from tests.cli.test_mixed import ALLOWED, SPECS
from tests.conftest import Cli, Cloud, Done

NEW = (
    "version: 1\nmailbox: {address}\nplatform: {platform}\nsign_in: blocked\n"
    "storage: {{licence: google-workspace-business-standard}}\nmembers: [{{user: anna@contoso.example}}]\n"
)


@dataclass
class Canaries:
    """Every secret there is while a test runs, as it comes up."""

    fixed: dict[str, str]
    tokens: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)

    def found_in(self, text: str) -> list[str]:
        """Return which kinds of secrets a text holds; of tokens and keys a part is enough."""
        kinds = dict(self.fixed)
        kinds |= {f"token {number}": token.rsplit(".", 1)[-1][:40] for number, token in enumerate(self.tokens)}
        kinds |= {f"password {number}": word for number, word in enumerate(self.passwords)}
        escaped = {f"{kind} in JSON": json.dumps(value)[1:-1] for kind, value in kinds.items()}
        return [kind for kind, value in (kinds | escaped).items() if value in text]


@pytest.fixture
def canaries(both: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Canaries:
    key = json.loads(Path(os.environ["GOOGLE_APPLICATION_CREDENTIALS"]).read_text())["private_key"]
    lines = [line for line in key.splitlines() if not line.startswith("-----")]
    made = Canaries(
        {
            "client secret": os.environ["AZURE_CLIENT_SECRET"],
            "private key, first line": lines[0],
            "private key, in the middle": lines[len(lines) // 2],
        }
    )
    issue, password = Tokens.issue, accounts.unknown_password

    def issued(self: Tokens, claims: dict[str, object]) -> str:
        made.tokens.append(issue(self, claims))
        return made.tokens[-1]

    def thought_up() -> str:
        made.passwords.append(password())
        return made.passwords[-1]

    monkeypatch.setattr(Tokens, "issue", issued)
    monkeypatch.setattr(accounts, "unknown_password", thought_up)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return made


def texts(folder: Path, cloud: Cloud, *done: Done) -> Iterator[tuple[str, str]]:
    """Return everything that was written or said, with where."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes().decode("utf-8", "replace")
    for number, one in enumerate(done):
        yield f"stdout {number}", one.out
        yield f"stderr {number}", one.err
    yield "the emulator's log", json.dumps(cloud.emulator.log.lines)


def new_account(folder: Path, address: str) -> Path:
    path = folder / "new"
    path.mkdir(exist_ok=True)
    (path / f"{address}.yaml").write_text(NEW.format(address=address, platform=GOOGLE_DELEGATED))
    return path


def test_secrets_when_both_clouds_are_changed_then_they_are_nowhere(
    both: Cloud, cli: Cli, canaries: Canaries, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    done = [
        cli("doctor", "-o", "json"),
        cli("plan", *SPECS, "--out", plan),
        cli("apply", *SPECS, *ALLOWED),
        cli("apply", new_account(tmp_path, "hr@contoso.example"), "--yes", "--allow", "empty-spec", "-o", "json"),
        cli("history", "-o", "json"),
        cli("audit", "-o", "json"),
        cli("show", "hr@contoso.example", "--observed", "-o", "json"),
    ]
    assert [one.code for one in done] == [0] * len(done), [one.err for one in done]
    assert len(canaries.tokens) > 5
    assert canaries.passwords, "an account was made"
    assert plan.exists()
    for where, text in each(texts(tmp_path, both, *done)):
        assert canaries.found_in(text) == [], where


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["status", "truncate", "forbidden"])
def test_secrets_when_writes_fail_for_ever_then_no_error_and_no_outcome_quotes_them(
    both: Cloud, cli: Cli, canaries: Canaries, tmp_path: Path, kind: str
) -> None:
    folder = new_account(tmp_path, "hr@contoso.example")
    writes = ["google.directory.users.insert", "exchange.New-Mailbox", "graph.users.patch"]
    both.emulator.faults.set([{"route": route, "count": 10_000, "kind": kind} for route in writes])
    done = [cli("apply", folder, "--yes"), cli("apply", SPECS[0], "--yes"), cli("history", "-o", "json")]
    assert {one.code for one in done[:2]} <= {0, 1, 3, 5}
    assert canaries.passwords
    for where, text in each(texts(tmp_path, both, *done)):
        assert canaries.found_in(text) == [], where


def test_secrets_when_it_crashes_then_the_file_has_places_and_no_values(
    both: Cloud, cli: Cli, canaries: Canaries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        message = f"Authorization: Bearer {canaries.tokens[-1]}"
        raise RuntimeError(message)

    monkeypatch.setattr("sharedbox_cli.core.diff.make_plan", broken)
    done = cli("plan", *SPECS)
    assert done.code == 1
    assert "This is a bug in sharedbox." in done.err
    (crash,) = tmp_path.glob("sharedbox-crash-*.txt")
    assert "RuntimeError" in crash.read_text()
    assert "pipeline.py" in crash.read_text()
    monkeypatch.setenv("SHAREDBOX_DEBUG", "1")
    debugged = cli("plan", *SPECS)
    assert "pipeline.py" in debugged.err
    for where, text in each(texts(tmp_path, both, done, debugged)):
        assert canaries.found_in(text) == [], where


def test_canaries_when_one_is_there_then_it_is_seen(canaries: Canaries) -> None:
    for secret in each(canaries.fixed.values()):
        assert canaries.found_in(f'{{"x": "a {secret} b"}}')
