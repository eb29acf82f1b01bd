/* See the header. */
#include "life.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define PATIENCE_MS 20000

const char *life_shim;
const char *life_hands;

void
life_init(int *argc, char ***argv)
{
    g_test_init(argc, argv, NULL);
    g_assert_cmpint(*argc, >=, 3);
    life_shim = g_canonicalize_filename((*argv)[*argc - 2], NULL);
    life_hands = g_canonicalize_filename((*argv)[*argc - 1], NULL);
}

Life *
life_new(void)
{
    Life *life = g_new0(Life, 1);
    g_autofree char *lock = NULL;

    life->dir = g_dir_make_tmp("life-XXXXXX", NULL);
    life->log = g_build_filename(life->dir, "log", NULL);
    lock = g_build_filename(life->dir, "lock", NULL);
    life->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    life->news = g_array_new(FALSE, FALSE, sizeof(int));
    life->env = g_strsplit("PATH=/usr/bin:/bin LC_ALL=C", " ", 0);
    life->start = (DccShimStart){
        .shim = life_shim,
        .dir = life->dir,
        .log_path = life->log,
        .log_size = 1024 * 1024,
        .log_files = 3,
        .lock_fd = life->lock_fd,
        .first_signal = SIGTERM,
        .envp = (const char *const *)life->env,
        .cwd = "/",
    };
    return life;
}

static void
on_news(DccShimLink *link, int news, Life *life)
{
    g_array_append_val(life->news, news);
}

static void
take(Life *life, DccShimLink *link)
{
    life->link = link;
    if (link != NULL)
        g_signal_connect(link, "news", G_CALLBACK(on_news), life);
}

void
life_start_argv(Life *life, const char *const *argv)
{
    life->start.argv = argv;
    take(life, dcc_shim_link_start(&life->start, &life->errno_code, &life->error));
    life->start.argv = NULL;
}

void
life_start(Life *life, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    const char *argument;
    va_list list;

    g_ptr_array_add(argv, (gpointer)life_hands);
    va_start(list, life);
    while ((argument = va_arg(list, const char *)) != NULL)
        g_ptr_array_add(argv, (gpointer)argument);
    va_end(list);
    g_ptr_array_add(argv, NULL);
    life_start_argv(life, (const char *const *)argv->pdata);
    g_assert_no_error(life->error);
}

static void
set_variable(Life *life, const char *name, const char *value)
{
    life->env = g_environ_setenv(life->env, name, value, TRUE);
    life->start.envp = (const char *const *)life->env;
}

void
life_set_run(Life *life, const char *run)
{
    set_variable(life, "DCCHOST_INCARNATION", run);
}

void
life_expect_killed_children(Life *life)
{
    set_variable(life, "ASAN_OPTIONS", "detect_leaks=0");
}

char *
life_make_program(Life *life, const char *name)
{
    char *path = g_build_filename(life->dir, name, NULL);

    g_assert_cmpint(symlink(life_hands, path), ==, 0);
    return path;
}

static gboolean
is_shim_dead(Life *life, gpointer data)
{
    DccIdentity shim = life_record(life).shim;

    return !dcc_identity_is_alive(&shim);
}

void
life_kill_shim(Life *life)
{
    DccIdentity shim = life_record(life).shim;

    g_assert_cmpint(kill((pid_t)shim.pid, SIGKILL), ==, 0);
    life_until(life, is_shim_dead, NULL);
}

void
life_attach(Life *life)
{
    g_array_set_size(life->news, 0);
    take(life, dcc_shim_link_attach(life->dir, life->log, &life->error));
    g_assert_no_error(life->error);
}

void
life_detach(Life *life)
{
    g_clear_object(&life->link);
}

static gboolean
on_deadline(gpointer data)
{
    *(gboolean *)data = TRUE;
    return G_SOURCE_CONTINUE;
}

static gboolean
on_tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

void
life_until(Life *life, gboolean (*is_so)(Life *life, gpointer data), gpointer data)
{
    gboolean late = FALSE;
    guint deadline = g_timeout_add(PATIENCE_MS, on_deadline, &late);
    guint tick = g_timeout_add(5, on_tick, NULL);

    while (!is_so(life, data)) {
        g_assert_false(late);
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(deadline);
    g_source_remove(tick);
}

gboolean
life_was_told(Life *life, DccShimNews news)
{
    for (guint i = 0; i < life->news->len; i++)
        if (g_array_index(life->news, int, i) == (int)news)
            return TRUE;
    return FALSE;
}

static gboolean
is_told(Life *life, gpointer data)
{
    return life_was_told(life, GPOINTER_TO_INT(data));
}

void
life_wait(Life *life, DccShimNews news)
{
    life_until(life, is_told, GINT_TO_POINTER(news));
}

static gboolean
is_logged(Life *life, gpointer data)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(life->log, &text, NULL, NULL) && strstr(text, data) != NULL;
}

void
life_until_logged(Life *life, const char *text)
{
    life_until(life, is_logged, (gpointer)text);
}

DccShimRecord
life_record(Life *life)
{
    DccShimRecord record;

    g_assert_true(dcc_shim_record_read(life->dir, &record));
    return record;
}

void
life_free(Life *life)
{
    g_autoptr(GDir) dir = NULL;
    const char *name;

    life_detach(life);
    dir = g_dir_open(life->dir, 0, NULL);
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(life->dir, name, NULL);

        g_unlink(path);
    }
    g_assert_cmpint(g_rmdir(life->dir), ==, 0);
    close(life->lock_fd);
    g_array_unref(life->news);
    g_strfreev(life->env);
    g_clear_error(&life->error);
    g_free(life->dir);
    g_free(life->log);
    g_free(life);
}
