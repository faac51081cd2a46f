"""Other clients need a separate environment and network: `make test-clients`."""

from __future__ import annotations

import os

from tests.clients.namespace import MARK

collect_ignore_glob = [] if os.environ.get(MARK) else ["test_*.py"]
