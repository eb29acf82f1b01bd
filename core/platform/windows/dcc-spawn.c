/* Starting programs; see the header.
 *
 * A child is created suspended and put into a job before its first instruction, so nothing that it starts escapes. It
 * inherits the handles that are named and no other, whatever this program has open. Threading: any. */
#include "dcc-spawn.h"

#include "dcc-command-line.h"
#include "dcc-crt-handles.h"
#include "dcc-file-name.h"
#include "dcc-handle.h"
#include "dcc-held-child.h"
#include "dcc-job.h"
#include "dcc-nt-status.h"
#include "dcc-signals.h"
#include "dcc-wide.h"

#include <errno.h>
#include <string.h>

#include <windows.h>
/* after windows.h */
#include <tlhelp32.h>

#define N_STANDARD        3
#define MAX_KEPT          8 /* descriptors beside the standard ones */
#define MOST_WIDE_LETTERS 32767

typedef struct {
    const DccSpawn *spawn;
    HANDLE handles[N_STANDARD + MAX_KEPT]; /* by the numbers of their descriptors in the child */
    guint n_handles;
    gpointer crt_block;
    gunichar2 *program;
    gunichar2 *line;
    gunichar2 *block;
    gunichar2 *cwd;
    LPPROC_THREAD_ATTRIBUTE_LIST attributes;
    PROCESS_INFORMATION born;
    const char *stage;
    DWORD code; /* of the system's errors; 0: errno_code and text say it */
    int errno_code;
    const char *text;
} Start;

static void
clear_start(Start *start)
{
    for (guint i = 0; i < start->n_handles; i++)
        if (start->handles[i] != NULL)
            CloseHandle(start->handles[i]);
    g_free(start->crt_block);
    if (start->attributes != NULL)
        DeleteProcThreadAttributeList(start->attributes);
    g_free(start->attributes);
    g_free(start->program);
    g_free(start->line);
    g_free(start->block);
    g_free(start->cwd);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Start, clear_start)

static gboolean
fail(Start *start, const char *stage, DWORD code, int errno_code, const char *text)
{
    start->stage = stage;
    start->code = code;
    start->errno_code = code != 0 ? dcc_errno_of(code) : errno_code;
    start->text = text;
    return FALSE;
}

/* What reads nothing, and what is written to is lost. */
static HANDLE
open_nothing(gboolean for_reading)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    HANDLE handle = CreateFileW(L"NUL",
                                for_reading ? GENERIC_READ : GENERIC_WRITE,
                                FILE_SHARE_READ | FILE_SHARE_WRITE,
                                &inherited,
                                OPEN_EXISTING,
                                0,
                                NULL);

    return handle != INVALID_HANDLE_VALUE ? handle : NULL;
}

static gboolean
arrange_handles(Start *start)
{
    const DccSpawn *spawn = start->spawn;
    const int fds[N_STANDARD] = {spawn->stdin_fd, spawn->stdout_fd, spawn->stderr_fd};

    if (spawn->n_keep_fds > MAX_KEPT)
        return fail(start, "spawn", 0, E2BIG, "too many descriptors are to be passed on");
    start->n_handles = N_STANDARD + spawn->n_keep_fds;
    for (guint i = 0; i < start->n_handles; i++) {
        HANDLE own = dcc_handle_of_fd(i < N_STANDARD ? fds[i] : spawn->keep_fds[i - N_STANDARD]);

        start->handles[i] = own != NULL ? dcc_handle_duplicate(own, TRUE) : NULL;
        if (start->handles[i] == NULL)
            start->handles[i] = open_nothing(i == 0);
        if (start->handles[i] == NULL)
            return fail(start, "spawn", GetLastError(), 0, NULL);
    }
    return TRUE;
}

/* The list is read when the child is created, so what it points to has to be there then. */
static gboolean
list_handles(Start *start)
{
    SIZE_T size = 0;

    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    start->attributes = g_malloc0(size);
    if (!InitializeProcThreadAttributeList(start->attributes, 1, 0, &size)) {
        g_clear_pointer(&start->attributes, g_free);
        return fail(start, "spawn", GetLastError(), 0, NULL);
    }
    if (UpdateProcThreadAttribute(start->attributes,
                                  0,
                                  PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                  start->handles,
                                  start->n_handles * sizeof(HANDLE),
                                  NULL,
                                  NULL))
        return TRUE;
    return fail(start, "spawn", GetLastError(), 0, NULL);
}

