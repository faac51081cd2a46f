"""The generated files are fresh, the page explains every key, and reading specs stays light."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from sharedbox_cli.language.models.calendar import CalendarPerson, ContactsPerson
from sharedbox_cli.language.models.content import Tag
from sharedbox_cli.language.models.mailbox import Defaults, Mailbox
from sharedbox_cli.language.models.members import Member, Team, TeamMember
from sharedbox_cli.language.models.presentation import Sender
from sharedbox_cli.language.models.rules import Rule
from sharedbox_cli.language.schema import json_schema, reference_page, write_generated
from sharedbox_cli.providers.registry import capabilities_of_all
from tests.asked import each

ROOT = Path(__file__).parents[2]
PROBE = """
import json, sys
import sharedbox_cli.language.load, sharedbox_cli.language.resolve, sharedbox_cli.language.schema
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_generated_files_when_written_anew_then_they_equal_the_committed_ones(tmp_path: Path) -> None:
    fresh = write_generated(tmp_path, capabilities_of_all().values())
    assert len(fresh) == 4
    for path in each(fresh):
        assert path.read_bytes() == (ROOT / "specs" / path.name).read_bytes(), "run `make generated`"


def test_reference_page_when_read_then_every_key_is_explained() -> None:
    page = reference_page()
    for model in (Mailbox, Defaults, Member, Team, TeamMember, Tag, Rule, Sender, CalendarPerson, ContactsPerson):
        for name, field in each(model.model_fields.items()):
            assert f"`{name}`" in page or f"`{name}." in page
            assert field.description, f"{model.__name__}.{name} says nothing"


def test_schema_when_read_then_null_is_never_a_value() -> None:
    assert '"null"' not in json.dumps(json_schema())


def test_examples_when_opened_in_an_editor_then_their_schema_is_there() -> None:
    for path in each(sorted((ROOT / "examples" / "mailboxes").glob("*.yaml"))):
        first = path.read_text("utf-8").partition("\n")[0]
        assert first.startswith("# yaml-language-server: $schema=")
        assert (path.parent / first.partition("=")[2]).is_file()


def test_spec_package_when_imported_then_no_sdk_is_loaded() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert {"httpx", "msgraph", "azure", "googleapiclient", "tabulate", "idna"} & set(json.loads(done.stdout)) == set()
