/* Facts of files: lstat() and fstat(). Threading: any. */
#include "dcc-file-facts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __APPLE__
#define st_atim st_atimespec
#define st_mtim st_mtimespec
#endif

static DccFileKind
kind_of(mode_t mode)
{
    if (S_ISREG(mode))
        return DCC_FILE_REGULAR;
    if (S_ISDIR(mode))
        return DCC_FILE_DIRECTORY;
    return S_ISLNK(mode) ? DCC_FILE_LINK : DCC_FILE_OTHER;
}

static void
take(const struct stat *st, DccFileFacts *facts)
{
    *facts = (DccFileFacts){
        .kind = kind_of(st->st_mode),
        .size = st->st_size,
        .mtime_ns = st->st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) + st->st_mtim.tv_nsec,
        .device = (guint64)st->st_dev,
        .inode = st->st_ino,
        .owner = st->st_uid,
        .is_ours = st->st_uid == geteuid(),
        .is_roots = st->st_uid == 0,
        .others_can_write = (st->st_mode & (S_IWGRP | S_IWOTH)) != 0,
        .keeps_names = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0,
    };
}

gboolean
dcc_file_facts_read(const char *path, DccFileFacts *facts)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        return FALSE;
    take(&st, facts);
    return TRUE;
}

gboolean
dcc_file_facts_read_target(const char *path, DccFileFacts *facts)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return FALSE;
    take(&st, facts);
    return TRUE;
}

void
dcc_file_facts_copy_times(const char *from, const char *to)
{
    struct stat st;

    if (lstat(from, &st) == 0)
        utimensat(AT_FDCWD, to, (struct timespec[]){st.st_atim, st.st_mtim}, AT_SYMLINK_NOFOLLOW);
}

gboolean
dcc_file_facts_read_open(int fd, DccFileFacts *facts)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return FALSE;
    take(&st, facts);
    return TRUE;
}

gboolean
dcc_file_facts_is_same(const DccFileFacts *a, const DccFileFacts *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime_ns == b->mtime_ns;
}
