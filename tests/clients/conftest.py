"""Other people's clients need an own environment and a network of their own: `make test-clients`."""

from __future__ import annotations

import os

from tests.clients.namespace import MARK

collect_ignore_glob = [] if os.environ.get(MARK) else ["test_*.py"]
