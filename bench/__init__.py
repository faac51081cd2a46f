"""Ratios, measured in one run: start-up, requests a mailbox, wall time against a floor, memory against size."""
