/* blender.exe for tests: a Windows Python with Blender's module, behind Blender's command line
 * (tests/blenders/command_line.py). One process, as Blender is one.
 *
 * DCC_TEST_BLENDER_PYTHON is where that Python is, DCC_TEST_BLENDER_MODULES where its module is,
 * DCC_TEST_BLENDER_MAIN that script. */
#include <stdio.h>
#include <stdlib.h>

#include <windows.h>
/* after windows.h */
#include <shellapi.h>

#define MOST_WORDS 256
#define LONGEST    32767

typedef int(__cdecl *PyMain)(int n, wchar_t **words);

static wchar_t *
read_variable(const wchar_t *name)
{
    static wchar_t nothing[] = L"";
    wchar_t *value = calloc(LONGEST, sizeof *value);

    return value && GetEnvironmentVariableW(name, value, LONGEST) > 0 ? value : nothing;
}

/* As python.exe does, from where that lies. */
static PyMain
load_python(const wchar_t *home)
{
    wchar_t path[LONGEST];
    HMODULE library;

    _snwprintf(path, LONGEST, L"%ls\\python311.dll", home);
    library = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    return library ? (PyMain)(void *)GetProcAddress(library, "Py_Main") : NULL;
}

int
main(void)
{
    static wchar_t unbuffered[] = L"-u", no_cache[] = L"-B";
    wchar_t *home = read_variable(L"DCC_TEST_BLENDER_PYTHON");
    PyMain main_of_python = load_python(home);
    wchar_t *all[MOST_WORDS + 1] = {0};
    int n = 0, n_all = 0;
    wchar_t **words = CommandLineToArgvW(GetCommandLineW(), &n);

    if (!main_of_python || n == 0) {
        fprintf(stderr, "no python311.dll in %ls\n", home);
        return 9;
    }
    all[n_all++] = words[0];
    all[n_all++] = unbuffered;
    all[n_all++] = no_cache;
    all[n_all++] = read_variable(L"DCC_TEST_BLENDER_MAIN");
    for (int i = 1; i < n && n_all < MOST_WORDS; i++)
        all[n_all++] = words[i];
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    SetEnvironmentVariableW(L"PYTHONHOME", home);
    SetEnvironmentVariableW(L"PYTHONPATH", read_variable(L"DCC_TEST_BLENDER_MODULES"));
    return main_of_python(n_all, all);
}
