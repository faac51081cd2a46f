"""The settings that give access: an audit reads exactly those of which it says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365
from sharedbox_cli.core.observed import ObservedMailbox
from sharedbox_cli.core.open_access import GIVING, ways_of
from sharedbox_cli.core.values import Value
from tests.strategies import address


class Recording(Mapping[Field, Value]):
    """Settings that were not read, and which of them were asked for."""

    def __init__(self) -> None:
        self.asked: set[Field] = set()

    def __getitem__(self, name: Field) -> Value:
        self.asked.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[Field]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_settings_that_give_access_are_those_that_are_read() -> None:
    settings = Recording()
    assert [*ways_of(ObservedMailbox("id", address("desk"), MICROSOFT365, settings, frozenset()))] == []
    assert settings.asked == GIVING
