/* A child of Windows that does one thing as it is told: hands MODE [ARGUMENT]... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>
/* after windows.h */
#include <shellapi.h>

#define LONG_ENOUGH_MS 100000

/* As UTF-8, each with a NUL behind it: its words from the third on. */
static int
dump(int n, wchar_t **words)
{
    FILE *file = _wfopen(words[2], L"wb");

    for (int i = 3; file != NULL && i < n; i++) {
        char text[4096];

        WideCharToMultiByte(CP_UTF8, 0, words[i], -1, text, sizeof text, NULL, NULL);
        fwrite(text, 1, strlen(text) + 1, file);
    }
    return file != NULL ? fclose(file) : 1;
}

/* This program again, on its own as far as a program can be. */
static DWORD
start(const wchar_t *words)
{
    wchar_t line[1024], path[512];
    STARTUPINFOW info = {.cb = sizeof info};
    PROCESS_INFORMATION born;

    GetModuleFileNameW(NULL, path, 512);
    _snwprintf(line, 1024, L"\"%s\" %s", path, words);
    if (!CreateProcessW(path,
                        line,
                        NULL,
                        NULL,
                        FALSE,
                        CREATE_NEW_PROCESS_GROUP | DETACHED_PROCESS,
                        NULL,
                        NULL,
                        &info,
                        &born))
        exit(90);
    CloseHandle(born.hThread);
    CloseHandle(born.hProcess);
    return born.dwProcessId;
}

/* N generations: each starts the next, and all but the first are nobody's to know of. */
static int
grow(int n)
{
    wchar_t words[32];

    if (n > 1) {
        _snwprintf(words, 32, L"grow %d", n - 1);
        start(words);
    }
    Sleep(LONG_ENOUGH_MS);
    return 0;
}

static int
crash(void)
{
    volatile int *volatile nowhere = NULL;

    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    *nowhere = 1;
    return 0;
}

static int
say(const char *text, int times)
{
    for (int i = 0; i < times; i++)
        fputs(text, stdout);
    return fflush(stdout);
}

/* Whether a number is a handle here. */
static int
has_handle(const char *number)
{
    DWORD flags;

    return GetHandleInformation((HANDLE)(intptr_t)atoi(number), &flags) ? 1 : 0;
}

int
main(int argc, char **argv)
{
    int n = 0;
    wchar_t **words = CommandLineToArgvW(GetCommandLineW(), &n);
    const char *mode = argc > 1 ? argv[1] : "";

    if (strcmp(mode, "--version") == 0)
        return say("Blender 4.2.3\n", 1);
    if (strcmp(mode, "exit") == 0)
        ExitProcess((UINT)strtoll(argv[2], NULL, 0));
    if (strcmp(mode, "exit-as") == 0)
        ExitProcess(getenv(argv[2]) != NULL ? (UINT)atoi(getenv(argv[2])) : 1);
    if (strcmp(mode, "dump") == 0)
        return dump(n, words);
    if (strcmp(mode, "crash") == 0)
        return crash();
    if (strcmp(mode, "sleep") == 0)
        Sleep(LONG_ENOUGH_MS);
    if (strcmp(mode, "grow") == 0)
        return grow(atoi(argv[2]));
    if (strcmp(mode, "say") == 0)
        return say(argv[2], atoi(argv[3]));
    if (strcmp(mode, "variable") == 0)
        return say(getenv(argv[2]) != NULL ? getenv(argv[2]) : "none", 1);
    if (strcmp(mode, "handle") == 0)
        return has_handle(argv[2]);
    if (strcmp(mode, "leave") == 0)
        printf("%lu", start(L"sleep"));
    return 0;
}
