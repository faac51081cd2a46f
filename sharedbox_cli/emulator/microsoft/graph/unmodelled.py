"""Routes that Graph has and the emulator does not model: 501, so that no client takes them for absent."""

from __future__ import annotations

from sharedbox_cli.emulator.http import Handler
from sharedbox_cli.emulator.router import Route, Router

ROUTE = "unmodelled"
_ROOTS = frozenset(
    """
    admin agreementAcceptances agreements appCatalogs applicationTemplates applications auditLogs
    authenticationMethodConfigurations authenticationMethodsPolicy certificateBasedAuthConfiguration chats
    communications compliance connections contacts contracts deviceAppManagement deviceManagement devices directory
    directoryObjects
    directoryRoleTemplates directoryRoles domainDnsRecords domains drive drives education employeeExperience external
    groupLifecyclePolicies groupSettingTemplates groupSettings groups identity identityGovernance identityProtection
    identityProviders informationProtection invitations me oauth2PermissionGrants organization permissionGrants places
    planner policies print privacy reports roleManagement schemaExtensions scopedRoleMemberships search security
    servicePrincipals shares sites solutions storage subscribedSkus subscriptions teams teamsTemplates teamwork
    tenantRelationships users
    """.lower().split()
)
"""The first segments of all paths (msgraph-sdk 1.x, `/me` and `/drive` from the reference)."""
_OF_USER = frozenset(
    """
    activities agreementAcceptances appRoleAssignments assignLicense authentication calendar calendarGroups calendarView
    calendars changePassword chats checkMemberGroups checkMemberObjects contactFolders contacts createdObjects
    directReports drive drives events extensions findMeetingTimes followedSites getMailTips getMemberGroups
    getMemberObjects inferenceClassification insights joinedTeams licenseDetails mailFolders mailboxSettings
    managedDevices manager memberOf messages notes oauth2PermissionGrants onenote onlineMeetings outlook ownedDevices
    ownedObjects people permissionGrants photo photos planner presence registeredDevices reprocessLicenseAssignment
    restore revokeSignInSessions scopedRoleMemberOf sendMail settings sponsors teamwork todo transitiveMemberOf
    translateExchangeIds
    """.lower().split()
)
_OF_GROUP = frozenset(
    """
    acceptedSenders addFavorite appRoleAssignments assignLicense calendar calendarView checkMemberGroups
    checkMemberObjects conversations createdOnBehalfOf drive drives events extensions getMemberGroups getMemberObjects
    groupLifecyclePolicies memberOf members membersWithLicenseErrors onenote owners permissionGrants photo photos
    planner rejectedSenders removeFavorite renew resetUnseenCount restore settings sites subscribeByMail team threads
    transitiveMemberOf transitiveMembers unsubscribeByMail validateProperties
    """.lower().split()
)
_INSIDE = {"users": _OF_USER, "groups": _OF_GROUP}
_WORDS = frozenset({"$count", "$ref", "delta", "delta()", "microsoft.graph.delta()"})
"""Further segments that many paths can end with."""


METHODS = frozenset(
    {
        ("POST", "/v1.0/users"),
        ("POST", "/v1.0/groups"),
        ("PATCH", "/v1.0/groups/{id}"),
        ("DELETE", "/v1.0/groups/{id}"),
        ("POST", "/v1.0/organization"),
        ("POST", "/v1.0/subscribedSkus"),
        ("PATCH", "/v1.0/admin/reportSettings"),
        ("DELETE", "/v1.0/admin/reportSettings"),
        ("POST", "/v1.0/users/{id}/licenseDetails"),
        ("PATCH", "/v1.0/users/{id}/mailFolders/{folder}"),
        ("DELETE", "/v1.0/users/{id}/mailFolders/{folder}"),
    }
)
"""Methods that Graph has for a path of which the emulator models others."""


class GraphRouter(Router):
    """Finds a route of the emulator, and otherwise whether Graph has one."""

    def __init__(self, routes: tuple[Route, ...], unmodelled: Handler) -> None:
        super().__init__(routes)
        self._unmodelled = unmodelled
        self._others = Router(Route(method, template, unmodelled, ROUTE) for method, template in METHODS)

    def find(self, method: str, path: str) -> tuple[Route | None, dict[str, str], bool]:
        """Return the route, the captured values, and whether the path exists with another method."""
        route, captured, is_known = super().find(method, path)
        if route is None and (self._others.find(method, path)[0] if is_known else is_of_graph(path)):
            return Route(method, path, self._unmodelled, ROUTE), {"path": path}, True
        return route, captured, is_known


def is_of_graph(path: str) -> bool:
    """Return whether Graph has a path, in either version."""
    version, _, rest = path.strip("/").lower().partition("/")
    root, *inside = rest.split("/")
    if version not in ("v1.0", "beta") or root.partition("(")[0] not in _ROOTS:
        return False
    words = _INSIDE.get(root)
    if words is None or len(inside) < 2:
        return True
    segment = inside[1].partition("(")[0].removeprefix("microsoft.graph.")
    return segment in words or inside[1] in _WORDS
