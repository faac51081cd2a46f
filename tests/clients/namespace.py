"""The data that the processes inside and outside of the namespace share."""

from __future__ import annotations

import fcntl
import socket
import struct

MARK = "CLIENT_TESTS"
"""`inside` a namespace, or the reason why there is none. Unset in the ordinary suite, which skips these tests."""
HOSTS = "CLIENT_TESTS_HOSTS"
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x1 | 0x40


def raise_loopback() -> None:
    """Enable loopback in a new network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", _UP_AND_RUNNING)
        fcntl.ioctl(any_socket, _SET_FLAGS, request)
