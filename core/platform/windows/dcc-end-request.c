/* Asking a process to end; see the header. Threading: any. */
#include "dcc-end-request.h"

#include <windows.h>

typedef struct {
    DWORD pid;
    guint n_asked;
} Request;

/* What is owned by another window is a dialogue of it, which closes with it. */
static BOOL CALLBACK
close_window(HWND window, LPARAM data)
{
    Request *request = (Request *)data;
    DWORD owner = 0;

    GetWindowThreadProcessId(window, &owner);
    if (owner == request->pid && IsWindowVisible(window) && GetWindow(window, GW_OWNER) == NULL &&
        PostMessageW(window, WM_CLOSE, 0, 0))
        request->n_asked++;
    return TRUE;
}

gboolean
dcc_end_request_send(gint64 pid)
{
    Request request = {(DWORD)pid, 0};

    EnumWindows(close_window, (LPARAM)&request);
    return request.n_asked > 0 || GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, (DWORD)pid);
}
