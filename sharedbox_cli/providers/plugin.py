"""What a provider package exposes at its entry point. The package itself is loaded when it is needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.needs import Needed
from sharedbox_cli.providers.diagnosis import Assessment, Diagnosis, Recording

if TYPE_CHECKING:
    from sharedbox_cli.providers.base import Provider
    from sharedbox_cli.providers.section import Section

S = TypeVar("S", bound="Section")
"""The provider's section of `sharedbox.yaml`."""
C = TypeVar("C")
"""Where one tenant is and how to sign in to it; holds no secret."""
Prompt = Callable[[str], None]
"""Shows a person what to do to sign in."""


@dataclass(frozen=True, slots=True)
class Starter:
    """What `init` writes for one platform. `{domain}` becomes the domain of the first mailbox."""

    section: str = ""
    """The keys of the provider's section in `sharedbox.yaml`, one per line, without indentation."""
    defaults: str = ""
    """Lines of `_defaults.yaml` below `platform:`."""
    member: str = ""
    """Further keys of the first member, one per line, without indentation."""


class Plugin(ABC, Generic[S, C]):
    """One provider: its platforms, its section of `sharedbox.yaml`, and how to reach a tenant.

    Importing the module of a plug-in must be fast: load an SDK inside `connect`, `diagnose` and `checks` only.
    A plug-in must set the attributes without a value and implement the abstract methods; it may override the rest.
    """

    name: str
    """The name of the entry point, and of the section in `sharedbox.yaml`."""
    title: str
    """What people call it: `Microsoft 365`."""
    capabilities: Mapping[Platform, Capabilities]
    """What each of its platforms can do."""
    config: type[S]
    """The model of its section."""
    page: str = ""
    """The page that explains how to connect: a URL, or a path in this repository."""
    missing: str = ""
    """Why a profile has no tenant of this provider, and what would name one: one sentence."""
    sign_in_hint: str = "Put it into the environment, or into a file that the environment names."
    """Where a secret belongs, for people who wrote one into the file."""

    @property
    def platforms(self) -> frozenset[Platform]:
        """Return the platforms of this provider."""
        return frozenset(self.capabilities)

    @abstractmethod
    def connection(self, section: S | None, environment: Mapping[str, str], state_dir: Path) -> C | None:
        """Return the connection that a profile describes, or None where it describes none. Raises UsageError.

        `section` is None where the file has none. Must not connect. What the file says wins over the environment.
        """

    @abstractmethod
    def tenant(self, connection: C) -> str:
        """Return which tenant a connection leads to, for people: `tenant contoso.example`."""

    def expected_tenant(self, connection: C) -> str:
        """Return the id or domain of the only tenant that may be changed; empty: any.

        A guard refuses a plan for a tenant whose `Observed.tenant_id` and domains differ.
        """
        return ""

    def foreign_hosts(self, connection: C) -> Sequence[str]:
        """Return the hosts that receive secrets or tokens and are not the vendor's: each command names them."""
        return ()

    @abstractmethod
    def connect(self, connection: C, *, is_interactive: bool, prompt: Prompt) -> Provider:
        """Return the provider of one tenant, signed in. Raises AuthError, CloudError.

        `is_interactive` says whether a person can be asked to sign in; `prompt` shows them how.
        """

    def diagnose(self, connection: C, *, is_interactive: bool, prompt: Prompt) -> Sequence[Diagnosis]:
        """Return what `doctor` reports. Must only read. An error that it raises becomes a finding."""
        return (Diagnosis("diagnosis", "not checked", "this provider has no diagnosis"),)

    def assess(self, connection: C, needed: Needed, *, is_interactive: bool, prompt: Prompt) -> Assessment:
        """Return what `doctor` reports where specs are named: what they need, what is granted too much, how to fix it.

        Must only read, and raises like `diagnose`. Without an override, it reports the same as without specs.
        """
        return Assessment(tuple(self.diagnose(connection, is_interactive=is_interactive, prompt=prompt)))

    def record(self, connection: C, mailbox: str, *, is_interactive: bool, prompt: Prompt) -> Iterable[Recording]:
        """Yield the raw answers to harmless reads of one mailbox. Must only read. Raises AuthError, CloudError."""
        return ()

    def checks(self) -> Sequence[object]:
        """Return further checks (`sharedbox_cli.checks.model.Check`); they run on these platforms only."""
        return ()

    def starter(self, platform: Platform) -> Starter:
        """Return what `init` writes for a platform."""
        return Starter()


AnyPlugin = Plugin[Any, Any]
