# dcchost's way into a Houdini with a window, which runs every uiready.py on its path, the user's own as well. Neither
# __file__ nor the directory is known here; what varies comes by the environment. An exception would be a modal dialog.
try:
    import os as _dcchost_os
    if _dcchost_os.environ.get("DCCHOST_HOUDINI_AGENT"):
        with open(_dcchost_os.environ["DCCHOST_HOUDINI_AGENT"], encoding="utf-8") as _dcchost_file:
            exec(compile(_dcchost_file.read(), _dcchost_file.name, "exec"),
                 {"__name__": "dcchost_start", "__file__": _dcchost_file.name})
except BaseException:
    import traceback as _dcchost_traceback
    _dcchost_traceback.print_exc()
