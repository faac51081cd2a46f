"""A mailbox over its defaults: merging what was validated is as good as validating what was merged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sharedbox_cli.core.location import Place
from sharedbox_cli.language.document import Document, Places, path_text
from sharedbox_cli.language.load import LoadedDefaults, LoadedSpecs, load_mailbox
from sharedbox_cli.language.merge import Merged, Merger
from sharedbox_cli.language.models.mailbox import NEEDED_BY_ABSENT, NOT_A_DEFAULT, Defaults, Mailbox
from sharedbox_cli.language.validate import validated
from sharedbox_cli.language.yaml_source import read_documents
from tests.language.documents import documents

FOLDERS = (Path("wide"), Path("wide/near"))


def read(data: Any, name: str) -> Document:
    (document,), problems = read_documents(json.dumps(data, indent=1), name)
    assert problems == []
    return document


def merged(mailbox: dict[str, Any], *defaults: dict[str, Any]) -> Merged:
    loaded = LoadedSpecs()
    for folder, data in zip(FOLDERS, defaults, strict=False):
        document = read({**data, "version": 1}, str(folder))
        model, problems = validated(Defaults, document)
        assert model is not None, problems
        loaded.defaults[folder] = LoadedDefaults(document, model)
    one, problems = load_mailbox(read(mailbox, "mailbox"), FOLDERS)
    assert one is not None, problems
    return Merger(loaded).merged(one)


def without(data: dict[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


@given(documents(), documents(), documents(), st.data())
@settings(max_examples=150, deadline=None)
def test_merged_model_is_that_of_the_merged_data(
    mailbox: dict[str, Any], near: dict[str, Any], wide: dict[str, Any], data: st.DataObject
) -> None:
    for key in data.draw(st.sets(st.sampled_from(sorted(mailbox)))) - {"version", "mailbox"}:
        del mailbox[key]
    if data.draw(st.booleans()):
        mailbox = {key: value for key, value in mailbox.items() if key in NEEDED_BY_ABSENT} | {"state": "absent"}
    result = merged(mailbox, without(wide, NOT_A_DEFAULT), without(near, NOT_A_DEFAULT))
    spec, problems = validated(Mailbox, Document(result.document.data, result.document.layers))
    assert (result.spec, result.problems) == (spec, problems)
    if spec is not None and result.spec is not None:
        assert result.spec.model_fields_set == spec.model_fields_set
    assert spec is None or spec.state != "absent" or result.document.data.keys() <= NEEDED_BY_ABSENT


@given(documents(), documents())
@settings(max_examples=50, deadline=None)
def test_places_are_those_of_the_values(mailbox: dict[str, Any], defaults: dict[str, Any]) -> None:
    document = merged(mailbox, without(defaults, NOT_A_DEFAULT)).document
    expected = {path_text(path): document.place_of(path) for path, _ in document.values() if path}
    assert dict(Places(document)) == expected


MAILBOX = {"version": 1, "mailbox": "support@contoso.example"}


def test_mappings_merge_key_by_key_each_with_its_place() -> None:
    wide = {"storage": {"warn_at": "70%", "licence": "none"}, "labels": {"site": "hq"}}
    near = {"storage": {"licence": "exchange-online-plan-1"}}
    result = merged({**MAILBOX, "storage": {"warn_at": "90%"}}, wide, near)
    assert result.document.data["storage"] == {"warn_at": "90%", "licence": "exchange-online-plan-1"}
    assert result.document.place_of(("storage", "warn_at")) == Place("mailbox", 5, 14)
    assert result.document.place_of(("storage", "licence")) == Place("wide/near", 3, 14)
    assert result.document.place_of_key(("storage", "licence")) == Place("wide/near", 3, 3)
    assert result.document.place_of(("labels", "site")) == Place("wide", 7, 11)
    assert result.document.place_of(("labels", "owner")) == result.document.place_of(("labels",))


def test_list_replaces_a_list_and_its_places() -> None:
    wide = {"folders": ["A", "B", "C"]}
    result = merged({**MAILBOX, "folders": ["D"]}, wide)
    assert result.document.data["folders"] == ["D"]
    assert result.document.place_of(("folders", 0)).file == "mailbox"
    assert result.document.place_of(("folders", 2)).file == "mailbox", "the list is the nearest thing around it"


def test_defaults_that_contradict_each_other_are_fine_once_a_mailbox_settles_it() -> None:
    wide = {"auto_reply": {"enabled": True, "subject": "Away", "start": "2027-03-01"}}
    near = {"auto_reply": {"end": "2027-01-01"}}
    assert merged({**MAILBOX, "auto_reply": {"end": "2027-04-01"}}, wide, near).problems == []
    (problem,) = merged(MAILBOX, wide, near).problems
    assert problem.why == "`auto_reply`: `start` must be before `end`."
