/* The module, by LoadLibrary(): it lies where the program lies. What is written is UTF-8, and so are the words. */
#include "dcchost-module.h"

#include <stdio.h>
#include <stdlib.h>

#include <windows.h>
/* after windows.h */
#include <shellapi.h>

#define MODULE L"dcchost-cli.dll"

void
dcchost_module_prepare(void)
{
    SetConsoleOutputCP(CP_UTF8);
}

static int
fail(const char *what)
{
    fprintf(stderr, "dcchost: %s: error %lu; is all of dcchost installed?\n", what, GetLastError());
    return DCCHOST_OWN_FAILURE;
}

/* For the life of the program; NULL: no memory, or no UTF-16. */
static char *
narrow(const wchar_t *wide)
{
    int n = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = n > 0 ? malloc((size_t)n) : NULL;

    if (text != NULL)
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, n, NULL, NULL);
    return text;
}

/* main() gets them in the code page of the machine, which has not all letters. */
static char **
read_words(int *argc)
{
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), argc);
    char **argv = wide != NULL ? calloc((size_t)*argc + 1, sizeof *argv) : NULL;

    for (int i = 0; argv != NULL && i < *argc; i++)
        if ((argv[i] = narrow(wide[i])) == NULL)
            return NULL;
    return argv;
}

int
dcchost_module_run(int argc, char **argv)
{
    int (*run)(int argc, char **argv);
    HMODULE module = LoadLibraryW(MODULE);

    if (module == NULL)
        return fail("dcchost-cli.dll cannot be opened");
    *(FARPROC *)&run = GetProcAddress(module, "cli_main");
    argv = read_words(&argc);
    return run != NULL && argv != NULL ? run(argc, argv) : fail("dcchost-cli.dll has no way in");
}
