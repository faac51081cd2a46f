"""Where provider plug-ins are registered. Constants only: every command may import this."""

from __future__ import annotations

GROUP = "sharedbox.providers"
BUILT_IN = {
    "google_workspace": "sharedbox_cli.providers.google_workspace.plugin:PLUGIN",
    "microsoft365": "sharedbox_cli.providers.microsoft365.plugin:PLUGIN",
}
"""The entry points of this package, for when its metadata is missing or older than its source: a source tree has
none until it is installed, and keeps the old ones until it is installed again."""
DEFAULT_PLATFORM = "microsoft365"
"""The platform for which `init` writes if none is named."""
