"""`python -m bench [NAME…]`: print every figure, or those named. Nothing here is a test; tests never measure time."""

from __future__ import annotations

import sys

from bench import adopt, audit, html_report, start_up, validate

BENCHES = {
    "start-up": start_up.report,
    "validate": validate.report,
    "requests": audit.report_requests,
    "audit": audit.report_large,
    "import": adopt.report,
    "html": html_report.report,
}


def main() -> int:
    """Run all benches, or those named on the command line."""
    names = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        sys.stderr.write(f"unknown bench: {', '.join(unknown)}; there are {', '.join(BENCHES)}\n")
        return 1
    for name in names:
        print(f"\n{name}")
        for line in BENCHES[name]():
            print(f"  {line}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
