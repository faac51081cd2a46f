"""What has to change in the settings of one mailbox."""

from __future__ import annotations

from collections.abc import Mapping, Set

from sharedbox_cli.core.change import Change, Kind, Risk, aliases_of
from sharedbox_cli.core.diff_licence import licence_change
from sharedbox_cli.core.ensured import missing_items
from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.fields import SETTINGS, Field, Setting
from sharedbox_cli.core.mail_targets import answered_to, cut_off_words, forwarded_to, moderated_by, sender_addresses
from sharedbox_cli.core.model import DesiredMailbox
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.order import Phase, Topic
from sharedbox_cli.core.service_addresses import is_service_address, is_usual_address, unmanaged_addresses
from sharedbox_cli.core.values import BLOCKED, KIND_SHARED, LICENCE_NONE, Value, same_name


def creation_settings(mailbox: DesiredMailbox) -> dict[Field, Value]:
    """Return what a mailbox is made with; a new one has no licence on any platform that lists them."""
    name = mailbox.settings.get(Field.DISPLAY_NAME) or mailbox.address.text.partition("@")[0]
    return {Field.DISPLAY_NAME: name, Field.KIND: KIND_SHARED, Field.LICENCE: LICENCE_NONE}


def is_so(name: Field, desired: Value, observed: Value, kept_exactly: Set[Field] = frozenset()) -> bool:
    """Return whether a setting is as desired; for a list that is only ensured, whether no item is missing.

    Addresses that the service gives a mailbox itself do not count unless they are desired.
    """
    if name is Field.ALIASES and isinstance(observed, tuple):
        unmanaged = unmanaged_addresses(desired, observed)
        observed = tuple(address for address in observed if address not in unmanaged)
    if name in kept_exactly:
        return same_name(desired, observed)
    setting = SETTINGS[name]
    if setting.is_same is not None and desired is not None and observed is not None:
        return setting.is_same(desired, observed)
    return not missing_items(desired, observed) if setting.is_ensured else desired == observed


def has_effect(name: Field, change: Change, observed: Value, kept_exactly: Set[Field] = frozenset()) -> bool:
    """Return whether a setting shows the effect of a change.

    Several changes of a run can be about the aliases of one mailbox: each is about what it adds and removes. An address
    of the service is added again when it is removed.
    """
    if name is not Field.ALIASES or Field.ALIASES not in change.before:
        return is_so(name, change.after[name], observed, kept_exactly)
    before, after = aliases_of(change.before), aliases_of(change.after)
    held = aliases_of({name: observed})
    kept = {address for address in (before - after) & held if not is_service_address(address)}
    return after - before <= held and not kept


def diff_settings(
    mailbox: DesiredMailbox, current: ObservedMailbox, observed: Observed, *, is_new: bool = False
) -> tuple[Change, ...]:
    """Return the changes of settings, one per topic. Raises ObserveError."""
    parts: dict[Topic, dict[Field, Value]] = {}
    for name, value in _differing(mailbox, current, is_new=is_new).items():
        parts.setdefault(SETTINGS[name].topic, {})[name] = value
    return tuple(_change(topic, mailbox, current, after, observed) for topic, after in parts.items())


def _differing(mailbox: DesiredMailbox, current: ObservedMailbox, *, is_new: bool) -> dict[Field, Value]:
    """Return what has to be written; of an ensured list, the items that are missing."""
    differing: dict[Field, Value] = {}
    for name, value in mailbox.settings.items():
        setting = SETTINGS[name]
        if not setting.is_in_spec or not _matters(setting, mailbox, current):
            continue
        if name not in current.settings:
            if not is_new:
                raise _not_read(mailbox, name)
            if value != () or not setting.is_ensured:
                differing[name] = value
        elif not is_so(name, value, current.settings[name], current.kept_exactly):
            held = current.settings[name]
            differing[name] = setting.completed(value, held) if setting.completed else value
            if setting.is_ensured:
                differing[name] = missing_items(value, held)
            if name is Field.ALIASES and (unmanaged := unmanaged_addresses(value, current.settings[name])):
                differing[name] = tuple(sorted({*(value if isinstance(value, tuple) else ()), *unmanaged}, key=str))
    return differing


def _matters(setting: Setting, mailbox: DesiredMailbox, current: ObservedMailbox) -> bool:
    other = setting.matters_with
    return other is None or bool({**current.settings, **mailbox.settings}.get(other))


def _change(
    topic: Topic, mailbox: DesiredMailbox, current: ObservedMailbox, after: dict[Field, Value], observed: Observed
) -> Change:
    if topic is Topic.LICENCE:
        return licence_change(mailbox, current, after[Field.LICENCE], observed)
    is_blocking = topic is Topic.SIGN_IN and after[Field.SIGN_IN] == BLOCKED
    phase = Phase.BLOCK_SIGN_IN if is_blocking else topic.phase
    return _update(mailbox, current, phase, after, _risk(after, current, observed))


def _risk(after: Mapping[Field, Value], current: ObservedMailbox, observed: Observed) -> Risk:
    """Return whether people must look at a change: mail leaves, access opens, or the team is cut off."""
    before, end = current.settings, {**current.settings, **after}
    leaves = any(
        target.rpartition("@")[2] not in observed.domains
        for targets_of in (forwarded_to, answered_to, moderated_by, sender_addresses)
        for target in targets_of(after) - targets_of(before)
    )
    opens = any(value in SETTINGS[name].opens for name, value in after.items() if value is not None)
    cuts_off = cut_off_words(end, current.address).keys() - cut_off_words(before, current.address).keys()
    unit, was = after.get(Field.ORG_UNIT), before.get(Field.ORG_UNIT)
    is_above = f"{was}/".casefold().startswith(f"{str(unit).rstrip('/')}/".casefold())
    moves_up = unit is not None and was not in (None, unit) and is_above
    return Risk.HIGH if leaves or opens or cuts_off or moves_up else Risk.LOW


def _update(
    mailbox: DesiredMailbox, current: ObservedMailbox, phase: Phase, after: dict[Field, Value], risk: Risk
) -> Change:
    first = min(after)
    return Change(
        Kind.UPDATE,
        phase,
        mailbox.address,
        mailbox.platform,
        current.id,
        before={name: current.settings[name] for name in after if name in current.settings},
        after=after,
        risk=risk,
        why=_kept_words(mailbox, current) if Field.ALIASES in after else "",
        place=mailbox.places.get(str(first), mailbox.place),
    )


def _kept_words(mailbox: DesiredMailbox, current: ObservedMailbox) -> str:
    """Return that the address which every mailbox has is not removed; other ones of the service are notes."""
    kept = unmanaged_addresses(mailbox.settings.get(Field.ALIASES), current.settings.get(Field.ALIASES))
    return "the service's own address stays" if any(map(is_usual_address, kept)) else ""


def _not_read(mailbox: DesiredMailbox, name: Field) -> ObserveError:
    return ObserveError(
        where=f"{mailbox.address} · {name}",
        why="the platform left out a setting that the spec manages",
        hint="Nothing is planned on incomplete data. Run the command again.",
    )
