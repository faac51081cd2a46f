"""What has to change in the settings of one mailbox."""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.change import Change, Kind, Phase, Risk
from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.mail_targets import answered_to, forwarded_to
from sharedbox_cli.core.model import (
    ALLOWED,
    CONTENT,
    CONTENT_TOPICS,
    ENSURED,
    KIND_SHARED,
    LICENCE_NONE,
    PLAN_1,
    PLAN_2,
    DesiredMailbox,
    Field,
    Observed,
    ObservedMailbox,
    Value,
)

_ALONE = frozenset({Field.SIGN_IN, Field.LICENCE})
_LICENCES = (LICENCE_NONE, PLAN_1, PLAN_2)
_OPEN = {Field.GROUP_VIEWING: "anyone", Field.GROUP_JOINING: "anyone", Field.GROUP_EXTERNAL_MEMBERS: True}
"""Values that let strangers in."""


def creation_settings(mailbox: DesiredMailbox) -> dict[Field, Value]:
    """Return what a mailbox is made with; a new one has no licence on any platform that lists them."""
    name = mailbox.settings.get(Field.DISPLAY_NAME) or mailbox.address.text.partition("@")[0]
    return {Field.DISPLAY_NAME: name, Field.KIND: KIND_SHARED, Field.LICENCE: LICENCE_NONE}


def missing_items(name: Field, wanted: Value, there: Value) -> Value:
    """Return what a list that is only ensured lacks: a tag that says no colour may have any."""
    if not isinstance(wanted, tuple) or not isinstance(there, tuple):
        return wanted
    if name is not Field.TAGS:
        return tuple(item for item in wanted if item not in there)
    names = {item[0] for item in there if isinstance(item, tuple)}
    return tuple(
        item
        for item in wanted
        if item not in there and not (isinstance(item, tuple) and not item[1] and item[0] in names)
    )


def is_so(name: Field, wanted: Value, there: Value) -> bool:
    """Return whether a setting is as wanted; of a list that is only ensured, whether nothing is missing."""
    return not missing_items(name, wanted, there) if name in ENSURED else wanted == there


def diff_settings(
    mailbox: DesiredMailbox, there: ObservedMailbox, observed: Observed, *, is_new: bool = False
) -> tuple[Change, ...]:
    """Return the changes of settings, one for all that travel together. Raises ObserveError."""
    wanted = {name: value for name, value in mailbox.settings.items() if name is not Field.KIND}
    differing: dict[Field, Value] = {}
    for name, value in wanted.items():
        if name not in there.settings:
            if not is_new:
                raise _not_read(mailbox, name)
            if value != () or name not in ENSURED:
                differing[name] = value
        elif not is_so(name, value, there.settings[name]):
            differing[name] = missing_items(name, value, there.settings[name]) if name in ENSURED else value
    together = {name: value for name, value in differing.items() if name not in _ALONE | CONTENT}
    parts = [(Phase.SETTINGS, together)]
    parts += [
        (Phase.CONTENT, {name: value for name, value in differing.items() if name in topic}) for topic in CONTENT_TOPICS
    ]
    changes = [_update(mailbox, there, phase, part, _risk(part, there, observed)) for phase, part in parts if part]
    if Field.SIGN_IN in differing:
        opens = differing[Field.SIGN_IN] == ALLOWED
        phase, risk = (Phase.SETTINGS, Risk.HIGH) if opens else (Phase.BLOCK_SIGN_IN, Risk.LOW)
        changes.append(_update(mailbox, there, phase, {Field.SIGN_IN: differing[Field.SIGN_IN]}, risk))
    if Field.LICENCE in differing:
        changes.append(_licence(mailbox, there, differing[Field.LICENCE]))
    return tuple(changes)


def _risk(after: Mapping[Field, Value], there: ObservedMailbox, observed: Observed) -> Risk:
    targets = forwarded_to(after) | answered_to(after)
    before = forwarded_to(there.settings) | answered_to(there.settings)
    leaves = any(target.rpartition("@")[2] not in observed.domains for target in targets - before)
    opens = any(after.get(name) == value for name, value in _OPEN.items())
    return Risk.HIGH if leaves or opens else Risk.LOW


def _update(
    mailbox: DesiredMailbox, there: ObservedMailbox, phase: Phase, after: dict[Field, Value], risk: Risk
) -> Change:
    first = min(after)
    return Change(
        Kind.UPDATE,
        phase,
        mailbox.address,
        mailbox.platform,
        there.id,
        before={name: there.settings[name] for name in after if name in there.settings},
        after=after,
        risk=risk,
        place=mailbox.places.get(str(first), mailbox.place),
    )


def _licence(mailbox: DesiredMailbox, there: ObservedMailbox, wanted: Value) -> Change:
    before = there.settings.get(Field.LICENCE, LICENCE_NONE)
    goes_up = _licence_rank(wanted) > _licence_rank(before) or (
        _licence_rank(wanted) == len(_LICENCES)  # another licence of a kind that has no ranks
    )
    return Change(
        Kind.LICENCE,
        Phase.LICENCE_UP if goes_up else Phase.LICENCE_DOWN,
        mailbox.address,
        mailbox.platform,
        there.id,
        before={Field.LICENCE: before} if Field.LICENCE in there.settings else {},
        after={Field.LICENCE: wanted},
        risk=Risk.LOW if goes_up else Risk.HIGH,
        place=mailbox.places.get(str(Field.LICENCE), mailbox.place),
    )


def _licence_rank(value: Value) -> int:
    return _LICENCES.index(value) if value in _LICENCES else len(_LICENCES)


def _not_read(mailbox: DesiredMailbox, name: Field) -> ObserveError:
    return ObserveError(
        where=f"{mailbox.address} · {name}",
        why="the platform left out a setting that the spec manages",
        hint="Nothing is planned on half a picture. Run the command again.",
    )
