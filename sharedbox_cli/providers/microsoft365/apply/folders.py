"""Create the mail folders that are missing. Folders are never deleted or renamed: they can contain mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import Conflict, NotFound, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.forms import text_of
from sharedbox_cli.providers.microsoft365.apply.graph_writes import json_request, mailbox_id, patiently
from sharedbox_cli.providers.microsoft365.apply.writer import Writer
from sharedbox_cli.providers.microsoft365.folders import GRAPH_NAMES, LIST, Tree, prefixes, tree_of, well_known
from sharedbox_cli.providers.microsoft365.observe.content import FOLDER_STATISTICS, read_list
from sharedbox_cli.providers.responses import body_of

_ROOT = "msgfolderroot"


@dataclass(slots=True)
class _Walk:
    """The way down the folders of one mailbox in Graph."""

    writer: Writer
    change: Change
    mailbox: str
    tree: Tree
    request_id: str
    ids: dict[str, str] = field(default_factory=lambda: {"": _ROOT})
    """The id of each folder, by its path."""
    is_written: bool = False

    async def ensure(self, path: str) -> None:
        """Create a folder, and those above it that are missing."""
        known = self.tree.known
        parent = ""
        for step in prefixes(path):
            if step not in self.ids:
                name = step.rpartition("/")[2]
                if "/" not in step and step in self.tree.own.values():
                    self.ids[step] = GRAPH_NAMES[step]
                elif step.casefold() in known:
                    self.ids[step] = await self._found(self.ids[parent], name)
                else:
                    self.ids[step] = await self._created(self.ids[parent], name)
            parent = step

    async def _found(self, parent: str, name: str) -> str:
        """Return the id of a folder below another one. Raises ObserveError if Graph does not list it."""
        url = (
            f"/users/{quote(self.mailbox, safe='')}/mailFolders/{quote(parent, safe='')}/childFolders"
            "?includeHiddenFolders=true&$top=250&$select=displayName"
        )
        [listed] = (await self.writer.graph.batch_lists({parent: (url, {})}, LIST)).values()
        if not isinstance(listed, list):
            raise listed
        for item in listed:
            if text_of(item, "displayName").casefold() == name.casefold():
                return text_of(item, "id")
        why = f"Exchange has a folder `{name}` that Graph does not list."
        raise ObserveError(where=f"{self.change.mailbox} · {LIST}", why=why, hint="Run the command again later.")

    async def _created(self, parent: str, name: str) -> str:
        graph = self.writer.graph
        builder = graph.client.users.by_user_id(self.mailbox).mail_folders.by_mail_folder_id(parent).child_folders
        try:
            answer = await patiently(
                self.writer,
                self.change,
                lambda: graph.write(
                    lambda: json_request(builder, "POST", {"displayName": name}),
                    "POST /users/{id}/mailFolders/{id}/childFolders",
                    self.change.mailbox.text,
                    self.request_id,
                ),
            )
        except Conflict:  # somebody has created it meanwhile
            return await self._found(parent, name)
        self.is_written = True
        return text_of(body_of(answer, LIST), "id")


async def write_folders(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Create the folders that are missing, with those above them."""
    mailbox = await mailbox_id(writer, change)
    rows = await patiently(writer, change, lambda: read_list(writer.graph, writer.exchange, FOLDER_STATISTICS, mailbox))
    walk = _Walk(writer, change, mailbox, tree_of(rows), request_id)
    wanted = change.after[Field.FOLDERS]
    paths = sorted(str(path) for path in wanted) if isinstance(wanted, tuple) else []
    for path in paths:
        problem = _problem(path, walk.tree) or await _unknown_place(path, walk)
        if problem:
            return Outcome(Status.FAILED, problem)
    for path in paths:
        await walk.ensure(path)
    return Outcome(Status.DONE if walk.is_written else Status.ALREADY_SO)


def _problem(path: str, tree: Tree) -> str:
    """Return why a path cannot be created: the mailbox has a folder of it under another spelling."""
    first, _, rest = path.partition("/")
    own = tree.own.get(first.casefold())
    if own is not None and own != first:
        better = f"{own}/{rest}" if rest else own
        return f"`{first}` is what this mailbox calls its folder `{own}`: write `{better}` in the spec"
    for step in prefixes(path):
        there = tree.known.get(step.casefold(), step)
        if there != step:
            return f"the mailbox has the folder `{step}` as `{there}`: write it like that in the spec"
    return ""


async def _unknown_place(path: str, walk: _Walk) -> str:
    """Return why the place of a well-known folder is not known: Exchange does not say which folder it is.

    Whether Exchange says so of the archive folder is not documented.
    """
    first = path.partition("/")[0]
    if not well_known(first) or first.casefold() in walk.tree.known:
        return ""
    graph = walk.writer.graph
    builder = graph.client.users.by_user_id(walk.mailbox).mail_folders.by_mail_folder_id(GRAPH_NAMES[first])
    try:
        folder = await graph.read(builder.to_get_request_information, LIST)
    except NotFound:
        return ""
    name = text_of(folder, "displayName")
    return f"Exchange does not say which folder is `{first}`. This mailbox calls it `{name}`: write that in the spec"