/* g_utf8_to_utf16() ends at a NUL, so the block goes through it setting by setting. */
static gunichar2 *
widen_block(const char *const *envp)
{
    gsize length = 0;
    g_autofree char *block = dcc_command_line_make_block(envp, &length);
    g_autoptr(GArray) wide = g_array_new(FALSE, FALSE, sizeof(gunichar2));
    const gunichar2 nul = 0;

    for (const char *at = block; *at != '\0'; at += strlen(at) + 1) {
        glong n = 0;
        g_autofree gunichar2 *setting = g_utf8_to_utf16(at, -1, NULL, &n, NULL);

        if (setting == NULL)
            return NULL;
        g_array_append_vals(wide, setting, (guint)n + 1);
    }
    g_array_append_val(wide, nul);
    g_array_append_val(wide, nul);
    return (gunichar2 *)(gpointer)g_array_free(g_steal_pointer(&wide), FALSE);
}

static gboolean
prepare_words(Start *start)
{
    const DccSpawn *spawn = start->spawn;
    g_autofree char *line = dcc_command_line_join(spawn->argv);

    if (!dcc_file_name_is_program(spawn->argv[0]))
        return fail(
            start,
            "exec",
            0,
            ENOEXEC,
            "Windows executes files named .exe and .com alone; name the program that runs it");
    start->program = dcc_wide_path(spawn->argv[0]);
    start->line = dcc_wide(line);
    if (start->program == NULL || start->line == NULL)
        return fail(
            start, "exec", 0, EILSEQ, "a word of it is no UTF-8, and Windows takes no other");
    if (strlen(line) > MOST_WIDE_LETTERS && g_utf8_strlen(line, -1) >= MOST_WIDE_LETTERS)
        return fail(start,
                    "exec",
                    0,
                    E2BIG,
                    "its words are longer than the 32766 letters that Windows takes");
    if (spawn->envp != NULL && (start->block = widen_block(spawn->envp)) == NULL)
        return fail(start, "exec", 0, EILSEQ, "a variable is no UTF-8, and Windows takes no other");
    if (spawn->cwd != NULL && (start->cwd = dcc_wide_path(spawn->cwd)) == NULL)
        return fail(start, "chdir", 0, errno, NULL);
    return TRUE;
}

static gboolean
is_directory(const gunichar2 *path)
{
    DWORD attributes = GetFileAttributesW((LPCWSTR)path);

    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

/* A child of a program without a console shall not open one before the user's eyes. What leaves the terminal leaves the job
 * around us, too: that of an application, perhaps, which would end it with itself. */
static DWORD
find_flags(const DccSpawn *spawn)
{
    return CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT |
           (spawn->new_session ? CREATE_NEW_PROCESS_GROUP : 0) |
           (spawn->leaves_terminal ? CREATE_BREAKAWAY_FROM_JOB : 0) |
           (GetConsoleWindow() == NULL || spawn->leaves_terminal ? CREATE_NO_WINDOW : 0);
}

/* The line may be written to meanwhile. */
static gboolean
create_with(Start *start, STARTUPINFOEXW *info, DWORD flags)
{
    g_autofree WCHAR *line =
        g_memdup2(start->line, (wcslen((WCHAR *)start->line) + 1) * sizeof(WCHAR));

    return CreateProcessW((LPCWSTR)start->program,
                          line,
                          NULL,
                          NULL,
                          TRUE,
                          flags,
                          start->block,
                          (LPCWSTR)start->cwd,
                          &info->StartupInfo,
                          &start->born);
}

static gboolean
create(Start *start)
{
    STARTUPINFOEXW info = {
        .StartupInfo = {.cb = sizeof info,
                        .dwFlags = STARTF_USESTDHANDLES,
                        .hStdInput = start->handles[0],
                        .hStdOutput = start->handles[1],
                        .hStdError = start->handles[2]},
        .lpAttributeList = start->attributes,
    };
    DWORD flags = find_flags(start->spawn), code;
    guint16 size = 0;

    if (start->n_handles > N_STANDARD) {
        start->crt_block = dcc_crt_handles_make_block(start->handles, start->n_handles, &size);
        info.StartupInfo.lpReserved2 = start->crt_block;
        info.StartupInfo.cbReserved2 = size;
    }
    if (start->cwd != NULL && !is_directory(start->cwd))
        return fail(start, "chdir", 0, ENOENT, NULL);
    if (create_with(start, &info, flags))
        return TRUE;
    code = GetLastError();
    /* The job around us is not ours, and keeps what is started in it. */
    if (code == ERROR_ACCESS_DENIED && (flags & CREATE_BREAKAWAY_FROM_JOB)) {
        if (create_with(start, &info, flags & ~(DWORD)CREATE_BREAKAWAY_FROM_JOB))
            return TRUE;
        code = GetLastError();
    }
    return fail(start, code == ERROR_DIRECTORY ? "chdir" : "exec", code, 0, NULL);
}

/* FALSE: it never ran an instruction. */
static void
end_unborn(HANDLE process, HANDLE thread)
{
    TerminateProcess(process, (UINT)DCC_NT_STATUS_OURS(DCC_SIGNAL_KILL));
    CloseHandle(thread);
    CloseHandle(process);
}

static gboolean
confine(Start *start)
{
    int errno_code;

    if (!start->spawn->new_session || dcc_job_make_for(start->born.hProcess))
        return TRUE;
    errno_code = errno;
    end_unborn(start->born.hProcess, start->born.hThread);
    return fail(start, "spawn", 0, errno_code, "it cannot be put into a job of its own");
}

static void
set_error(GError **error, const Start *start)
{
    gboolean is_cwd = g_str_equal(start->stage, "chdir");
    g_autofree char *why = start->code != 0      ? dcc_explain(start->code)
                           : start->text != NULL ? g_strdup(start->text)
                                                 : g_strdup(g_strerror(start->errno_code));

    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_START,
                "%s of %s failed: %s",
                start->stage,
                is_cwd ? start->spawn->cwd : start->spawn->argv[0],
                why);
}

