"""What a query worker may not do, held by the kernel: open connections, start programs, grow without bound.

The engine would answer SERVICE by an HTTP request and has no switch for it. On Linux (x86_64, aarch64) a seccomp
filter, set through ctypes without any privilege, lets the calls behind it fail with "Operation not permitted"; threads
and reading files go on as before. Elsewhere `confine` says False, and queries are screened more strictly instead.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import resource
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_CLONE_THREAD, _X32 = 0x00010000, 0x40000000
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2


@dataclass(frozen=True, slots=True)
class _Calls:
    """Numbers of system calls on one architecture."""

    architecture: int
    clone: int
    denied: tuple[int, ...]


# socket, socketpair, bind, listen, accept, connect, sendto, sendmsg, accept4, sendmmsg; fork, vfork, execve, execveat;
# kill, ptrace, process_vm_readv, process_vm_writev, bpf, mount, unshare, setns, perf_event_open, open_by_handle_at,
# io_uring_setup, pidfd_getfd
_MACHINES = {
    "x86_64": _Calls(
        0xC000003E, 56,
        (41, 53, 49, 50, 43, 42, 44, 46, 288, 307, 57, 58, 59, 322,
         62, 101, 310, 311, 321, 165, 272, 308, 298, 304, 425, 438),
    ),
    "aarch64": _Calls(
        0xC00000B7, 220,
        (198, 199, 200, 201, 202, 203, 206, 211, 242, 269, 221, 281,
         129, 117, 270, 271, 280, 40, 97, 268, 241, 265, 425, 438),
    ),
}  # fmt: skip
_CLONE3 = 435  # its flags lie in memory that a filter cannot read: "no such call" makes libc use clone instead


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def confine() -> bool:
    """Cut this process off the network; True when a try to open a socket proves it. Call before starting threads."""
    calls = _MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    if calls is None:
        return False
    code = _filter(calls)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        _SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0
    ):
        return False
    try:
        socket.socket().close()
    except PermissionError:
        return True
    return False


def address_space() -> int:
    """The bytes of address space that this process takes; 0 where the system does not tell (Linux does)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def limit(memory: int) -> None:
    """Bound the address space of this process to `memory` bytes, where the platform can, and leave no core files."""
    for what, amount in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(what, (amount, amount))
        except (ValueError, OSError):  # macOS has no such bound; the time limit still holds
            continue


def _filter(calls: _Calls) -> bytes:
    """The seccomp program: a list of (code, jump if true, jump if false, value)."""
    fail = (_RETURN, 0, 0, _FAIL | errno.EPERM)
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, calls.architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_GREATER_EQUAL, 0, 1, _X32),
        fail,
    ]
    for number in calls.denied:
        steps += [(_JUMP_EQUAL, 0, 1, number), fail]
    steps += [(_JUMP_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _FAIL | errno.ENOSYS)]
    # A new thread is allowed, a new process is not.
    steps += [
        (_JUMP_EQUAL, 0, 3, calls.clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_SET, 1, 0, _CLONE_THREAD),
        fail,
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
