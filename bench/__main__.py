"""`python -m bench`: print every ratio. Nothing here is a test; tests never measure time."""

from __future__ import annotations

import sys

from bench import requests_per_mailbox, start_up


def main() -> int:
    """Run all benches, or those named on the command line."""
    benches = {"start-up": start_up.report, "requests": requests_per_mailbox.report}
    for name in sys.argv[1:] or list(benches):
        print(f"\n{name}")
        for line in benches[name]():
            print(f"  {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
