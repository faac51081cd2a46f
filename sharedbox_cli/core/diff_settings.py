"""What has to change in the settings of one mailbox."""

from __future__ import annotations

from sharedbox_cli.core.change import Change, Kind, Phase, Risk
from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.model import (
    ALLOWED,
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
_NAMEABLE = (
    Field.DISPLAY_NAME, Field.ALIASES, Field.HIDDEN, Field.SIGN_IN, Field.SENT_AS, Field.SENT_ON_BEHALF,
    Field.LICENCE,
)  # fmt: skip


def creation_settings(box: DesiredMailbox) -> dict[Field, Value]:
    """Return what a mailbox is made with; a new one has no licence on any platform that lists them."""
    name = box.settings.get(Field.DISPLAY_NAME) or box.address.text.partition("@")[0]
    return {Field.DISPLAY_NAME: name, Field.KIND: KIND_SHARED, Field.LICENCE: LICENCE_NONE}


def unmanaged_settings(box: DesiredMailbox) -> tuple[str, ...]:
    """Return the settings that a spec does not name, so that nothing about them is read or changed."""
    names = [str(name) for name in _NAMEABLE if name not in box.settings]
    return (*names, "members") if box.grants is None else tuple(names)


def diff_settings(
    box: DesiredMailbox, there: ObservedMailbox, world: Observed, *, is_new: bool = False
) -> tuple[Change, ...]:
    """Return the changes of settings, one for all that travel together. Raises ObserveError."""
    wanted = {name: value for name, value in box.settings.items() if name is not Field.KIND}
    differing: dict[Field, Value] = {}
    for name, value in wanted.items():
        if name not in there.settings:
            if not is_new:
                raise _not_read(box, name)
            differing[name] = value
        elif there.settings[name] != value:
            differing[name] = value
    together = {name: value for name, value in differing.items() if name not in _ALONE}
    changes = []
    if together:
        changes.append(_update(box, there, Phase.SETTINGS, together, Risk.LOW))
    if Field.SIGN_IN in differing:
        opens = differing[Field.SIGN_IN] == ALLOWED
        phase, risk = (Phase.SETTINGS, Risk.HIGH) if opens else (Phase.BLOCK_SIGN_IN, Risk.LOW)
        changes.append(_update(box, there, phase, {Field.SIGN_IN: differing[Field.SIGN_IN]}, risk))
    if Field.LICENCE in differing:
        changes.append(_licence(box, there, differing[Field.LICENCE]))
    return tuple(changes)


def _update(box: DesiredMailbox, there: ObservedMailbox, phase: Phase, after: dict[Field, Value], risk: Risk) -> Change:
    first = min(after)
    return Change(
        Kind.UPDATE,
        phase,
        box.address,
        box.platform,
        there.id,
        before={name: there.settings[name] for name in after if name in there.settings},
        after=after,
        risk=risk,
        place=box.places.get(str(first), box.place),
    )


def _licence(box: DesiredMailbox, there: ObservedMailbox, wanted: Value) -> Change:
    before = there.settings.get(Field.LICENCE, LICENCE_NONE)
    goes_up = _licence_rank(wanted) > _licence_rank(before)
    return Change(
        Kind.LICENCE,
        Phase.LICENCE_UP if goes_up else Phase.LICENCE_DOWN,
        box.address,
        box.platform,
        there.id,
        before={Field.LICENCE: before} if Field.LICENCE in there.settings else {},
        after={Field.LICENCE: wanted},
        risk=Risk.LOW if goes_up else Risk.HIGH,
        place=box.places.get(str(Field.LICENCE), box.place),
    )


def _licence_rank(value: Value) -> int:
    return _LICENCES.index(value) if value in _LICENCES else len(_LICENCES)


def _not_read(box: DesiredMailbox, name: Field) -> ObserveError:
    return ObserveError(
        where=f"{box.address} · {name}",
        why="the platform left out a setting that the spec manages",
        mend="Nothing is planned on half a picture. Run the command again.",
    )
