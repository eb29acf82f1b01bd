# dcchost's way into Maya. Maya runs every userSetup.py on sys.path, the user's own after this one. These bytes are
# the same in every launch: Maya keeps a checksum of them. What varies comes by the environment.
try:
    import os as _dcchost_os
    if _dcchost_os.environ.get("DCCHOST_MAYA_AGENT"):
        with open(_dcchost_os.environ["DCCHOST_MAYA_AGENT"], encoding="utf-8") as _dcchost_file:
            exec(compile(_dcchost_file.read(), _dcchost_file.name, "exec"),
                 {"__name__": "dcchost_start", "__file__": _dcchost_file.name})
except Exception:
    import traceback as _dcchost_traceback
    _dcchost_traceback.print_exc()
