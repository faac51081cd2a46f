"""Saved plans whose files were edited: every value of the file, with and without a new digest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.core.codec import from_plain
from sharedbox_cli.core.errors import SharedboxError
from sharedbox_cli.core.plan import Plan, digest, from_json
from sharedbox_cli.engine.journal import Journal
from tests.asked import each
from tests.conftest import EXAMPLES, Cli, Cloud

JsonPath = tuple[str | int, ...]
ALLOWED = (0, 3)


def leaves(value: Any, path: JsonPath = ()) -> Iterator[tuple[JsonPath, Any]]:
    """Yield every value of JSON that has no parts, with its path; an empty list or object is one too."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    if not items:
        yield path, value
    for key, item in items:
        yield from leaves(item, (*path, key))


def shape(path: JsonPath) -> JsonPath:
    """Return a path without the places in its lists: entries of one list are read alike."""
    return tuple("[]" if isinstance(key, int) else key for key in path)


def other(value: Any) -> Any:
    """Return another value of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1000
        case str() if value[:4].isdecimal() and value[4:5] == "-":
            return f"2031{value[4:]}"
        case str():
            return f"{value}x"
        case None:
            return "x"
        case list():
            return ["x"]
    return {"x": "x"}


def edited(text: str, path: JsonPath, value: Any) -> dict[str, Any]:
    """Return the JSON of a plan with one other value."""
    whole: dict[str, Any] = json.loads(text)
    target: Any = whole
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return whole


def sealed(data: dict[str, Any]) -> str:
    """Return the text of an edited plan with the digest that belongs to it. Raises CodecError."""
    content = {key: value for key, value in data.items() if key not in ("format", "digest")}
    return json.dumps(data | {"digest": digest(from_plain(Plan, content, "plan"))})


@pytest.fixture
def saved(cloud: Cloud, cli: Cli, tmp_path: Path) -> Path:
    """Return a saved plan of the examples."""
    file = tmp_path / "saved.json"
    assert cli("plan", EXAMPLES, "--out", file).code == 0
    return file


@pytest.mark.slow
def test_every_value_of_a_saved_plan_is_covered_by_its_digest(saved: Path) -> None:
    text = saved.read_text()
    plan = from_json(text)
    accepted = []
    one_of_each = {shape(path): (path, value) for path, value in leaves(json.loads(text))}
    for path, value in each(one_of_each.values()):
        try:
            read = from_json(json.dumps(edited(text, path, other(value))))
        except SharedboxError:
            continue
        if read != plan:
            accepted.append(path)
    assert accepted == []


def test_every_key_of_a_saved_plan_is_needed(saved: Path) -> None:
    text = saved.read_text()
    for key in each(json.loads(text)):
        whole = json.loads(text)
        del whole[key]
        with pytest.raises(SharedboxError):
            from_json(json.dumps(whole))


def test_key_that_is_written_twice_is_refused(saved: Path) -> None:
    with pytest.raises(SharedboxError) as caught:
        from_json(saved.read_text().replace('"changes":', '"changes": [], "changes":', 1))
    assert "written twice" in caught.value.why


Edit = Callable[[dict[str, Any]], None]


def _empty(data: dict[str, Any]) -> None:
    data["changes"], data["fingerprints"] = [], {}


def _without_a_mailbox(data: dict[str, Any]) -> None:
    data["desired"]["mailboxes"].popitem()


def _name(data: dict[str, Any]) -> None:
    for mailbox in data["desired"]["mailboxes"].values():
        mailbox["settings"]["display_name"] = "Another name"


def _value(data: dict[str, Any]) -> None:
    for change in data["changes"]:
        change["after"] = {
            name: "other" if name == "display_name" else value for name, value in change["after"].items()
        }


def _ended(data: dict[str, Any]) -> None:
    grants = [grant for mailbox in data["desired"]["mailboxes"].values() for grant in mailbox["grants"] or ()]
    grants[0]["until"] = "2020-01-01T00:00:00+00:00"


def _ended_later(data: dict[str, Any]) -> None:
    mailbox = next(mailbox for mailbox in data["desired"]["mailboxes"].values() if mailbox["grants"])
    mailbox["expired"] = [mailbox["grants"].pop() | {"until": "2099-01-01T00:00:00+00:00"}]


def _set(*path: str, to: Any) -> Edit:
    def edit(data: dict[str, Any]) -> None:
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = to

    return edit


EDITS: dict[str, Edit] = {
    "no changes": _empty,
    "no fingerprints": _set("fingerprints", to={}),
    "a mailbox is missing": _without_a_mailbox,
    "the specs say another name": _name,
    "the changes say another name": _value,
    "access that has ended": _ended,
    "access that is called ended": _ended_later,
    "made in the future": _set("created_at", to="2031-01-01T00:00:00+00:00"),
    "read in the future": _set("read_at", to="2031-01-01T00:00:00+00:00"),
    "made long ago": _set("created_at", to="2020-01-01T00:00:00+00:00"),
    "other rules": _set("rules_version", to="0"),
    "another version": _set("tool_version", to="99"),
    "another tenant": _set("tenants", "microsoft365", to="other"),
}


@pytest.mark.slow
def test_edited_plan_with_a_new_digest_is_refused(saved: Path, cloud: Cloud, cli: Cli) -> None:
    text = saved.read_text()
    for name, edit in each(EDITS.items()):
        data = json.loads(text)
        edit(data)
        saved.write_text(sealed(data))
        done = cli("apply", saved, "--allow", "empty-spec")
        assert (done.code in (1, 4), cloud.effects()) == (True, []), (name, done.err)
        assert "bug" not in done.err, name


def test_time_without_a_zone_is_refused(saved: Path, cloud: Cloud, cli: Cli) -> None:
    data = json.loads(saved.read_text())
    for text in each(("2026-11-27T10:00:00", "2026-11-27", "now", "", "9999-12-31T23:59:59-23:59")):
        saved.write_text(json.dumps(data | {"created_at": text}))
        done = cli("apply", saved)
        assert (done.code, "created_at" in done.err, cloud.effects()) == (1, True, []), text


def test_plan_with_other_texts_is_still_good_once(saved: Path, cli: Cli) -> None:
    data = json.loads(saved.read_text())
    assert cli("apply", saved).code in ALLOWED
    data["notes"] = [{"mailbox": "sales@contoso.example", "text": "another note"}]
    data["untouched"]["mailboxes"] += 1
    data["profile"] = "other"
    for change in data["changes"]:
        change["why"] = "another reason"
    saved.write_text(sealed(data))
    again = cli("apply", saved)
    assert (again.code, "A plan can be applied once" in again.err) == (1, True)


def test_numbers_of_a_saved_plan_are_recounted(saved: Path, cli: Cli, tmp_path: Path) -> None:
    data = json.loads(saved.read_text())
    data["desired"] |= {"total": 5000, "grants_elsewhere": 100_000}
    plan = from_json(sealed(data))
    assert plan.desired.recounted().grants_elsewhere == 0
    saved.write_text(sealed(data))
    assert cli("apply", saved).code in ALLOWED
    with Journal.open(tmp_path / "state" / "default.sqlite3", for_writing=False) as journal:
        assert [run.documents for run in journal.runs()] == [0]
        assert journal.complete_runs() == ()


def test_filtered_plan_is_applied_and_later_runs_are_not_compared_with_it(
    cloud: Cloud, cli: Cli, tmp_path: Path
) -> None:
    assert cli("apply", EXAMPLES, "--yes").code in ALLOWED
    cloud.tenant.run("update objects set name = 'Moved' where mail = 'sales@contoso.example'")
    file = tmp_path / "part.json"
    assert cli("plan", EXAMPLES, "--mailbox", "sales@*", "--out", file).code == 0
    done = cli("apply", file)
    assert done.code == 0, done.err
    with Journal.open(tmp_path / "state" / "default.sqlite3", for_writing=False) as journal:
        assert [run.documents for run in journal.complete_runs()] == [journal.runs()[-1].documents]
        assert journal.runs()[-1].documents > 1


def test_plan_may_come_from_a_clock_that_is_a_little_ahead(saved: Path, cli: Cli) -> None:
    data = json.loads(saved.read_text())
    data["created_at"] = (datetime.now(UTC) + timedelta(minutes=2)).isoformat()
    saved.write_text(sealed(data))
    assert cli("apply", saved).code in ALLOWED
