"""Processes of sharedbox that start at once: forked from one process that has imported what commands import.

A new interpreter takes most of a second to import the vendors' libraries, and the suite starts more than a hundred
processes. `python()` gives a program for which `-m sharedbox_cli …` (or `-m tests.transcripts`) is such a fork, with
the caller's arguments, environment, folder and standard streams. Everything else goes to the real interpreter. Tests of
signals and of an interpreter's own state (closed streams, options, imports) start a real one.
"""

from __future__ import annotations

import array
import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[1]
STREAMS = (0, 1, 2)
_LENGTH_BYTES = 4
_FLUSH_FAILED = 120
"""The exit code of an interpreter that cannot write out what its streams hold."""
_PRELOADED = ("azure.identity", "msgraph.graph_request_adapter", "kiota_http.httpx_request_adapter", "tabulate", "yaml")
_READS_ENVIRONMENT = ("httplib2", "googleapiclient")
"""Modules that read the environment when they are imported: each process imports them itself."""
_LAUNCHER = """\
import array, json, os, socket, sys
server, python, *arguments = sys.argv[1:]
if arguments[0] != "-m" or arguments[1] not in ("sharedbox_cli", "tests.transcripts"):
    os.execv(python, [python, *arguments])
wish = json.dumps([arguments[1:], os.getcwd(), dict(os.environ)]).encode()
with socket.socket(socket.AF_UNIX) as line:
    line.connect(server)
    line.sendmsg([len(wish).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", (0, 1, 2)))])
    line.sendall(wish)
    for stream in (0, 1):
        os.close(stream)
    code = line.recv(1)
os._exit(code[0] if code else 70)
"""


@cache
def python() -> str:
    """Return the path of the program. The first call starts the process that it forks from."""
    folder = Path(tempfile.mkdtemp(prefix="forked-"))
    server = str(folder / "server")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(server)
    listener.listen(16)
    (folder / "launcher.py").write_text(_LAUNCHER)
    program = folder / "python"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {folder}/launcher.py {server} {sys.executable} "$@"\n')
    program.chmod(0o755)
    command = [sys.executable, "-m", "tests.forked", str(listener.fileno()), str(program)]
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    child = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, pass_fds=(listener.fileno(),), start_new_session=True
    )
    listener.close()
    atexit.register(_end, child, folder)
    return str(program)


def _end(child: subprocess.Popen[bytes], folder: Path) -> None:
    child.communicate()
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def _serve(listener: socket.socket, program: str) -> None:
    """Fork for each caller, until the process that started this one is gone."""
    _preload()
    sys.executable = program
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
        line, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _answer(line)
        line.close()


def _preload() -> None:
    import sharedbox_cli

    for name in _PRELOADED:
        importlib.import_module(name)
    for module in pkgutil.walk_packages(sharedbox_cli.__path__, "sharedbox_cli."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in [name for name in sys.modules if name.partition(".")[0] in _READS_ENVIRONMENT]:
        raise RuntimeError(f"{name} was imported: a process would have the environment of another")
    gc.collect()
    gc.freeze()


def _answer(line: socket.socket) -> NoReturn:
    """Run the command of a caller in a process of its own, and tell its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, extra, _, _ = line.recvmsg(_LENGTH_BYTES, socket.CMSG_SPACE(3 * array.array("i").itemsize))
    streams = array.array("i", extra[0][2])
    wish = b""
    while len(wish) < int.from_bytes(head, "big"):
        wish += line.recv(1 << 20)
    child = os.fork()
    if child == 0:
        line.close()
        for stream, given in zip(STREAMS, streams, strict=True):
            os.dup2(given, stream)
            os.close(given)
        _run(*json.loads(wish))
    for stream, given in zip(STREAMS, streams, strict=True):
        os.close(given)
        os.close(stream)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    line.sendall(bytes([code % 256]))
    os._exit(0)


def _run(arguments: list[str], folder: str, environment: dict[str, str]) -> NoReturn:
    """Be the process of a command."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    module, *sys.argv[1:] = arguments
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    code = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else int(done.code is not None)
    finally:
        try:
            sys.stdout.flush()
        except (OSError, ValueError):
            code = _FLUSH_FAILED
        os._exit(code)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
