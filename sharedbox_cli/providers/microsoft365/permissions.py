"""The smallest roles and permissions for each task; `doctor` and the documentation use them.

learn.microsoft.com/graph/permissions-reference and …/exchange/permissions-exo, read 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass

EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
_USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
_LICENSE_ADMINISTRATOR = "4d6ac14f-3453-41d0-bef9-a3e0c569773a"
_REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf"
"""Template ids of Entra directory roles."""


@dataclass(frozen=True, slots=True)
class Permission:
    """An application permission and the stronger ones that include it. People need `delegated`."""

    name: str
    role_id: str
    resource: str
    needed_for: str
    stronger: tuple[str, ...] = ()
    delegated_name: str = ""
    is_optional: bool = False
    """Whether only some specs need it."""
    is_of_applications: bool = False
    """Whether it does not help a person: Graph opens only a person's own mailbox with it."""

    @property
    def delegated(self) -> str:
        """Return the name of the delegated permission: at Graph it is the same."""
        return self.delegated_name or self.name


@dataclass(frozen=True, slots=True)
class PersonRole:
    """Directory roles, by template id, of which a person who signs in needs one."""

    needed_for: str
    roles: dict[str, str]
    permission: str
    """The permission that has no effect for a person without such a role."""


GRAPH = "Microsoft Graph"
EXCHANGE = "Office 365 Exchange Online"
PERMISSIONS = (
    Permission(
        "User.Read.All",
        "df021288-bdef-4463-88db-98f22de89214",
        GRAPH,
        "plan, check, audit",
        ("User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"),
    ),
    Permission(
        "GroupMember.Read.All",
        "98830695-27a2-44f7-8c18-0c3ebc9698f6",
        GRAPH,
        "plan, check, audit",
        ("Group.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"),
    ),
    Permission(
        "Organization.Read.All",
        "498476ce-e0fe-48b0-b801-37ba7e2685c6",
        GRAPH,
        "licences in plan and check",
        ("Directory.Read.All", "Directory.ReadWrite.All"),
    ),
    Permission("Reports.Read.All", "230c1aed-a721-4c5d-9cb4-a90514e508ef", GRAPH, "sizes in check"),
    Permission(
        "User.EnableDisableAccount.All",
        "3011c876-62b7-4ada-afa2-506cbbecc68c",
        GRAPH,
        "apply: sign_in",
        ("User.ReadWrite.All", "Directory.ReadWrite.All"),
    ),
    Permission(
        "LicenseAssignment.ReadWrite.All",
        "5facf0c1-8979-4e95-abcf-ff3d079771c0",
        GRAPH,
        "apply: storage.licence",
        ("User.ReadWrite.All", "Directory.ReadWrite.All"),
    ),
    Permission(
        "Mail.ReadWrite",
        "e2a3a72e-5f79-4c64-b1b1-878b674786c9",
        GRAPH,
        "apply: folders",
        is_optional=True,
        is_of_applications=True,
    ),
    Permission(
        "MailboxSettings.Read",
        "40f97065-369a-49f4-947c-6a255697ae91",
        GRAPH,
        "plan: specs with tags or rules",
        ("MailboxSettings.ReadWrite",),
        is_optional=True,
        is_of_applications=True,
    ),
    Permission(
        "MailboxSettings.ReadWrite",
        "6931bccd-447a-43d1-b442-00a195474933",
        GRAPH,
        "apply: specs with tags",
        is_optional=True,
        is_of_applications=True,
    ),
    Permission(
        "Exchange.ManageAsApp",
        "dc50a0fb-09a3-484d-be87-e023b12c6440",
        EXCHANGE,
        "everything",
        delegated_name="Exchange.Manage",
    ),
)
PERSON_ROLES = (
    PersonRole("apply: sign_in", {_USER_ADMINISTRATOR: "User Administrator"}, "User.EnableDisableAccount.All"),
    PersonRole(
        "apply: storage.licence",
        {_LICENSE_ADMINISTRATOR: "License Administrator", _USER_ADMINISTRATOR: "User Administrator"},
        "LicenseAssignment.ReadWrite.All",
    ),
    PersonRole(
        "sizes in check",
        {_REPORTS_READER: "Reports Reader", EXCHANGE_ADMINISTRATOR: "Exchange Administrator"},
        "Reports.Read.All",
    ),
)
"""What a person needs in addition to a role in Exchange. Global Administrator is enough for each.

learn.microsoft.com/graph/api/user-assignlicense and …/graph/reportroot-authorization, read 2026-11.
"""

WHERE_PERMISSIONS = (
    "Entra admin center > Identity > Applications > App registrations > your app > API permissions > "
    "Add a permission > {resource} > {kind} permissions > {name}, then Grant admin consent."
)
WHERE_ROLES = "Entra admin center > Identity > Roles & admins > {role} > Add assignments > {holder}."
