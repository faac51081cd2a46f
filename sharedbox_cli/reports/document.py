"""What a view returns and a format renders: headings, tables and lines, and the same content as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar, overload

from sharedbox_cli import __version__
from sharedbox_cli.core.errors import SharedboxError
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.texts import shown, tr, tr_count
from sharedbox_cli.core.unread import Unread, unread_kind_words
from sharedbox_cli.reports.tone import Tone as Tone

if TYPE_CHECKING:
    from sharedbox_cli.reports.page import Page

T_co = TypeVar("T_co", covariant=True)


class Deferred(Sequence[T_co]):
    """A sequence whose items are created each time it is read, so that none is stored and none is created unused."""

    def __init__(self, make: Callable[[], Iterable[T_co]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[T_co]:
        return iter(self._make())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        return tuple(self)[index]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, all of the same length."""

    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    tones: tuple[Tone, ...] = ()
    """One per row, or none at all."""
    gap_row: Callable[[Gap], tuple[str, ...]] | None = None
    """Makes the row of something that was not read, where nothing else in the format says so (CSV)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text."""

    text: str
    tone: Tone = Tone.PLAIN
    indent: int = 2
    is_command: bool = False
    """Whether it is for a shell: text never breaks it, so that it can be pasted."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the parts below it."""

    heading: str
    parts: tuple[Line | Table, ...] = ()
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant that was read."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be read, so that a report does not cover it."""

    platform: str
    kind: str
    name: str
    summary: str
    why: str

    @property
    def words(self) -> str:
        """Return what was not read and why, in one line."""
        if self.kind == "platform":
            return tr(
                "{platform} was left out: {summary}. {why}", platform=self.platform, summary=self.summary, why=self.why
            ).strip()
        known = {"name": self.name, "platform": self.platform, "summary": self.summary, "why": self.why}
        if self.kind == "check":
            return tr("check {name} ({platform}) did not finish: {summary}. {why}", **known).strip()
        kind = unread_kind_words(self.kind)
        return tr("{kind} {name} ({platform}) was not read: {summary}. {why}", kind=kind, **known).strip()


STAMP = ("tenant", "tenant_id", "profile", "read_at", "tool_version")
"""The last columns of a table that is evidence."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a report is based on: a profile and, where clouds were read, the tenants and the time."""

    profile: str = ""
    tenants: Mapping[str, Tenant] | None = None
    """By platform; None: no cloud was read."""
    read_at: datetime | None = None
    """UTC; the oldest reading counts."""
    left_out: Mapping[str, SharedboxError] = field(default_factory=dict)
    """The platforms that could not be read, and why."""
    unread: tuple[tuple[str, Unread], ...] = ()
    """The objects that could not be read, each with its platform."""
    is_reading: bool = True
    """False: the tenants were asked, and the report says itself what they answered."""

    @property
    def words(self) -> str:
        """Return the tenants, the profile, the time of the reading and the version, in one line."""
        tenants = ", ".join(dict.fromkeys(tenant.name for tenant in (self.tenants or {}).values()))
        when = f"{self.read_at:%Y-%m-%d %H:%M:%S} UTC" if self.read_at else tr("an unknown time")
        return tr(
            "Read at {when} from {tenants}, profile {profile}, sharedbox {version}.",
            when=when,
            tenants=tenants or tr("no tenant"),
            profile=self.profile,
            version=__version__,
        )

    def cells(self, platform: str) -> tuple[str, ...]:
        """Return the same for one row of a table, in the order of `STAMP`; without a platform, all tenants."""
        tenants = self.tenants or {}
        mine = dict.fromkeys([tenants[platform]] if platform in tenants else () if platform else tenants.values())
        known = ("; ".join(one.name for one in mine), "; ".join(one.id for one in mine))
        return (*known, self.profile, self.read_at.isoformat() if self.read_at else "", __version__)

    @property
    def gaps(self) -> Iterator[Gap]:
        """Return everything that the report does not cover: platforms, then objects."""
        for platform, error in self.left_out.items():
            yield Gap(platform, "platform", platform, shown(error.summary), f"{error.where} {error.why}".strip())
        for platform, item in self.unread:
            yield Gap(platform, item.kind, item.name, shown(item.summary), f"{item.where} {item.why}".strip())


