"""Answers of a session as Python has them."""

import base64


def _is_pid(key):
    return key == "pid" or key.endswith("_pid")


def readable(value):
    """As Python has it: a pid where there is no process is None (sessions of dcchost 1.0 say -1, which os.kill() takes
    for every process there is), and strings of bytes that are no UTF-8, which come as {"base64": ...}, are str as
    os.fsdecode makes them."""
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("base64"), str):
            try:
                return base64.b64decode(value["base64"], validate=True).decode("utf-8", "surrogateescape")
            except ValueError:
                return value
        return {key: None if _is_pid(key) and isinstance(each, int) and each <= 0 else readable(each)
                for key, each in value.items()}
    if isinstance(value, list):
        return [readable(each) for each in value]
    return value
