"""`python -m tests.browser PACKAGES NODE_PACKAGES`: the tests of the HTML report in Chromium, or what they need."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.browser.chromium import MARK, VARIABLE, path_of_chromium


def main() -> int:
    """Return pytest's exit code."""
    packages, node_packages, *arguments = sys.argv[1:]
    if path_of_chromium() is None:
        sys.stderr.write(f"Chromium, Chrome or Edge is missing. Install one, or name its program: {VARIABLE}=/path.\n")
        return 1
    sys.path.append(str(Path(packages).resolve()))
    os.environ[MARK] = str(Path(node_packages).resolve())
    return int(pytest.main([str(Path(__file__).parent), "-p", "no:xdist", "-p", "no:randomly", *arguments]))


if __name__ == "__main__":
    sys.exit(main())
