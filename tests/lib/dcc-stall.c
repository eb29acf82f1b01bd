/* A file server that does not answer: calls that name what lies below the directory DCC_TEST_STALLED wait as long as the file
 * DCC_TEST_STALLS is there. Linked into a test, or preloaded into what it starts. */
/* The names themselves are defined here, not what the headers make of them. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define HIDES __attribute__((visibility("default")))

static void
wait_for(const char *path)
{
    const struct timespec pause = {0, 20 * 1000 * 1000};
    const char *directory = getenv("DCC_TEST_STALLED");
    const char *mark = getenv("DCC_TEST_STALLS");

    if (path == NULL || directory == NULL || mark == NULL ||
        strncmp(path, directory, strlen(directory)) != 0)
        return;
    while (syscall(SYS_faccessat, AT_FDCWD, mark, F_OK) == 0)
        nanosleep(&pause, NULL);
}

/* What the C library has under that name. */
#define CALL(type, name, arguments, ...)                                                           \
    static type(*real) arguments;                                                                  \
    wait_for(path);                                                                                \
    if (real == NULL)                                                                              \
        *(void **)&real = dlsym(RTLD_NEXT, #name);                                                 \
    return real(__VA_ARGS__)

#define HIDE(type, name, arguments, ...)                                                           \
    HIDES type name arguments;                                                                     \
    HIDES type name arguments                                                                      \
    {                                                                                              \
        CALL(type, name, arguments, __VA_ARGS__);                                                  \
    }

#define HIDE_OPEN(name)                                                                            \
    HIDES int name(const char *path, int flags, ...);                                              \
    HIDES int name(const char *path, int flags, ...)                                               \
    {                                                                                              \
        va_list rest;                                                                              \
        mode_t mode = 0;                                                                           \
                                                                                                   \
        va_start(rest, flags);                                                                     \
        if ((flags & O_CREAT) != 0)                                                                \
            mode = va_arg(rest, mode_t);                                                           \
        va_end(rest);                                                                              \
        CALL(int, name, (const char *, int, ...), path, flags, mode);                              \
    }

#define HIDE_OPENAT(name)                                                                          \
    HIDES int name(int at, const char *path, int flags, ...);                                      \
    HIDES int name(int at, const char *path, int flags, ...)                                       \
    {                                                                                              \
        va_list rest;                                                                              \
        mode_t mode = 0;                                                                           \
                                                                                                   \
        va_start(rest, flags);                                                                     \
        if ((flags & O_CREAT) != 0)                                                                \
            mode = va_arg(rest, mode_t);                                                           \
        va_end(rest);                                                                              \
        CALL(int, name, (int, const char *, int, ...), at, path, flags, mode);                     \
    }

HIDE(int, stat, (const char *path, struct stat *st), path, st)
HIDE(int, lstat, (const char *path, struct stat *st), path, st)
HIDE(int, stat64, (const char *path, struct stat64 *st), path, st)
HIDE(int, lstat64, (const char *path, struct stat64 *st), path, st)
HIDE(int, fstatat, (int at, const char *path, struct stat *st, int flags), at, path, st, flags)
HIDE(int, fstatat64, (int at, const char *path, struct stat64 *st, int flags), at, path, st, flags)
HIDE(int, access, (const char *path, int mode), path, mode)
HIDE(int, faccessat, (int at, const char *path, int mode, int flags), at, path, mode, flags)
HIDE(char *, realpath, (const char *path, char *resolved), path, resolved)
HIDE(DIR *, opendir, (const char *path), path)
HIDE_OPEN(open)
HIDE_OPEN(open64)
HIDE_OPENAT(openat)
HIDE_OPENAT(openat64)
