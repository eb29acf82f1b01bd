/* What tests share: a private world, waiting without sleeping, and counting what is left behind.
 *
 * Use: dcc_test_init() in place of g_test_init(); dcc_test_world_new() first in a test that touches
 * files or starts processes, dcc_test_world_free() last. In a test program one world at a time.
 * Threading: the test's own thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* g_test_init(); and from then on an unannounced warning fails the test, in whatever way it was
 * logged. */
void
dcc_test_init(int *argc, char ***argv);
/* The next warning or critical message is to match this pattern (g_pattern_match_simple()), and is
 * then in order. May be called several times for several messages. */
void
dcc_test_expect_warning(const char *pattern);
/* Fails the test when one that was announced did not come. */
void
dcc_test_assert_expected_warnings(void);

/* Directories of its own, and an environment that leads nowhere else. */
typedef struct _DccTestWorld DccTestWorld;

/* XDG_RUNTIME_DIR, XDG_STATE_HOME, XDG_CACHE_HOME, XDG_DATA_HOME, XDG_CONFIG_HOME, HOME, TMPDIR, TMP and TEMP
 * are directories below one of mode 0700. DCC_ADAPTER_PATH, DCCHOST_FAKE_EXECUTABLE and
 * DCCHOST_SHIM stay as the build set them; every other DCC* variable is removed. */
DccTestWorld *
dcc_test_world_new(void);
/* Fails the test when a process of the world is still there (with its command line) or a descriptor
 * leaked that was not open when it was made; then removes everything. */
void
dcc_test_world_free(DccTestWorld *self);
const char *
dcc_test_world_get_path(DccTestWorld *self);
/* (transfer full): a path below the world; nothing is made there. */
char *
dcc_test_world_build_path(DccTestWorld *self, const char *name);
/* (transfer full): makes the file, and the directories above it. length -1: a string. */
char *
dcc_test_world_write(DccTestWorld *self, const char *name, const char *content, gssize length);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccTestWorld, dcc_test_world_free)

/* The fake application, as the build set it; fails the test when it is not set. */
const char *
dcc_test_fake_executable(void);

typedef gboolean (*DccTestCondition)(gpointer data);
/* Turns the thread-default main context until the condition holds; FALSE when it does not in time.
 * What the test waits for need not be announced by the loop: the condition is also looked at every
 * few milliseconds. */
gboolean
dcc_test_wait(DccTestCondition condition, gpointer data, gint64 timeout_ms);
/* Turns it for as long as something is ready, and not longer. */
void
dcc_test_turn(void);

/* Wait for an expression, fail with it when it does not come true. */
#define dcc_test_wait_for(expression, timeout_ms)                                                  \
    G_STMT_START                                                                                   \
    {                                                                                              \
        gint64 dcc_test_end = g_get_monotonic_time() + (timeout_ms)*G_GINT64_CONSTANT(1000);       \
        /* Asked once more afterwards it might be false again. */                                  \
        while (!(expression)) {                                                                    \
            if (g_get_monotonic_time() >= dcc_test_end)                                            \
                g_error("%s:%d: not in %d ms: %s",                                                 \
                        __FILE__,                                                                  \
                        __LINE__,                                                                  \
                        (int)(timeout_ms),                                                         \
                        #expression);                                                              \
            dcc_test_turn_once();                                                                  \
        }                                                                                          \
    }                                                                                              \
    G_STMT_END
/* One turn of the loop, 5 ms at most. */
void
dcc_test_turn_once(void);

/* Open descriptors of this process, but for those that GLib and loaded modules keep for themselves.
 */
guint
dcc_test_count_fds(void);
/* (transfer full): each with what it refers to, one a line. */
char *
dcc_test_list_fds(void);
/* Children of this process that have ended and were not reaped. */
guint
dcc_test_count_zombies(void);
/* Descendants of this process, zombies not counted. */
guint
dcc_test_count_descendants(void);
/* Live processes of anybody that carry KEY=VALUE in their environment: finds what was orphaned. */
guint
dcc_test_count_processes(const char *key, const char *value);
/* (transfer full): their pids and command lines, one a line. */
char *
dcc_test_list_processes(const char *key, const char *value);

G_END_DECLS
