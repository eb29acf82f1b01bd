/* A private directory with copies of the module fixtures in it. */
#pragma once

#include <glib.h>

typedef struct {
    char *directory; /* 0700, real path */
} Scratch;

void
scratch_set_up(Scratch *self, gconstpointer data);
void
scratch_tear_down(Scratch *self, gconstpointer data);
/* A path below the directory. */
char *
scratch_path(Scratch *self, const char *name);
/* A directory below the directory. */
char *
scratch_directory(Scratch *self, const char *name);
/* Writes a file of mode 0755; its directory must exist. */
void
scratch_write(const char *path, gconstpointer bytes, gsize length);
/* The bytes of the fixture dcchost-<id>.so. */
GBytes *
scratch_fixture(const char *id);
/* Copies the fixture dcchost-<id>.so into a directory under its own name. Returns its path. */
char *
scratch_copy(const char *id, const char *directory);
