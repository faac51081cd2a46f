"""What is observed of a mailbox beyond its settings."""

from __future__ import annotations

from enum import StrEnum


class Fact(StrEnum):
    """Something observed that no spec sets: for checks, guards and reports."""

    USED_BYTES = "used_bytes"
    USED_AT = "used_at"
    """ISO date of the reading of `used_bytes` (UTC)."""
    QUOTA_BYTES = "quota_bytes"
    LICENCES = "licences"
    """Sorted names of the licences assigned."""
    MAILBOX_PLANS = "mailbox_plans"
    """Sorted names of the mail plans in force."""
    HAS_MAILBOX = "has_mailbox"
    """Whether a mailbox exists for the account, on platforms where it can lack one."""
    PRODUCTS = "products"
    """Sorted names of the products that the mail plans come from."""
    GROUP_PRODUCTS = "group_products"
    """Those of them that a group assigns: (product, name of the group)."""
    HAS_ARCHIVE = "has_archive"
    ON_HOLD = "on_hold"
    FORWARDING_TO = "forwarding_to"
    SIGN_IN_STATE = "sign_in_state"
    """What is known about sign-in, on platforms without a simple switch for it."""
    LAST_LOGIN = "last_login"
    IS_SUSPENDED = "is_suspended"
    DELEGATION = "delegation"
    """`on`, `off` or `unknown`: whether the policy of the organisation allows delegates."""
    POOL_USED_BYTES = "pool_used_bytes"
    POOL_TOTAL_BYTES = "pool_total_bytes"
    """Storage that all accounts share."""
    POSTING = "posting"
    VIEWING = "viewing"
    HAS_HISTORY = "has_history"
    CREATED_AT = "created_at"
    ON_PREMISES = "on_premises"
    ITEM_COUNT = "item_count"
    LAST_ACTIVITY = "last_activity"
