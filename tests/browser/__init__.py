"""Tests of the HTML report in a browser; `make test-browser` runs them."""
