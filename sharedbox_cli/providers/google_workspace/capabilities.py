from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.model import Platform

CAPABILITIES: dict[Platform, Capabilities] = {}
