"""Every JSON document has a published schema, and what the commands print fits it, key by key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from sharedbox_cli import __version__
from sharedbox_cli.emulator.schemas import SCHEMAS
from sharedbox_cli.reports.documents import DOCUMENTS, format_of
from sharedbox_cli.reports.json_schema import schema_of, with_table
from tests.conftest import Cli, Cloud

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "mailboxes"
CSV = ROOT / "examples" / "csv" / "permissions.csv"
SUPPORT, SALES = "support@contoso.example", "sales@contoso.example"
READ = {"plan", "run", "findings", "audit", "observed", "import", "review-sheets", "doctor", "recordings"}
"""Documents about what was read from clouds."""


def checked(text: str, name: str) -> Any:
    """Return a document that has the shape of its name and no key that its schema does not have."""
    data = json.loads(text)
    assert data["format"] == format_of(name)
    Draft202012Validator(schema_of(name, is_strict=True)).validate(data)
    if name != "saved-plan":
        assert data["tool_version"] == __version__
    if name in READ:
        assert data["read_at"].endswith("+00:00")
        assert data["tenants"]
    return data


def written(cli: Cli, file: Path) -> dict[str, str]:
    """Return the text of every document, from commands that follow one another."""
    people = file.parent / "people.csv"
    people.write_text("old,new\nanna@contoso.example,anna@new.example\n")
    (audit := file.parent / "audit.json").write_text(cli("audit", "-o", "json").out)
    texts = {
        "doctor": cli("doctor", "-o", "json").out,
        "recordings": cli("doctor", "--record", file.parent / "answers", "--mailbox", SALES, "-o", "json").out,
        "validation": cli("validate", EXAMPLES, "-o", "json").out,
        "spec": cli("show", SUPPORT, EXAMPLES, "-o", "json").out,
        "observed": cli("show", SALES, "--observed", "-o", "json").out,
        "conversion": cli("show", SALES, EXAMPLES, "--as", "google-delegated", "-o", "json").out,
        "plan": cli("plan", EXAMPLES, "-o", "json", "--out", file).out,
        "saved-plan": file.read_text(encoding="utf-8"),
        "run": cli("apply", EXAMPLES, "--yes", "-o", "json").out,
        "import": cli("import", file.parent / "imported", "-o", "json").out,
        "offboarding": cli("offboard", "anna@contoso.example", EXAMPLES, "-o", "json").out,
        "review-sheets": cli("review", "start", EXAMPLES, "--to", file.parent / "review", "-o", "json").out,
        "review-decisions": cli(
            "review", "read", file.parent / "review" / "no-owner.csv", "--specs", EXAMPLES, "-o", "json"
        ).out,
        "people-move": cli("import", file.parent / "moved", "--from", EXAMPLES, "--people", people, "-o", "json").out,
        "csv-import": cli(
            "import", file.parent / "from-csv", "--csv", CSV, "--platform", "microsoft365", "-o", "json"
        ).out,
        "findings": cli("check", EXAMPLES, "-o", "json").out,
        "audit": cli("audit", "-o", "json").out,
        "audit-diff": cli("audit", "diff", audit, audit, "-o", "json").out,
        "history": cli("history", "-o", "json").out,
        "topics": cli("explain", "-o", "json").out,
        "topic": cli("explain", "convert", "-o", "json").out,
        "capabilities": cli("explain", "microsoft365", "-o", "json").out,
        "error": cli("plan", file.parent / "nothing", "-o", "json").err,
    }
    run = json.loads(texts["history"])["runs"][0]["id"]
    return {**texts, "steps": cli("history", run, "-o", "json").out}


def test_documents_when_commands_print_them_then_each_fits_its_schema(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    texts = written(cli, tmp_path / "plan.json")
    assert texts.keys() == DOCUMENTS.keys()
    documents = {name: checked(text, name) for name, text in texts.items()}
    assert documents["run"]["results"]
    assert documents["steps"]["steps"]
    assert documents["plan"]["changes"]
    assert documents["findings"]["findings"]
    assert {documents[name]["profile"] for name in (*READ, "history", "steps", "doctor", "saved-plan")} == {"default"}


def test_document_when_it_comes_from_the_cloud_then_it_tells_the_reading(cloud: Cloud, cli: Cli) -> None:
    data = checked(cli("show", SALES, "--as", "google-delegated", "--observed", "-o", "json").out, "conversion")
    assert data["tenants"]["microsoft365"] == {"id": cloud.tenant.id, "name": cloud.tenant.name}


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [(["apply"], "GuardRefused"), (["validate"], "SpecError"), (["show", SUPPORT, "--observed"], "AuthError")],
    ids=["guard", "specs", "sign-in"],
)
def test_error_when_printed_as_json_then_it_fits_its_schema(
    cloud: Cloud, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], kind: str
) -> None:
    is_bad = kind == "SpecError"
    bad = "rights: [nothing]\n" if is_bad else "platform: microsoft365\nmembers: []\n"
    (tmp_path / "one.yaml").write_text(f"version: 1\nmailbox: {SALES}\n{bad}")
    if kind == "AuthError":
        monkeypatch.setenv("AZURE_CLIENT_SECRET", "wrong")
    else:
        arguments = [*arguments, str(tmp_path)]
    done = cli(*arguments, "-o", "json")
    start = done.err.index('{\n "format": "sharedbox.error/1"')
    assert checked(done.err[start:], "error")["kind"] == kind


def test_left_out_when_a_cloud_cannot_be_read_then_the_document_still_fits(
    both: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "wrong")
    data = checked(cli("audit", "-o", "json").out, "audit")
    assert [item["platform"] for item in data["left_out"]] == ["microsoft365"]
    assert "microsoft365" not in data["tenants"]


def test_sarif_when_printed_then_it_tells_the_reading(cloud: Cloud, cli: Cli) -> None:
    [run] = json.loads(cli("check", EXAMPLES, "-o", "sarif").out)["runs"]
    tenant = {"id": cloud.tenant.id, "name": cloud.tenant.name}
    assert run["properties"] == {"profile": "default", "tenants": {"microsoft365": tenant}}
    assert run["tool"]["driver"]["version"] == __version__
    assert run["invocations"][0]["startTimeUtc"].endswith("Z")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_schema_when_published_then_it_is_the_one_of_the_code(name: str) -> None:
    published = json.loads((ROOT / "specs" / "json" / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(published)
    assert published == schema_of(name), "make generated"


def test_schemas_when_listed_then_none_is_left_over() -> None:
    files = {path.name.removesuffix(".schema.json") for path in (ROOT / "specs" / "json").iterdir()}
    assert files == DOCUMENTS.keys() | SCHEMAS.keys()
    assert not DOCUMENTS.keys() & SCHEMAS.keys()


def test_page_when_read_then_it_has_every_document() -> None:
    page = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    assert page == with_table(page), "make generated"
