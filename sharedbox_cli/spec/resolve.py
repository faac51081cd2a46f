"""Defaults, teams, expiry: documents become Desired. Pure: the time comes in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.codec import to_plain
from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import (
    Desired,
    DesiredMailbox,
    Field,
    MembersMode,
    Platform,
    State,
    Value,
    WantedGrant,
)
from sharedbox_cli.core.place import Place
from sharedbox_cli.spec.able import ability_problems
from sharedbox_cli.spec.grants import wanted_grants
from sharedbox_cli.spec.load import LoadedSpecs, LoadedTeam
from sharedbox_cli.spec.merge import chain, with_defaults
from sharedbox_cli.spec.models.mailbox import Mailbox
from sharedbox_cli.spec.positions import Document
from sharedbox_cli.spec.problems import nearest, raise_if_any
from sharedbox_cli.spec.validate import validated

AbilityTable = Mapping[Platform, Capabilities]


def resolve(loaded: LoadedSpecs, capabilities: AbilityTable, now: datetime) -> Desired:
    """Return what all documents together want. Raises SpecError with every problem of every document."""
    problems: list[Problem] = []
    boxes: dict[Address, DesiredMailbox] = {}
    for document, folder, root in loaded.documents:
        merged = with_defaults(loaded, document, folder, root)
        spec, found = validated(Mailbox, merged)
        problems += found
        if spec is None:
            continue
        teams: dict[str, LoadedTeam] = {}
        for level in chain(folder, root):
            teams |= loaded.teams.get(level, {})
        grants, found = wanted_grants(spec, merged, teams)
        found += ability_problems(spec, merged, grants, capabilities)
        found += _platform_problems(spec, merged, capabilities)
        box = _mailbox(spec, merged, grants, now)
        found += _own_address_problems(box)
        problems += found
        twin = boxes.get(box.address)
        if twin is not None:
            why = f"{box.address} has two documents."
            problems.append(Problem(box.places["mailbox"], "two mailboxes of one address", why, "Keep one.",
                                    twin.places["mailbox"]))  # fmt: skip
            continue
        boxes[box.address] = box
    problems += _alias_problems(boxes)
    raise_if_any(problems)
    return Desired(dict(sorted(boxes.items())), _digest(boxes), len(boxes))


def _platform_problems(spec: Mailbox, merged: Document, capabilities: AbilityTable) -> list[Problem]:
    if spec.platform is None:
        names = ", ".join(sorted(capabilities))
        why = "`platform` says where the mailbox is."
        return [Problem(merged.place, "a key is missing", why, f"There are: {names}.")]
    if spec.platform not in capabilities:
        why = f"`{spec.platform}` is not a platform that is installed."
        mend = nearest(spec.platform, capabilities) or f"There are: {', '.join(sorted(capabilities))}."
        return [Problem(merged.place_of(("platform",)), "unknown platform", why, mend)]
    return []


def _mailbox(spec: Mailbox, merged: Document, grants: tuple[WantedGrant, ...] | None, now: datetime) -> DesiredMailbox:
    living = None if grants is None else tuple(item for item in grants if not _is_over(item, now))
    return DesiredMailbox(
        address=Address.of(spec.mailbox),
        platform=Platform(spec.platform or ""),
        state=State(spec.state or "present"),
        settings=_settings(spec),
        grants=living,
        expired=tuple(item for item in grants or () if _is_over(item, now)),
        members_mode=MembersMode(spec.members_mode or "exact"),
        labels=dict(sorted((spec.labels or {}).items())),
        warn_at_percent=spec.storage.warn_at if spec.storage else None,
        place=merged.place_of(("mailbox",)),
        places={_path_text(path): place for path, place in merged.values.items() if path},
    )


def _is_over(grant: WantedGrant, now: datetime) -> bool:
    return grant.until is not None and grant.until <= now


def _settings(spec: Mailbox) -> dict[Field, Value]:
    sent, storage = spec.sent_items, spec.storage
    found: dict[Field, Value | None] = {
        Field.DISPLAY_NAME: spec.display_name,
        Field.ALIASES: None if spec.aliases is None else tuple(sorted({item.lower() for item in spec.aliases})),
        Field.HIDDEN: spec.hidden_from_address_lists,
        Field.SIGN_IN: spec.sign_in,
        Field.SENT_AS: sent.send_as if sent else None,
        Field.SENT_ON_BEHALF: sent.send_on_behalf if sent else None,
        Field.LICENCE: storage.licence if storage else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _path_text(path: tuple[str | int, ...]) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _own_address_problems(box: DesiredMailbox) -> list[Problem]:
    return [
        Problem(grant.place, "a mailbox as its own member", f"{grant.trustee} is the mailbox.")
        for grant in (*(box.grants or ()), *box.expired)
        if grant.trustee == box.address
    ]


def _alias_problems(boxes: Mapping[Address, DesiredMailbox]) -> list[Problem]:
    owners: dict[str, Place] = {key.key: box.places.get("mailbox", box.place) for key, box in boxes.items()}
    found = []
    for box in boxes.values():
        place = box.places.get("aliases", box.place)
        aliases = box.settings.get(Field.ALIASES, ())
        for alias in map(str, aliases if isinstance(aliases, tuple) else ()):
            if alias in owners:
                why = f"{alias} stands elsewhere in the specs."
                found.append(Problem(place, "one address, two owners", why, "Keep one of them.", owners[alias]))
            owners[alias] = place
    return found


def _digest(boxes: Mapping[Address, DesiredMailbox]) -> str:
    plain: list[Any] = []
    for key in sorted(boxes):
        content = to_plain(boxes[key])
        content.pop("place"), content.pop("places")
        for grant in (*(content["grants"] or ()), *content["expired"]):
            grant.pop("place")
        for name in ("grants", "expired"):
            if content[name]:
                content[name].sort(key=json.dumps)
        plain.append(content)
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Provenance:
    """One value of a spec and where it came from."""

    path: str
    value: Any
    place: Place


def provenance(loaded: LoadedSpecs, address: Address) -> list[Provenance]:
    """Return each value of one mailbox after defaults, with the file that gave it."""
    for document, folder, root in loaded.documents:
        if Address.of(str(document.data["mailbox"])) != address:
            continue
        merged = with_defaults(loaded, document, folder, root)
        return [Provenance(_path_text(path), value, merged.place_of(path)) for path, value in _leaves(merged.data, ())]
    return []


def _leaves(data: Any, path: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(data, dict) and data:
        return [leaf for key, value in data.items() for leaf in _leaves(value, (*path, key))]
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return [leaf for index, value in enumerate(data) for leaf in _leaves(value, (*path, index))]
    return [(path, data)]
