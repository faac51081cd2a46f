"""Every method of the emulated Google, called once successfully, in a valid order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sharedbox_cli.emulator.google.builder import SERVICE_ACCOUNT
from tests.emulator.google import ANNA, AUTH, BEN, EVENTS, NEW_USER, ORDERS, PRESS

DAY = (datetime.now(UTC) - timedelta(days=4)).date().isoformat()
SKU = {"productId": "Google-Apps", "skuId": "1010020028"}
NEW, TOOLS, BLOB = "new@contoso.example", "tools@contoso.example", f"projects/-/serviceAccounts/{SERVICE_ACCOUNT}"
ALIAS, COLOUR = {"alias": "other@contoso.example"}, {"backgroundColor": "#000000", "textColor": "#ffffff"}
FILTER = {"criteria": {"from": "x", "hasAttachment": True}, "action": {"addLabelIds": ["STARRED"]}}
VACATION = {"enableAutoReply": True, "responseSubject": "x", "startTime": "1", "endTime": "2"}
ME = {"userId": "me"}
MEMBER, QUERY = {"preferredMemberKey": {"id": ANNA}}, f"member_key_id == '{ANNA}'"
ENDING = {"name": "MEMBER", "expiryDetail": {"expireTime": "2099-01-31T00:00:00Z"}}
MINE = {"calendarId": "primary"}
RULE = {"role": "reader", "scope": {"type": "user", "value": ANNA}}
ANNAS = {**MINE, "ruleId": f"user:{ANNA}"}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("calendar.acl.list", MINE),
    ("calendar.acl.insert", {**MINE, "sendNotifications": False, "body": RULE}),
    ("calendar.acl.get", ANNAS),
    ("calendar.acl.patch", {**ANNAS, "body": {"role": "writer"}}),
    ("calendar.acl.update", {**ANNAS, "body": {**RULE, "role": "owner"}}),
    ("calendar.acl.delete", ANNAS),
    ("calendar.calendars.get", {"calendarId": "primary"}),
    ("contactDelegation.users.delegates.create", {"user": PRESS, "body": {"email": ANNA}}),
    ("contactDelegation.users.delegates.list", {"user": PRESS}),
    ("contactDelegation.users.delegates.delete", {"user": PRESS, "delegate": ANNA}),
    ("directory.customers.get", {"customerKey": "my_customer"}),
    ("directory.domains.list", {"customer": "my_customer"}),
    ("directory.orgunits.list", {"customerId": "my_customer", "type": "allIncludingParent"}),
    ("directory.users.insert", {"body": NEW_USER}),
    ("directory.users.get", {"userKey": PRESS}),
    ("directory.users.list", {"customer": "my_customer", "maxResults": 2}),
    ("directory.users.update", {"userKey": NEW, "body": {"suspended": True}}),
    ("directory.users.patch", {"userKey": NEW, "body": {"externalIds": [{"type": "organization", "value": "1"}]}}),
    ("directory.users.signOut", {"userKey": NEW}),
    ("directory.users.aliases.insert", {"userKey": NEW, "body": ALIAS}),
    ("directory.users.aliases.list", {"userKey": NEW}),
    ("directory.users.aliases.delete", {"userKey": NEW, "alias": ALIAS["alias"]}),
    ("directory.asps.list", {"userKey": ANNA}),
    ("directory.asps.delete", {"userKey": ANNA, "codeId": 7}),
    ("directory.tokens.list", {"userKey": ANNA}),
    ("directory.tokens.delete", {"userKey": ANNA, "clientId": "app"}),
    ("directory.groups.insert", {"body": {"email": TOOLS, "externalIds": [{"namespace": "hr", "id": "1"}]}}),
    ("directory.groups.get", {"groupKey": TOOLS}),
    ("directory.groups.list", {"customer": "my_customer"}),
    ("directory.groups.update", {"groupKey": TOOLS, "body": {"name": "Tools"}}),
    ("directory.groups.patch", {"groupKey": TOOLS, "body": {"description": "x"}}),
    ("directory.groups.aliases.insert", {"groupKey": TOOLS, "body": ALIAS}),
    ("directory.groups.aliases.list", {"groupKey": TOOLS}),
    ("directory.groups.aliases.delete", {"groupKey": TOOLS, "alias": ALIAS["alias"]}),
    ("directory.members.insert", {"groupKey": TOOLS, "body": {"email": ANNA, "delivery_settings": "DIGEST"}}),
    ("directory.members.get", {"groupKey": TOOLS, "memberKey": ANNA}),
    ("directory.members.list", {"groupKey": EVENTS}),
    ("directory.members.update", {"groupKey": TOOLS, "memberKey": ANNA, "body": {"delivery_settings": "NONE"}}),
    ("directory.members.patch", {"groupKey": TOOLS, "memberKey": ANNA, "body": {"role": "OWNER"}}),
    ("directory.members.hasMember", {"groupKey": TOOLS, "memberKey": ANNA}),
    ("directory.members.delete", {"groupKey": TOOLS, "memberKey": ANNA}),
    ("cloudidentity.groups.lookup", {"groupKey_id": TOOLS}),
    ("cloudidentity.groups.memberships.create", {"parent": "group", "body": {**MEMBER, "roles": [ENDING]}}),
    ("cloudidentity.groups.memberships.lookup", {"parent": "group", "memberKey_id": ANNA}),
    ("cloudidentity.groups.memberships.get", {"name": "membership"}),
    ("cloudidentity.groups.memberships.list", {"parent": "group", "view": "FULL"}),
    ("cloudidentity.groups.memberships.checkTransitiveMembership", {"parent": "group", "query": QUERY}),
    (
        "cloudidentity.groups.memberships.modifyMembershipRoles",
        {
            "name": "membership",
            "body": {"updateRolesParams": [{"fieldMask": "expiryDetail.expireTime", "membershipRole": ENDING}]},
        },
    ),
    ("cloudidentity.groups.memberships.delete", {"name": "membership"}),
    ("vault.matters.list", {"state": "OPEN"}),
    ("vault.matters.holds.list", {"matterId": "m1", "view": "FULL_HOLD"}),
    ("groupsSettings.groups.get", {"groupUniqueId": TOOLS}),
    ("groupsSettings.groups.patch", {"groupUniqueId": TOOLS, "body": {"isArchived": "true"}}),
    ("groupsSettings.groups.update", {"groupUniqueId": TOOLS, "body": {"name": "T"}}),
    ("directory.groups.delete", {"groupKey": TOOLS}),
    ("licensing.licenseAssignments.insert", {**SKU, "body": {"userId": NEW}}),
    ("licensing.licenseAssignments.get", {**SKU, "userId": NEW}),
    ("licensing.licenseAssignments.update", {**SKU, "userId": NEW, "body": {"skuId": "1010020027"}}),
    ("licensing.licenseAssignments.patch", {**SKU, "skuId": "1010020027", "userId": NEW, "body": SKU}),
    ("licensing.licenseAssignments.listForProduct", {"productId": "Google-Apps", "customerId": "C03xyz987"}),
    ("licensing.licenseAssignments.listForProductAndSku", {**SKU, "customerId": "C03xyz987", "maxResults": 2}),
    ("licensing.licenseAssignments.delete", {**SKU, "userId": NEW}),
    ("directory.users.delete", {"userKey": NEW}),
    ("directory.users.undelete", {"userKey": "deleted", "body": {"orgUnitPath": "/"}}),
    ("reports.userUsageReport.get", {"userKey": "all", "date": DAY}),
    ("reports.customerUsageReports.get", {"date": DAY}),
    ("reports.activities.list", {"userKey": "all", "applicationName": "admin"}),
    ("cloudidentity.policies.list", {}),
    ("gmail.users.settings.delegates.create", {**ME, "body": {"delegateEmail": ANNA}}),
    ("gmail.users.settings.delegates.get", {**ME, "delegateEmail": ANNA}),
    ("gmail.users.settings.delegates.list", ME),
    ("gmail.users.settings.delegates.delete", {**ME, "delegateEmail": BEN}),
    ("gmail.users.labels.create", {**ME, "body": {"name": "New", "color": COLOUR}}),
    ("gmail.users.labels.list", ME),
    ("gmail.users.labels.get", {**ME, "id": "label"}),
    ("gmail.users.labels.update", {**ME, "id": "label", "body": {"name": "Newer"}}),
    ("gmail.users.labels.patch", {**ME, "id": "label", "body": {"labelListVisibility": "labelHide"}}),
    ("gmail.users.labels.delete", {**ME, "id": "label"}),
    ("gmail.users.settings.filters.create", {**ME, "body": FILTER}),
    ("gmail.users.settings.filters.list", ME),
    ("gmail.users.settings.filters.get", {**ME, "id": "filter"}),
    ("gmail.users.settings.filters.delete", {**ME, "id": "filter"}),
    ("gmail.users.settings.sendAs.create", {**ME, "body": {"sendAsEmail": ORDERS, "signature": "<b>x</b>"}}),
    ("gmail.users.settings.sendAs.get", {**ME, "sendAsEmail": ORDERS}),
    ("gmail.users.settings.sendAs.list", ME),
    ("gmail.users.settings.sendAs.update", {**ME, "sendAsEmail": ORDERS, "body": {"displayName": "x"}}),
    ("gmail.users.settings.sendAs.patch", {**ME, "sendAsEmail": ORDERS, "body": {"isDefault": True}}),
    ("gmail.users.settings.sendAs.delete", {**ME, "sendAsEmail": ORDERS}),
    ("gmail.users.settings.forwardingAddresses.create", {**ME, "body": {"forwardingEmail": ANNA}}),
    ("gmail.users.settings.forwardingAddresses.get", {**ME, "forwardingEmail": ANNA}),
    ("gmail.users.settings.forwardingAddresses.list", ME),
    (
        "gmail.users.settings.updateAutoForwarding",
        {**ME, "body": {"enabled": True, "emailAddress": ANNA, "disposition": "archive"}},
    ),
    ("gmail.users.settings.getAutoForwarding", ME),
    ("gmail.users.settings.forwardingAddresses.delete", {**ME, "forwardingEmail": ANNA}),
    ("gmail.users.settings.updateVacation", {**ME, "body": VACATION}),
    ("gmail.users.settings.getVacation", ME),
    ("gmail.users.settings.updateImap", {**ME, "body": {"enabled": True}}),
    ("gmail.users.settings.getImap", ME),
    ("gmail.users.settings.updatePop", {**ME, "body": {"accessWindow": "allMail"}}),
    ("gmail.users.settings.getPop", ME),
    ("gmail.users.settings.updateLanguage", {**ME, "body": {"displayLanguage": "de"}}),
    ("gmail.users.settings.getLanguage", ME),
    ("gmail.users.getProfile", ME),
    ("iamcredentials.projects.serviceAccounts.signBlob", {"name": BLOB, "body": {"payload": "eA=="}}),
    ("iamcredentials.projects.serviceAccounts.signJwt", {"name": BLOB, "body": {"payload": "{}"}}),
    (
        "iamcredentials.projects.serviceAccounts.generateAccessToken",
        {"name": BLOB, "body": {"scope": [f"{AUTH}apps.licensing"]}},
    ),
]
