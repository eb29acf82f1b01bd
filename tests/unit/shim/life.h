/* One application's life under a shim, for tests: a private directory, a link, and what it told. */
#pragma once

#include "dcc-shim-link.h"

G_BEGIN_DECLS

typedef struct {
    char *dir;
    char *log;
    DccShimStart start;
    char **env;
    DccShimLink *link;
    GArray *news; /* int */
    int lock_fd;
    int errno_code;
    GError *error;
} Life;

extern const char *life_shim;
extern const char *life_hands;

/* Takes the paths of shim and helper from the command line's end. */
void
life_init(int *argc, char ***argv);
Life *
life_new(void);
/* The arguments of the helper, NULL-terminated; argv[0] is put before them. */
void
life_start(Life *life, ...) G_GNUC_NULL_TERMINATED;
void
life_start_argv(Life *life, const char *const *argv);
/* Before the start: the run's number in the application's environment. */
void
life_set_run(Life *life, const char *run);
/* Before the start: the shim's children are killed past it. One may be the sanitizer's own, for which its check for
 * leaks then waits for ever, so there is no such check. */
void
life_expect_killed_children(Life *life);
/* A program of that name in the life's directory, for an application to start: the helper. */
char *
life_make_program(Life *life, const char *name);
/* SIGKILL to the shim, and it is dead. */
void
life_kill_shim(Life *life);
/* A new link to what is there. */
void
life_attach(Life *life);
/* The session dies: nobody listens any more. */
void
life_detach(Life *life);
void
life_wait(Life *life, DccShimNews news);
gboolean
life_was_told(Life *life, DccShimNews news);
/* Turns the main loop until it is so. */
void
life_until(Life *life, gboolean (*is_so)(Life *life, gpointer data), gpointer data);
void
life_until_logged(Life *life, const char *text);
DccShimRecord
life_record(Life *life);
/* Everything must be over by now. */
void
life_free(Life *life);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Life, life_free)

G_END_DECLS
