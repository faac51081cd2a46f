"""The leaves of the spec language: one walk over the model. Settings, pages and tests are derived from it."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.language.models.mailbox import Mailbox


@dataclass(frozen=True, slots=True)
class Leaf:
    """A key of a document with a plain value or a list."""

    keys: tuple[str, ...]
    info: FieldInfo

    @property
    def path(self) -> str:
        """Return the dotted path, as in `sent_items.send_as`."""
        return ".".join(self.keys)

    @property
    def is_list(self) -> bool:
        """Return whether the key can hold a list."""
        return any(get_origin(part) is list for part in parts_of(self.info.annotation))

    @property
    def entries(self) -> type[BaseModel] | None:
        """Return the model of the entries of a list whose entries have several keys."""
        items = (item for part in parts_of(self.info.annotation) for item in get_args(part))
        return next((section for item in items if (section := section_of(item))), None)


def leaves(model: type[BaseModel], keys: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Yield the leaves of a model in its order. Entries of lists are separate models."""
    for name, info in model.model_fields.items():
        section = section_of(info.annotation)
        if section is None:
            yield Leaf((*keys, name), info)
        else:
            yield from leaves(section, (*keys, name))


def section_of(annotation: Any) -> type[BaseModel] | None:
    """Return the model of a key that holds a mapping, or None."""
    for part in parts_of(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def parts_of(annotation: Any) -> tuple[Any, ...]:
    """Return the types that a key can hold, without None and without annotations."""
    if get_origin(annotation) is Annotated:
        return parts_of(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(found for part in get_args(annotation) for found in parts_of(part))
    return () if annotation is type(None) else (annotation,)


LEAVES = tuple(leaves(Mailbox))
_IN_SPEC = frozenset(name for name, setting in SETTINGS.items() if setting.is_in_spec)
SETTING_LEAVES = {Field(leaf.path): leaf for leaf in LEAVES if leaf.path in _IN_SPEC}
"""The leaves whose path is a field: these are the settings of a mailbox."""