gboolean
dcc_held_child_spawn(
    const DccSpawn *spawn, DccHeldChild *held, const char **stage, int *errno_code, GError **error)
{
    g_auto(Start) start = {.spawn = spawn};

    g_return_val_if_fail(spawn->argv != NULL && spawn->argv[0] != NULL, FALSE);
    if (arrange_handles(&start) && list_handles(&start) && prepare_words(&start) &&
        create(&start) && confine(&start)) {
        held->child.pid = start.born.dwProcessId;
        held->child.process = dcc_handle_to_number(start.born.hProcess);
        held->thread = start.born.hThread;
        return TRUE;
    }
    if (errno_code != NULL)
        *errno_code = start.errno_code;
    if (stage != NULL)
        *stage = start.stage;
    set_error(error, &start);
    return FALSE;
}

gboolean
dcc_held_child_let_run(DccHeldChild *self)
{
    if (ResumeThread(self->thread) == (DWORD)-1) {
        errno = dcc_errno_of(GetLastError());
        return FALSE;
    }
    CloseHandle(self->thread);
    self->thread = NULL;
    return TRUE;
}

void
dcc_held_child_undo(DccHeldChild *self)
{
    end_unborn(dcc_handle_from_number(self->child.process), self->thread);
    *self = (DccHeldChild){.child.process = DCC_PROCESS_REF_NONE};
}

void
dcc_held_child_let_run_by_number(gint64 pid)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry = {.dwSize = sizeof entry};

    if (snapshot == INVALID_HANDLE_VALUE)
        return;
    for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry)) {
        HANDLE thread = entry.th32OwnerProcessID == (DWORD)pid
                            ? OpenThread(THREAD_SUSPEND_RESUME, FALSE, entry.th32ThreadID)
                            : NULL;

        if (thread != NULL) {
            ResumeThread(thread);
            CloseHandle(thread);
        }
    }
    CloseHandle(snapshot);
}

gboolean
dcc_spawn(const DccSpawn *spawn, DccChild *child, int *errno_code, GError **error)
{
    DccHeldChild held = {0};

    if (!dcc_held_child_spawn(spawn, &held, NULL, errno_code, error))
        return FALSE;
    if (dcc_held_child_let_run(&held)) {
        *child = held.child;
        return TRUE;
    }
    if (errno_code != NULL)
        *errno_code = errno;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_START,
                "spawn of %s failed: %s",
                spawn->argv[0],
                g_strerror(errno));
    dcc_held_child_undo(&held);
    return FALSE;
}
