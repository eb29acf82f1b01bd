"""What the client asks of Windows: where a session listens, and whose the file is that says so.

No Python of Windows has sockets that are files: a plain file in the private directory leads to a port of 127.0.0.1
(docs/protocol.md). ctypes alone.
"""

import ctypes
import errno
import msvcrt
import os
import signal
import subprocess
import sys
from ctypes import wintypes

assert sys.platform == "win32"  # so that mypy looks at the rest there alone
_MARK = b"dcchost-socket-1"
_MOST_BYTES = 512
_DIGITS = 64  # of each word
_USER = 1
_OWNER_AND_LIST = 1 | 4
_FILE_OBJECT = 1
_QUERY_PROCESS = 0x1000
_STILL_ACTIVE = 259
# To read, write, append to, remove it or take it over.
_READ_OR_CHANGE = 0x1 | 0x2 | 0x4 | 0x10000 | 0x40000 | 0x80000 | 0x10000000 | 0x40000000 | 0x80000000
# SYSTEM, Administrators, and the owner's rights, which are the owner's own.
_TRUSTED = ("S-1-5-18", "S-1-5-32-544", "S-1-3-0", "S-1-3-4")

_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_security = ctypes.WinDLL("advapi32", use_last_error=True)
_kernel.LocalFree.argtypes = (ctypes.c_void_p,)
_kernel.GetCurrentProcess.restype = wintypes.HANDLE
_kernel.OpenProcess.restype = wintypes.HANDLE
_kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
_kernel.GetExitCodeProcess.argtypes = (wintypes.HANDLE, ctypes.POINTER(wintypes.DWORD))
_kernel.GetProcessTimes.argtypes = (wintypes.HANDLE,) + 4 * (ctypes.POINTER(wintypes.FILETIME),)
_security.OpenProcessToken.argtypes = (wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE))
_security.GetTokenInformation.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD,
                                          ctypes.POINTER(wintypes.DWORD))
_security.GetSecurityInfo.argtypes = (wintypes.HANDLE, ctypes.c_int, wintypes.DWORD) + 5 * (
    ctypes.POINTER(ctypes.c_void_p),)
_security.GetAce.argtypes = (ctypes.c_void_p, wintypes.DWORD, ctypes.POINTER(ctypes.c_void_p))
_security.ConvertSidToStringSidW.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))


def _name_of(sid):
    text = ctypes.c_void_p()
    if not sid or not _security.ConvertSidToStringSidW(sid, ctypes.byref(text)):
        return None
    try:
        return ctypes.wstring_at(text.value)
    finally:
        _kernel.LocalFree(text)


def _own_name():
    token, size = wintypes.HANDLE(), wintypes.DWORD()
    user = ctypes.create_string_buffer(256)  # TOKEN_USER: a pointer to the SID, which follows
    if not _security.OpenProcessToken(_kernel.GetCurrentProcess(), 8, ctypes.byref(token)):
        return None
    try:
        known = _security.GetTokenInformation(token, _USER, user, len(user), ctypes.byref(size))
    finally:
        _kernel.CloseHandle(token)
    return _name_of(ctypes.c_void_p.from_buffer(user).value) if known else None


def _others_may(entries, own):
    """Whether an access list lets in somebody who is not trusted. None of it: everybody."""
    if not entries:
        return True
    entry = ctypes.c_void_p()
    for i in range(ctypes.c_uint16.from_address(entries.value + 4).value):
        if not _security.GetAce(entries, i, ctypes.byref(entry)):
            return True
        allows = ctypes.c_uint8.from_address(entry.value).value == 0
        rights = ctypes.c_uint32.from_address(entry.value + 4).value
        if allows and rights & _READ_OR_CHANGE and _name_of(entry.value + 8) not in _TRUSTED + (own,):
            return True
    return False


def _is_ours_alone(file):
    owner, entries, descriptor = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
    own = _own_name()
    if own is None or _security.GetSecurityInfo(
            msvcrt.get_osfhandle(file.fileno()), _FILE_OBJECT, _OWNER_AND_LIST, ctypes.byref(owner), None,
            ctypes.byref(entries), None, ctypes.byref(descriptor)):
        return False
    try:
        return _name_of(owner.value) == own and not _others_may(entries, own)
    finally:
        _kernel.LocalFree(descriptor)


def _lives(pid, start):
    """Whether the process of this number is the one that was created then."""
    process = _kernel.OpenProcess(_QUERY_PROCESS, False, pid)
    if not process:
        return False
    created, other, code = wintypes.FILETIME(), wintypes.FILETIME(), wintypes.DWORD()
    try:
        known = _kernel.GetProcessTimes(process, created, other, other, other) and _kernel.GetExitCodeProcess(
            process, code)
    finally:
        _kernel.CloseHandle(process)
    return bool(known) and code.value == _STILL_ACTIVE and (
        created.dwHighDateTime << 32 | created.dwLowDateTime) == start


def find_session(path):
    """Port, the word that a caller says, and the word that the session says then. OSError; PermissionError: the file is
    not this user's alone; ValueError: it is damaged; ConnectionRefusedError: who wrote it is dead, and its port may be
    anybody's."""
    with open(path, "rb") as file:
        if not _is_ours_alone(file):
            raise PermissionError(errno.EPERM, "it is not this user's alone", path)
        text = file.read(_MOST_BYTES + 1)
    parts = text.split()
    if len(parts) != 6 or parts[0] != _MARK or not text.endswith(b"\n") or len(text) > _MOST_BYTES:
        raise ValueError("it is damaged")
    port, pid, start = (int(part) for part in parts[1:4])
    call, answer = parts[4:]
    if not 0 < port < 65536 or not 0 < pid < 1 << 32 or {len(call), len(answer)} != {_DIGITS}:
        raise ValueError("it is damaged")
    if not _lives(pid, start):
        raise ConnectionRefusedError(errno.ECONNREFUSED, "the session is dead", path)
    return port, call, answer


def _has_console():
    return bool(_kernel.GetConsoleWindow())


def popen_options():
    """A command opens no window before the user's eyes; with a console it can be asked to end."""
    return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP if _has_console() else subprocess.CREATE_NO_WINDOW}


def ask_to_end(child):
    """A command cleans up on Ctrl-Break, which only those of our console hear."""
    try:
        if _has_console():
            os.kill(child.pid, signal.CTRL_BREAK_EVENT)
            return
    except OSError:
        pass
    child.terminate()
