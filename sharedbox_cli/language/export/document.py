"""A desired mailbox as the document that a person would write: the inverse of `resolve`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.format_values import message_size
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import LEVELLED, DesiredGrant, DesiredMailbox, MembersMode, Right, State
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.export.yaml import Bare, Noted, Tall, Tree, text_of
from sharedbox_cli.language.leaves import SETTING_LEAVES, parts_of
from sharedbox_cli.language.levels import by_trustee, one_grant
from sharedbox_cli.language.models.mailbox import Mailbox
from sharedbox_cli.language.settings import NO_FORWARDING

_UNITS = (("GB", 1000**3), ("MB", 1000**2), ("KB", 1000))
_MOST_UNITS = 9_999_999
_NONE_IF_EMPTY = frozenset({Field.FORWARDING_TO, Field.HOLD_NOTE, Field.RETENTION_POLICY})
Pairs = Mapping[str, Value]


def write(
    mailbox: DesiredMailbox,
    table: Capabilities,
    head: Sequence[str] = (),
    notes: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Return the document of one mailbox. `notes` has comments by key, for a member by `members:ADDRESS`.

    Reading the document gives the same mailbox, if the language can express it (`expressible.writable` removes the
    rest).
    """
    return document_text(tree_of(mailbox, table, notes or {}), head, notes or {})


