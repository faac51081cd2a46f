"""Every field of a shared mailbox, by the tables: drift is planned and corrected, and an import plans nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from sharedbox_cli.cli.import_.adopt import READ_FACTS, Existing, adopt, new_files, with_addresses
from sharedbox_cli.core.fields import OBSERVABLE, SETTINGS, Field
from sharedbox_cli.core.model import MICROSOFT365, Desired, DesiredMailbox
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from tests.asked import each, every
from tests.field_values import TABLES, possible, values_on
from tests.providers.m365_specs import apply, plan, shared
from tests.providers.setting import Setting, at, scope
from tests.slow_rest import in_turn

VALUES = values_on(MICROSOFT365)
SEVERAL = {name: values for name, values in VALUES.items() if len(values) > 1}
SEVERAL[Field.AUTO_REPLY_START] = SEVERAL[Field.AUTO_REPLY_START][1:]  # a window without a start begins now
ROUNDS = range(max(map(len, VALUES.values())))


def _spec(settings: Mapping[Field, Value]) -> DesiredMailbox:
    others = {other for name in settings if (other := SETTINGS[name].matters_with) is not None} - settings.keys()
    whole = {**settings, **{other: VALUES[other][1] for other in others}}
    return replace(shared("sales", possible(whole, MICROSOFT365)), suite="SPE_E3")


def _becomes(demo: Setting, settings: Mapping[Field, Value]) -> None:
    """Let somebody set these values, as anyone can by the API of the vendor."""
    outcomes = apply(demo.provider(), plan(demo, demo.provider(), _spec(settings)))
    assert all(outcome.is_success for outcome in outcomes.values()), outcomes


ENSURED = [name for name in SEVERAL if SETTINGS[name].is_ensured]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SEVERAL if name not in ENSURED])
def test_drift_of_a_field_is_planned_and_corrected(demo: Setting, name: Field) -> None:
    wanted, *others = SEVERAL[name]
    _becomes(demo, {name: wanted})
    for other in each(others):
        _becomes(demo, {name: other})
        changes = plan(demo, demo.provider(), _spec({name: wanted}))
        assert name in {key for change in changes for key in change.after}
        assert {SETTINGS[key].topic for change in changes for key in change.after} == {SETTINGS[name].topic}
        assert every(outcome.is_success for outcome in apply(demo.provider(), changes).values())
        assert plan(demo, demo.provider(), _spec({name: wanted})) == ()


@pytest.mark.parametrize("name", ENSURED)
def test_what_an_ensured_list_lacks_is_planned_and_added(demo: Setting, name: Field) -> None:
    _becomes(demo, {name: SEVERAL[name][0]})
    for value in each(SEVERAL[name][1:]):
        changes = plan(demo, demo.provider(), _spec({name: value}))
        assert {key for change in changes for key in change.after} == {name}
        assert every(outcome.is_success for outcome in apply(demo.provider(), changes).values())
        assert plan(demo, demo.provider(), _spec({name: value})) == ()


@pytest.mark.parametrize("number", in_turn(ROUNDS, 0, 3))
def test_import_of_every_field_plans_nothing(demo: Setting, tmp_path: Path, number: int) -> None:
    settings = possible({name: values[number % len(values)] for name, values in VALUES.items()}, MICROSOFT365)
    _becomes(demo, settings)
    demo.forget()
    observed = with_addresses(demo.provider().observe(scope("sales", fields=OBSERVABLE, facts=READ_FACTS)))
    one = adopt(observed.mailboxes[at("sales")], observed, {MICROSOFT365: TABLES[MICROSOFT365]}, False)
    assert [note for note in one.notes if note.is_lost and note.key in set(map(str, settings))] == []
    files = new_files(tmp_path, [one], Existing(), TABLES, {MICROSOFT365: observed})
    desired: Desired = resolve(load_specs([tmp_path], files.texts), TABLES, demo.clock.now())
    (spec,) = desired.mailboxes.values()
    for name, value in each(spec.settings.items()):
        assert value == settings[name]
    for name, value in each(settings.items()):
        assert name in spec.settings or not _says_something(name, settings), f"{name}: {value}"
    assert plan(demo, demo.provider(), spec) == ()


def _says_something(name: Field, settings: Mapping[Field, Value]) -> bool:
    """Return whether a value is written by an import: not what a new mailbox has, nor details of what is off."""
    if name is Field.FORWARDING_KEEP_COPY:
        return bool(settings[Field.FORWARDING_TO])
    if str(name).startswith("auto_reply.") and not settings[Field.AUTO_REPLY]:
        return False
    return settings[name] not in (SETTINGS[name].new, "", ())