@dataclass(frozen=True, slots=True)
class Case:
    """One check that was run: a rule in SARIF, a test case in JUnit."""

    id: str
    title: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One finding, for formats of code scanning and of tests."""

    check: str
    severity: Severity
    message: str
    subject: str
    """What the finding is about: the address of a mailbox, or the tenant."""
    fingerprint: str
    """The same for the same finding in every run."""
    place: Place


@dataclass(frozen=True, slots=True)
class Base:
    """Where the files of places are, for formats whose readers are in another folder."""

    folder: str = ""
    """The folder that places are relative to, as an absolute path."""
    root: str = ""
    """The repository, or the same folder."""
    unplaced: str = ""
    """A file for what has no place, relative to `folder`. Empty: there is none."""


@dataclass(frozen=True, slots=True)
class Results:
    """All checks that were run, and their findings."""

    cases: tuple[Case, ...] = ()
    results: tuple[Result, ...] = ()
    base: Base = Base()


@dataclass(frozen=True, slots=True)
class Records:
    """The rows of a report as typed data, for columnar formats."""

    shape: type
    """The TypedDict of a row."""
    rows: Sequence[Mapping[str, object]]
    instants: frozenset[str] = frozenset()
    """Keys whose text is an instant."""


@dataclass(frozen=True, slots=True)
class Report:
    """One view of something, independent of any format."""

    name: str
    data: Mapping[str, object]
    """The JSON object without its header (`header.py` adds it); large arrays may be `Deferred`."""
    sections: Sequence[Section] = ()
    summary: Sequence[Line] = ()
    flat: Table | None = None
    """The same as one table, for CSV."""
    title: str = ""
    document: str = ""
    """A file to print unchanged: text shows it instead of sections."""
    results: Results = Results()
    """The same as cases and results, for SARIF and JUnit."""
    origin: Origin = Origin()
    records: Records | None = None
    """The same as typed rows, for Parquet."""
    background: Sequence[Section] = ()
    """Sections, among `sections`, that a page for a browser does not have."""
    page: Callable[[], Page] | None = None
    """Makes the content for a browser; without one, HTML shows the sections."""
    is_evidence: bool = False
    """Whether each row of CSV says what was read, when, and by which version: a saved table proves little otherwise."""
    is_sequel: bool = False
    """Whether it follows a report on the same reading, which says all that already."""

    def based_on(self, origin: Origin) -> Report:
        """Return the report with what it is based on."""
        return replace(self, origin=origin)

    @property
    def closing(self) -> tuple[Line, ...]:
        """Return the summary, what was not read, and what was read when: the exit code and stderr can get lost."""
        left_out = (
            Line(
                tr("Left out: {name} ({why}). Nothing above covers it.", name=platform, why=shown(error.summary)),
                Tone.RISK,
            )
            for platform, error in self.origin.left_out.items()
        )
        return (*self.summary, *left_out, *self._unread(), *self._stamp())

    def _stamp(self) -> Iterator[Line]:
        if self.origin.tenants is not None and self.origin.is_reading and not self.is_sequel:
            yield Line(self.origin.words, Tone.QUIET)

    def _unread(self) -> Iterator[Line]:
        unread = self.origin.unread
        for platform, item in unread:
            known = {"name": item.name, "platform": platform, "why": shown(item.summary)}
            if item.kind == "check":
                text = tr("Not checked: {name} ({platform}): {why}.", **known)
            else:
                text = tr("Not read: {kind} {name} ({platform}): {why}.", kind=unread_kind_words(item.kind), **known)
            yield Line(text, Tone.RISK)
        if objects := sum(item.kind != "check" for _, item in unread):
            yield Line(
                tr_count(
                    "{count} object was not read: it is not covered above.",
                    "{count} objects were not read: they are not covered above.",
                    objects,
                    count=objects,
                ),
                Tone.RISK,
            )
