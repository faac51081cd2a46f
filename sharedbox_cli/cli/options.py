"""Options that several commands share: each is defined once, and groups of them are read into one value."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from sharedbox_cli.cli.terminal import Colour
from sharedbox_cli.core.texts import Language
from sharedbox_cli.reports.render import AuditOutput, FindingOutput, PlainOutput, PlanOutput, TableOutput

if TYPE_CHECKING:
    from sharedbox_cli.cli.filters import Filter
    from sharedbox_cli.cli.run_settings import RunSettings
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.identity import Address

Paths = Annotated[
    list[Path] | None, typer.Argument(help="Spec files or folders.", show_default="specs", metavar="[PATH]...")
]
ProfileName = Annotated[
    str | None, typer.Option("--profile", "-p", envvar="SHAREDBOX_PROFILE", help="The profile in sharedbox.yaml.")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", envvar="SHAREDBOX_CONFIG", help="The sharedbox.yaml to use.", dir_okay=False)
]
Mailboxes = Annotated[
    list[str] | None, typer.Option("--mailbox", "-m", help="Only these mailboxes (`*` and `?` work). Repeatable.")
]
Excluded = Annotated[
    list[str] | None, typer.Option("--exclude", "-x", help="Skip these mailboxes (`*` and `?` work). Repeatable.")
]
Labels = Annotated[
    list[str] | None, typer.Option("--label", "-l", help="Only specs with this label, as NAME=VALUE. Repeatable.")
]
Platforms = Annotated[list[str] | None, typer.Option("--platform", help="Only this platform. Repeatable.")]
Inside = Annotated[
    bool,
    typer.Option(
        "--inside",
        help="Look inside mailboxes too: rights in the inbox, calendar, contacts and root folder, and mail rules.",
    ),
]
EveryFolder = Annotated[
    bool, typer.Option("--every-folder", help="Look inside mailboxes, into every folder. It takes many more requests.")
]
Shard = Annotated[
    str | None, typer.Option("--shard", help="Only part I of N of the mailboxes, as I/N: for very large sets.")
]
DetailedExitCode = Annotated[
    bool,
    typer.Option(
        "--detailed-exitcode",
        help="Exit with 2 if there are changes or findings, with 4 if a guard would refuse the plan.",
    ),
]
ColourChoice = Annotated[
    Colour, typer.Option("--color", help="When to print with colours. NO_COLOR and FORCE_COLOR work too.")
]
NoColour = Annotated[bool, typer.Option("--no-color", help="The same as `--color never`.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation. Guards still apply.")]
Allow = Annotated[
    list[str] | None,
    typer.Option("--allow", help="Waive a guard up to a size: NAME, NAME=N or NAME=ADDRESS. Repeatable."),
]

_TO_A_FILE = "Format on stdout. (To save it to a file, use `>`.)"
PlainFormat = Annotated[PlainOutput, typer.Option("--output", "-o", help=_TO_A_FILE)]
PlanFormat = Annotated[
    PlanOutput, typer.Option("--output", "-o", help="Format on stdout. (To save a plan to apply, use `--out FILE`.)")
]
FindingFormat = Annotated[FindingOutput, typer.Option("--output", "-o", help=_TO_A_FILE)]
AuditFormat = Annotated[AuditOutput, typer.Option("--output", "-o", help=_TO_A_FILE)]
TableFormat = Annotated[TableOutput, typer.Option("--output", "-o", help=_TO_A_FILE)]
LanguageChoice = Annotated[
    Language | None,
    typer.Option(
        "--lang",
        envvar="SHAREDBOX_LANG",
        case_sensitive=False,
        help="Language of text, Markdown and HTML. Without it: that of the locale. Other formats are English.",
    ),
]


@dataclass(frozen=True)
class LanguageOptions:
    """The option of commands whose reports are translated."""

    lang: LanguageChoice = None

    def use(self, output: str) -> None:
        """Set the language of the command for a format of output."""
        from sharedbox_cli.cli.language import use_language

        use_language(self.lang, output)


@dataclass(frozen=True)
class ColourOptions:
    """The options of every command that prints a report."""

    color: ColourChoice = Colour.AUTO
    no_color: NoColour = False

    @property
    def colour(self) -> Colour:
        """Return when to print with colours."""
        return Colour.NEVER if self.no_color else self.color


@dataclass(frozen=True)
class SessionOptions:
    """The options of every command that needs a profile."""

    profile: ProfileName = None
    config: ConfigFile = None
    color: ColourChoice = Colour.AUTO
    no_color: NoColour = False

    def open(self, paths: Sequence[Path] | None = None) -> Session:
        """Return a new session with these options. Its profile belongs to the paths that the command names."""
        from sharedbox_cli.cli.session import Session

        return Session(self.profile, self.config, paths or (), colour=ColourOptions(self.color, self.no_color).colour)


@dataclass(frozen=True)
class Selection:
    """The options that choose among the specs."""

    mailbox: Mailboxes = None
    exclude: Excluded = None
    label: Labels = None
    platform: Platforms = None

    def filter(self) -> Filter:
        """Return the filter of these options. Raises UsageError."""
        from sharedbox_cli.cli.filters import Filter

        return Filter.of(self.mailbox, self.exclude, self.label, self.platform, getattr(self, "shard", None))


@dataclass(frozen=True)
class ShardedSelection(Selection):
    """The options that choose among the specs of a plan."""

    shard: Shard = None


@dataclass(frozen=True)
class ApplyNowOptions:
    """The options of a command that changes specs, and can apply them."""

    apply_now: Annotated[
        bool,
        typer.Option("--apply-now", help="With `--write`: then plan, ask and apply, for the changed mailboxes alone."),
    ] = False
    yes: Yes = False
    allow: Allow = None

    def settings(self, *, writes: bool) -> RunSettings | None:
        """Return how to apply the changed specs; None: they are not applied. Raises UsageError."""
        from sharedbox_cli.cli.run_settings import RunSettings
        from sharedbox_cli.core.errors import UsageError

        if self.apply_now and not writes:
            raise UsageError("`--apply-now` needs `--write`", why="It applies the specs that this command changes.")
        if (self.yes or self.allow) and not self.apply_now:
            option = "--yes" if self.yes else "--allow"
            raise UsageError(f"`{option}` needs `--apply-now`", why="Without it, nothing is applied.")
        return RunSettings(is_confirmed=self.yes, allow=tuple(self.allow or ())) if self.apply_now else None


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command for Typer in which each parameter that is a dataclass is replaced by that class's options."""
    hints = get_type_hints(command, include_extras=True)
    own: list[inspect.Parameter] = []
    groups: dict[str, type[Any]] = {}
    for parameter in inspect.signature(command).parameters.values():
        kind = hints[parameter.name]
        if isinstance(kind, type) and is_dataclass(kind):
            groups[parameter.name] = kind
        else:
            own.append(parameter.replace(annotation=kind, kind=inspect.Parameter.KEYWORD_ONLY))
    parameters = [*own, *(option for kind in groups.values() for option in _options(kind))]

    @functools.wraps(command)
    def run(**values: Any) -> None:
        for name, kind in groups.items():
            values[name] = kind(**{field.name: values.pop(field.name) for field in fields(kind)})
        command(**values)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by Typer
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _options(kind: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(kind)
    ]


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds_of(text: str, option: str) -> float:
    """Return the seconds of a duration such as `30s`, `5m`, `4h` or `1d`. Raises UsageError."""
    from sharedbox_cli.core.errors import UsageError

    match = re.fullmatch(r"([0-9]{1,6})([smhd]?)", text.strip())
    if not match:
        raise UsageError("not a duration", where=f"{option} {text}", hint="Write it as 30s, 5m, 4h or 1d.")
    return float(int(match[1]) * _UNITS[match[2] or "s"])


def addresses_of(texts: Iterable[str], option: str = "--mailbox") -> frozenset[Address]:
    """Return the addresses that an option names. Raises UsageError for what cannot be one: it must reach no cloud."""
    from sharedbox_cli.core.errors import UsageError
    from sharedbox_cli.core.identity import Address

    found = set()
    for text in texts:
        if not (text.isascii() and text.isprintable() and all(text.strip().partition("@")[::2])):
            hint = "Write it as in the tenant: support@contoso.example."
            raise UsageError("not an address", where=f"{option} {text}", hint=hint)
        found.add(Address.of(text.strip()))
    return frozenset(found)
