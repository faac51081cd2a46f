"""How many items are in the folders of a mailbox: shown where folders are shown, and never compared with a spec.

Folders are not deleted: what a spec does not name, or no longer, stays with what is in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.facts import Fact
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.mail_rules import folders_in, rules_in, texts_of
from sharedbox_cli.core.model import DesiredMailbox
from sharedbox_cli.core.observed import ObservedMailbox
from sharedbox_cli.core.values import Value

_MOST = 5
"""How many folders one note names."""


def item_counts(facts: Mapping[Fact, Value]) -> dict[str, int]:
    """Return the number of items of each folder whose number was read, by path."""
    listed = facts.get(Fact.FOLDER_ITEMS)
    pairs = [item for item in listed if isinstance(item, tuple)] if isinstance(listed, tuple) else []
    return {str(path): count for path, count in pairs if isinstance(count, int)}


def with_items(path: str, counts: Mapping[str, int]) -> str:
    """Return a folder with the number of its items, if that was read."""
    return f"{path} ({items_words(counts[path])})" if path in counts else path


def items_words(count: int) -> str:
    """Return a number of items in words."""
    return "empty" if count == 0 else "1 item" if count == 1 else f"{count:,} items"


def folders_besides(mailbox: DesiredMailbox, current: ObservedMailbox) -> str:
    """Return a note about the folders that the mailbox has and its list of folders does not name, or nothing.

    Folders above those of the spec are no others, and neither are those that its rules name, or its tags where both
    are labels.
    """
    wanted = _texts(mailbox.settings.get(Field.FOLDERS)) if Field.FOLDERS in mailbox.settings else None
    if wanted is None:
        return ""
    known = {path.casefold() for path in (*wanted, *_in_rules(mailbox))}
    known |= {path[:place] for path in known for place, letter in enumerate(path) if letter == "/"}
    known |= _names(mailbox.settings.get(Field.TAGS)) & _names(current.settings.get(Field.TAGS))
    others = [path for path in _texts(current.settings.get(Field.FOLDERS)) if path.casefold() not in known]
    if not others:
        return ""
    counts = item_counts(current.facts)
    named = ", ".join(
        f"`{path}` ({items_words(counts[path])})" if path in counts else f"`{path}`" for path in others[:_MOST]
    )
    more = f", and {len(others) - _MOST:,} more" if len(others) > _MOST else ""
    what = "1 folder is" if len(others) == 1 else f"{len(others):,} folders are"
    return f"{what} not in the spec and not touched: {named}{more}"


def _in_rules(mailbox: DesiredMailbox) -> list[str]:
    rules = rules_in(mailbox.settings.get(Field.RULES))
    return [*(path for rule in rules for path in (*folders_in(rule), *texts_of(rule.get("then.labels"))))]


def _texts(value: Value) -> list[str]:
    return [str(item) for item in value] if isinstance(value, tuple) else []


def _names(tags: Value) -> set[str]:
    return (
        {str(tag[0]).casefold() for tag in tags if isinstance(tag, tuple) and tag} if isinstance(tags, tuple) else set()
    )
