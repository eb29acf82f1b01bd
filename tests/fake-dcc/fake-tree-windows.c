/* Processes that are left behind, on Windows: this program again, detached as far as it can be. What it is to be then
 * stands in its environment. There is no fork, so all kinds are alike but in name. */
#include "fake-dcc.h"
#include "fake-system.h"

#include <windows.h>

#include <process.h>
#include <stdlib.h>
#include <string.h>

#define KIND_VARIABLE "FAKE_DCC_KIND"

/* Returns in the application alone. */
static void
live_as_told(void)
{
    const char *kind = getenv(KIND_VARIABLE);
    char word[64];

    if (!kind)
        return;
    snprintf(word, sizeof word, "left-%s", kind);
    fake_oracle(word, 0);
    fake_sleep(FAKE_NEVER);
}

static void
start(const char *program, const char *kind)
{
    STARTUPINFOA info = {.cb = sizeof info};
    PROCESS_INFORMATION born;

    SetEnvironmentVariableA(KIND_VARIABLE, kind);
    if (CreateProcessA(program,
                       GetCommandLineA(),
                       NULL,
                       NULL,
                       strcmp(kind, "hold-stdout") == 0,
                       CREATE_NEW_PROCESS_GROUP | DETACHED_PROCESS,
                       NULL,
                       NULL,
                       &info,
                       &born)) {
        CloseHandle(born.hThread);
        CloseHandle(born.hProcess);
    }
    SetEnvironmentVariableA(KIND_VARIABLE, NULL);
}

/* Of this name: a copy of this program. */
static void
start_daemon(const char *program, const char *name)
{
    const char *temp = getenv("TMPDIR");
    char path[4096];

    snprintf(path, sizeof path, "%s/%s.exe", temp ? temp : ".", name);
    if (CopyFileA(program, path, FALSE))
        start(path, "daemon");
}

void
fake_tree_grow(const FakeOptions *options)
{
    char program[4096];

    live_as_told();
    GetModuleFileNameA(NULL, program, sizeof program);
    for (int i = 0; i < options->n_tree; i++)
        start(program, options->tree[i]);
    if (options->hold_stdout)
        start(program, "hold-stdout");
    if (options->daemon)
        start_daemon(program, options->daemon);
}

/* As a shell of Unix says it. */
static int
to_shell_code(unsigned code)
{
    if (code == 0xc0000005u)
        return 128 + 11;
    return code >= 0xc0000000u ? 128 + (int)(code & 0x7F) : (int)code;
}

int
fake_wrapper_run(char **argv)
{
    char program[4096], *words[64];
    int n = 0;

    GetModuleFileNameA(NULL, program, sizeof program);
    for (char **arg = argv; *arg && n < 63; arg++) {
        size_t size = strlen(*arg) + 3;

        if (strcmp(*arg, "--wrapper") == 0)
            continue;
        words[n] = malloc(size);
        if (!words[n])
            return 126;
        snprintf(words[n++], size, "\"%s\"", *arg);
    }
    words[n] = NULL;
    int code = to_shell_code((unsigned)_spawnv(_P_WAIT, program, (const char *const *)words));
    fake_oracle("exit", code);
    return code;
}