def document_text(
    found: dict[str, Tree], head: Sequence[str] = (), notes: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Return a document with its keys in the order of the language."""
    for key, words in (notes or {}).items():
        if key in found and words:
            found[key] = Noted(found[key], tuple(words))
    return text_of({key: found[key] for key in Mailbox.model_fields if key in found}, head)


def tree_of(mailbox: DesiredMailbox, table: Capabilities, notes: Mapping[str, Sequence[str]]) -> dict[str, Tree]:
    """Return the keys of a document and their values; `notes` has comments for members."""
    found: dict[str, Tree] = {"version": 1, "mailbox": mailbox.address.text, "platform": str(mailbox.platform)}
    for name, leaf in SETTING_LEAVES.items():
        if name in mailbox.settings:
            _put(found, leaf.keys, setting_tree(name, mailbox.settings))
    if mailbox.warn_at_percent is not None:
        storage = found.get("storage")
        found["storage"] = {
            "warn_at": Bare(f"{mailbox.warn_at_percent}%"),
            **(storage if isinstance(storage, dict) else {}),
        }
    if mailbox.suite:
        _put(found, ("storage", "suite"), mailbox.suite)
    if mailbox.enforces_until:
        _put(found, ("group", "enforce_until"), Bare("true"))
    if mailbox.state is State.ABSENT:
        found["state"] = str(mailbox.state)
    if mailbox.labels:
        found["labels"] = dict(mailbox.labels)
    if mailbox.manages_members:
        grants = (*(mailbox.grants or ()), *mailbox.expired)
        found["members"] = [*member_lines(grants, table.default_rights, notes)]
    put_levels(found, mailbox)
    if mailbox.members_mode is MembersMode.AT_LEAST:
        found["members_mode"] = str(mailbox.members_mode)
    return found


def put_levels(found: dict[str, Tree], mailbox: DesiredMailbox) -> None:
    """Add the levels of members and of other people to the keys of a document."""
    grants = (*(mailbox.grants or ()), *mailbox.expired)
    of_mail = [grant for grant in grants if grant.right not in LEVELLED]
    members = {one.trustee: one for one in map(one_grant, by_trustee(of_mail))}
    for right in sorted(mailbox.levels):
        people = {grant.trustee: grant for grant in grants if grant.right is right}
        level = _level_of_all(members, people) if mailbox.has_members else ""
        if level:
            _put(found, (str(right), "members"), level)
        rest = [one for one in people.values() if not level or one.trustee not in members]
        if rest or not level:
            _put(found, (str(right), "people"), [_person(one) for one in rest])


def _level_of_all(members: Mapping[Address, DesiredGrant], people: Mapping[Address, DesiredGrant]) -> str:
    """Return the level that all members have as long as they are members; empty: there is none."""
    levels = {
        people[who].detail for who, one in members.items() if who in people and _terms(people[who]) == _terms(one)
    }
    count = sum(who in people and _terms(people[who]) == _terms(one) for who, one in members.items())
    return levels.pop() if len(levels) == 1 and count == len(members) else ""


def _terms(grant: DesiredGrant) -> tuple[object, ...]:
    return grant.kind, grant.until, grant.reason


def _person(grant: DesiredGrant) -> Tall:
    line = Tall({str(grant.kind): grant.trustee.text, "level": grant.detail})
    if grant.until is not None:
        line["until"] = _moment(grant.until)
    if grant.reason:
        line["reason"] = grant.reason
    return line


def _put(found: dict[str, Tree], keys: Sequence[str], tree: Tree) -> None:
    section: dict[str, Tree] = found
    for key in keys[:-1]:
        inner = section.setdefault(key, {})
        if not isinstance(inner, dict):
            message = f"{'.'.join(keys)}: `{key}` is a value and a mapping"
            raise TypeError(message)
        section = inner
    section[keys[-1]] = tree


def member_lines(
    grants: Iterable[DesiredGrant], default: tuple[Right, ...], notes: Mapping[str, Sequence[str]]
) -> Iterator[Tree]:
    """Yield one line for all rights of a trustee with the same end and the same reason. Levels are other keys."""
    lines: dict[tuple[object, ...], list[DesiredGrant]] = {}
    for grant in (one for one in grants if one.right not in LEVELLED):
        lines.setdefault((grant.trustee, grant.kind, grant.until, grant.reason), []).append(grant)
    noted: set[str] = set()
    for same in lines.values():
        first = same[0]
        line = _member(first, tuple(grant.right for grant in same), default)
        for name in ("automapping", "delivery"):
            said = [value for grant in same if (value := getattr(grant, name)) is not None]
            if said:
                line[name] = said[0]
        if first.until is not None:
            line["until"] = _moment(first.until)
        if first.reason:
            line["reason"] = first.reason
        words = notes.get(f"members:{first.trustee.key}", ()) if first.trustee.key not in noted else ()
        noted.add(first.trustee.key)
        yield Noted(line, tuple(words)) if words else line


def _member(first: DesiredGrant, rights: tuple[Right, ...], default: tuple[Right, ...]) -> Tall:
    line = Tall({str(first.kind): first.trustee.text})
    if set(rights) != set(default):
        line["rights"] = [str(right) for right in rights]
    return line


def _moment(until: datetime) -> Bare:
    """Return a day if access lasts until its end, otherwise the instant."""
    day = until - timedelta(days=1)
    if (until.hour, until.minute, until.second) == (0, 0, 0) and day.year >= 2000:
        return Bare(f"{day:%Y-%m-%d}")
    return Bare(f"{until:%Y-%m-%dT%H:%M:%SZ}")


def setting_tree(name: Field, settings: Mapping[Field, Value]) -> Tree:
    """Return the value of one key as a document has it."""
    value = settings[name]
    if isinstance(value, tuple):
        entries = [item for item in value if isinstance(item, tuple)]
        match name:
            case Field.TAGS:
                return [_entry(("name", "color"), item) for item in entries]
            case Field.SENDERS:
                return [_sender(item) for item in entries]
            case Field.RULES:
                return [line for number, item in enumerate(entries) for line in rule_lines(item, number, settings)]
            case _:
                return [item for item in value if not isinstance(item, tuple)]
    if name in _NONE_IF_EMPTY:
        return str(value or NO_FORWARDING)
    if name in (Field.SEND_LIMIT, Field.RECEIVE_LIMIT):
        return message_size(value)
    is_instant = datetime in parts_of(SETTING_LEAVES[name].info.annotation)
    return Bare(value) if is_instant and isinstance(value, str) else value


def _sender(item: tuple[Value, ...]) -> Tree:
    """Return a sender; one that must have no signature says so."""
    line = _entry(("address", "display_name", "reply_to", "default"), item[:4])
    return line if len(item) < 5 else {**line, "signature": str(item[4])}


def _entry(keys: tuple[str, ...], item: tuple[Value, ...]) -> dict[str, Tree]:
    return {key: part for key, part in zip(keys, item, strict=True) if part and not isinstance(part, tuple)}


def rule_lines(value: Value, number: int, settings: Mapping[Field, Value]) -> list[Tall]:
    """Return the entries of `rules` for one rule. On a platform without names for rules, the names are numbers.

    If a platform stores folders and tags as one thing (`then.labels`), each label that is not a tag of the spec becomes
    a target folder, in a separate entry. Reading the entries gives one rule again.
    """
    pairs: Pairs = dict(value)  # type: ignore[arg-type]
    when = {key[5:]: _condition(key, part) for key, part in pairs.items() if key.startswith("when.")}
    unless = {key[7:]: _condition(key, part) for key, part in pairs.items() if key.startswith("unless.")}
    more: dict[str, Tree] = {key: bool(pairs[key]) for key in ("stop", "enabled") if key in pairs}
    whole: dict[str, Tree] = {"when": when or {"everything": True}, **({"unless": unless} if unless else {})}
    then: dict[str, Tree] = {
        key[5:]: _plain(part) for key, part in pairs.items() if key.startswith("then.") and key != "then.labels"
    }
    name = str(pairs.get("name") or f"rule {number + 1}")
    labels = pairs.get("then.labels")
    if not isinstance(labels, tuple):
        return [Tall({"name": name, **whole, "then": then, **more})]
    targets, tags = _parted([str(label) for label in labels], settings, archives=then.get("archive") is True)
    if targets:
        then = {"move_to": targets[0], **{key: part for key, part in then.items() if key != "archive"}}
    if tags:
        then["tag"] = list(tags)
    lines = [Tall({"name": name, **whole, "then": then, **more})]
    again = {key: part for key, part in then.items() if key not in ("move_to", "tag")}
    lines += [
        Tall({"name": f"{name} ({place})", **whole, "then": {"move_to": target, **again}, **more})
        for place, target in enumerate(targets[1:], 2)
    ]
    return lines


def _parted(labels: list[str], settings: Mapping[Field, Value], *, archives: bool) -> tuple[list[str], list[str]]:
    """Return the labels that are target folders, and those that are tags."""
    tags, folders = _names(settings.get(Field.TAGS)), _names(settings.get(Field.FOLDERS))
    targets = [label for label in labels if tags is not None and label not in tags] if archives else []
    if archives and not targets:
        known = [label for label in labels if folders is not None and label in folders]
        alone = labels if len(labels) == 1 and folders is None else []
        targets = (known or alone)[:1]
    return targets, [label for label in labels if label not in targets]


def _names(value: Value) -> frozenset[str] | None:
    if not isinstance(value, tuple):
        return None
    return frozenset(str(item[0] if isinstance(item, tuple) else item) for item in value)


def _condition(key: str, value: Value) -> Tree:
    if key.endswith((".larger_than", ".smaller_than")) and isinstance(value, int):
        return _size(value)
    if key.endswith((".received_after", ".received_before")):
        return Bare(str(value))
    return str(value[0]) if isinstance(value, tuple) and len(value) == 1 else _plain(value)


def _size(value: int) -> Tree:
    for unit, factor in _UNITS:
        if value % factor == 0 and 1 <= value // factor <= _MOST_UNITS:
            return f"{value // factor}{unit}"
    return value


def _plain(value: Value) -> Tree:
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
