/* A session's hold on its application where there is no shim: started, ended, taken over. The arguments: hands. As
 * `test-links session DIR PROGRAM [WORD]...` it is a session that starts that and dies at once. */
#include "dcc-error.h"
#include "dcc-exit-status.h"
#include "dcc-handle.h"
#include "dcc-held-child.h"
#include "dcc-job.h"
#include "dcc-record-file.h"
#include "dcc-shim-link.h"
#include "dcc-signals.h"
#include "dcc-stray.h"
#include "windows-kids.h"

#include <glib/gstdio.h>
#include <string.h>

#include <windows.h>

#define GENERATIONS 3

static char *hands;
static char *self_program;

typedef struct {
    char *dir;
    char *log;
    DccShimLink *link;
    GArray *news; /* int */
} Life;

static void
on_news(DccShimLink *link, int news, Life *life)
{
    g_array_append_val(life->news, news);
}

static Life *
life_new(void)
{
    Life *life = g_new0(Life, 1);

    life->dir = g_dir_make_tmp("dcc link XXXXXX", NULL);
    life->log = g_build_filename(life->dir, "output.log", NULL);
    life->news = g_array_new(FALSE, FALSE, sizeof(int));
    return life;
}

static void
life_drop(Life *life)
{
    if (life->link != NULL)
        g_signal_handlers_disconnect_by_data(life->link, life);
    g_clear_object(&life->link);
}

static void
life_free(Life *life)
{
    static const char *const files[] = {"exit", "output.log", "output.log.1"};

    if (life->link != NULL) {
        g_signal_handlers_disconnect_by_data(life->link, life);
        dcc_shim_link_abandon(g_steal_pointer(&life->link));
    }
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(life->dir, files[i], NULL);

        g_unlink(path);
    }
    /* A file goes when the last who had it open, which may be ending still, is gone. */
    kids_wait_for(g_rmdir(life->dir) == 0);
    g_array_unref(life->news);
    g_free(life->dir);
    g_free(life->log);
    g_free(life);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Life, life_free)

static DccShimLink *
start_in(const char *dir, const char *log, const char *const *argv)
{
    const DccShimStart start = {
        .dir = dir, .log_path = log, .log_size = 1000, .log_files = 2, .lock_fd = -1, .argv = argv};
    g_autoptr(GError) error = NULL;
    DccShimLink *link = dcc_shim_link_start(&start, NULL, &error);

    g_assert_no_error(error);
    return link;
}

static void
life_start(Life *life, const char *mode, const char *argument, const char *more)
{
    const char *const argv[] = {hands, mode, argument, more, NULL};

    life->link = start_in(life->dir, life->log, argv);
    g_signal_connect(life->link, "news", G_CALLBACK(on_news), life);
}

static gboolean
was_told(Life *life, int news)
{
    for (guint i = 0; i < life->news->len; i++)
        if (g_array_index(life->news, int, i) == news)
            return TRUE;
    return FALSE;
}

static gboolean
on_time(gpointer data)
{
    g_assert_not_reached();
}

static void
life_wait(Life *life, DccShimNews news)
{
    guint patience = g_timeout_add(KIDS_PATIENCE, on_time, NULL);

    while (!was_told(life, (int)news))
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(patience);
}

static DccShimRecord
life_record(Life *life)
{
    DccShimRecord record;

    g_assert_true(dcc_shim_record_read(life->dir, &record));
    return record;
}

/* What was told, in order, but for output. */
static void
assert_told(Life *life, const char *words)
{
    static const char *const names[] = {
        "started", "refused", "exited", "empty", "paused", "resumed", "degraded", NULL, "gone"};
    g_autoptr(GString) told = g_string_new(NULL);

    for (guint i = 0; i < life->news->len; i++) {
        const char *name = names[g_array_index(life->news, int, i)];

        if (name != NULL)
            g_string_append_printf(told, "%s%s", told->len > 0 ? " " : "", name);
    }
    g_assert_cmpstr(told->str, ==, words);
}

/* Where the system has all of them. (transfer full) */
static GArray *
wait_for_tree(Life *life, guint n)
{
    GArray *tree = dcc_shim_link_list_tree(life->link);
    gint64 end = g_get_monotonic_time() + KIDS_PATIENCE * G_GINT64_CONSTANT(1000);

    while (tree->len != n) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(2000);
        g_array_unref(tree);
        tree = dcc_shim_link_list_tree(life->link);
    }
    return tree;
}

static void
assert_gone(GArray *pids)
{
    for (guint i = 0; i < pids->len; i++)
        g_assert_false(dcc_identity_is_pid_alive(g_array_index(pids, gint64, i)));
}

static void
test_code(void)
{
    g_autoptr(Life) life = life_new();
    DccShimRecord record;

    life_start(life, "exit", "42", NULL);
    g_assert_true(dcc_shim_link_is_owned(life->link));
    life_wait(life, DCC_SHIM_GONE);
    assert_told(life, "started exited empty gone");
    record = life_record(life);
    g_assert_true(record.exited && record.tree_empty && !record.lost && !record.our_signal);
    g_assert_cmpint(dcc_exit_status_decode(record.wait_status).code, ==, 42);
    g_assert_cmpint(record.started, >, 0);
    g_assert_cmpint(record.ended, >=, record.started);
}

static void
test_crash(void)
{
    g_autoptr(Life) life = life_new();
    DccShimRecord record;

    life_start(life, "crash", NULL, NULL);
    life_wait(life, DCC_SHIM_GONE);
    record = life_record(life);
    g_assert_true(record.exited && !record.our_signal);
    g_assert_cmphex((guint32)record.wait_status, ==, 0xc0000005);
    g_assert_cmpint(dcc_exit_status_decode(record.wait_status).signal, ==, DCC_SIGNAL_SEGV);
}

static void
test_refused(void)
{
    g_autoptr(Life) life = life_new();
    const char *const argv[] = {"C:/no such program.exe", NULL};
    DccShimRecord record;

    life->link = start_in(life->dir, life->log, argv);
    g_signal_connect(life->link, "news", G_CALLBACK(on_news), life);
    life_wait(life, DCC_SHIM_GONE);
    assert_told(life, "refused gone");
    record = life_record(life);
    g_assert_true(record.refused && !record.spawned);
    g_assert_cmpstr(record.stage, ==, "exec");
    g_assert_cmpint(record.errno_code, !=, 0);
}

/* It goes to the file by itself, and is told of before the end is. */
static void
test_output(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *text = NULL;

    life_start(life, "say", "word ", "3");
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmpint(g_array_index(life->news, int, 1), ==, DCC_SHIM_OUTPUT);
    g_assert_true(g_file_get_contents(life->log, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "word word word ");
}

/* A log of its full size becomes the older one before the next run writes. */
static void
test_log_is_turned(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *older = g_strconcat(life->log, ".1", NULL);
    g_autofree char *text = NULL;
    gsize length = 0;

    life_start(life, "say", "0123456789", "100");
    life_wait(life, DCC_SHIM_GONE);
    life_drop(life);
    g_array_set_size(life->news, 0);
    dcc_shim_record_remove(life->dir);
    life_start(life, "say", "new", "1");
    life_wait(life, DCC_SHIM_GONE);
    g_assert_true(g_file_get_contents(life->log, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "new");
    g_clear_pointer(&text, g_free);
    g_assert_true(g_file_get_contents(older, &text, &length, NULL));
    g_assert_cmpuint(length, ==, 1000);
}

static void
test_kill(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) tree = NULL;
    g_autoptr(GArray) ended = NULL;
    DccShimRecord record;
    guint total = 0;

    life_start(life, "grow", G_STRINGIFY(GENERATIONS), NULL);
    tree = wait_for_tree(life, GENERATIONS);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
    assert_told(life, "started exited empty gone");
    assert_gone(tree);
    record = life_record(life);
    g_assert_true(record.exited && record.our_signal);
    g_assert_cmpint(dcc_exit_status_decode(record.wait_status).signal, ==, DCC_SIGNAL_KILL);
    ended = dcc_shim_link_list_ended(life->link, &total);
    g_assert_cmpuint(total, ==, GENERATIONS - 1);
    g_assert_cmpstr(g_array_index(ended, DccShimMember, 0).name, ==, "hands");
    g_assert_cmpint(g_array_index(ended, DccShimMember, 0).signal, ==, DCC_SIGNAL_KILL);
}

/* The child that it leaves keeps the run from being over, and is ended with it. */
static void
test_left(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) left = NULL;
    g_autoptr(GArray) pids = NULL;

    life_start(life, "leave", NULL, NULL);
    life_wait(life, DCC_SHIM_EXITED);
    g_assert_false(was_told(life, DCC_SHIM_EMPTY));
    left = dcc_shim_link_list_left(life->link);
    g_assert_cmpuint(left->len, ==, 1);
    g_assert_cmpuint(g_array_index(left, DccShimMember, 0).start_ticks, !=, 0);
    pids = dcc_shim_link_list_tree(life->link);
    g_assert_cmpuint(pids->len, ==, 1);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
    assert_gone(pids);
    g_assert_false(life_record(life).our_signal);
}

/* Nobody has to ask: the end of what is left is heard of. */
static void
test_left_ends_by_itself(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) pids = NULL;
    DccProcessRef child;

    life_start(life, "leave", NULL, NULL);
    life_wait(life, DCC_SHIM_EXITED);
    pids = dcc_shim_link_list_tree(life->link);
    g_assert_cmpuint(pids->len, ==, 1);
    child = dcc_process_ref_open(g_array_index(pids, gint64, 0), NULL);
    g_assert_true(dcc_process_ref_kill(child));
    dcc_process_ref_close(&child);
    life_wait(life, DCC_SHIM_EMPTY);
    g_assert_true(life_record(life).tree_empty);
}

static void
test_abandoned(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) tree = NULL;
    DccShimRecord record;

    life_start(life, "grow", G_STRINGIFY(GENERATIONS), NULL);
    tree = wait_for_tree(life, GENERATIONS);
    g_signal_handlers_disconnect_by_data(life->link, life);
    dcc_shim_link_abandon(g_steal_pointer(&life->link));
    assert_gone(tree);
    record = life_record(life);
    g_assert_true(record.exited && record.our_signal && record.tree_empty);
}

/* -- Sessions that die -- */

/* Started by a session of its own, which has died when this returns. */
static void
life_begin_elsewhere(Life *life, const char *mode, const char *argument)
{
    const char *const argv[] = {self_program, "session", life->dir, hands, mode, argument, NULL};
    const DccSpawn spawn = {.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    g_autoptr(GError) error = NULL;
    DccChild session;

    dcc_spawn(&spawn, &session, NULL, &error);
    g_assert_no_error(error);
    kids_wait_for(dcc_process_ref_has_ended(session.process));
    dcc_process_ref_close(&session.process);
}

static void
life_attach(Life *life)
{
    g_autoptr(GError) error = NULL;

    life->link = dcc_shim_link_attach(life->dir, life->log, &error);
    g_assert_no_error(error);
    g_signal_connect(life->link, "news", G_CALLBACK(on_news), life);
}

static int
be_session(char **argv)
{
    g_autofree char *log = g_build_filename(argv[0], "output.log", NULL);

    start_in(argv[0], log, (const char *const *)argv + 1);
    ExitProcess(0);
}

static void
test_taken_over(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) tree = NULL;
    DccShimRecord record;

    life_begin_elsewhere(life, "grow", G_STRINGIFY(GENERATIONS));
    record = life_record(life);
    g_assert_true(record.spawned && dcc_identity_is_alive(&record.main));
    life_attach(life);
    g_assert_false(dcc_shim_link_is_owned(life->link));
    life_wait(life, DCC_SHIM_STARTED);
    tree = wait_for_tree(life, GENERATIONS);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
    assert_told(life, "started exited empty gone");
    assert_gone(tree);
    record = life_record(life);
    g_assert_true(record.exited && record.our_signal);
}

/* A handle tells strangers, too: but only who has it when it happens. */
static void
test_end_is_heard_by_who_took_over(void)
{
    g_autoptr(Life) life = life_new();
    DccShimRecord record;
    DccProcessRef main;

    life_begin_elsewhere(life, "sleep", NULL);
    life_attach(life);
    record = life_record(life);
    main = dcc_identity_open(&record.main);
    g_assert_true(TerminateProcess(dcc_handle_from_number(main), 7));
    dcc_process_ref_close(&main);
    life_wait(life, DCC_SHIM_GONE);
    record = life_record(life);
    g_assert_true(record.exited && !record.our_signal);
    g_assert_cmpint(record.wait_status, ==, 7);
}

static gboolean
is_forgotten(const DccIdentity *identity)
{
    DccProcessRef process = dcc_identity_open(identity);
    gboolean forgotten = process == DCC_PROCESS_REF_NONE;

    dcc_process_ref_close(&process);
    return forgotten;
}

/* Ended while nobody attended, and nobody had a handle: how is not known, and that is said. */
static void
test_lost(void)
{
    g_autoptr(Life) life = life_new();
    DccShimRecord record;
    DccProcessRef main;

    life_begin_elsewhere(life, "sleep", NULL);
    record = life_record(life);
    main = dcc_identity_open(&record.main);
    g_assert_true(TerminateProcess(dcc_handle_from_number(main), 0));
    dcc_process_ref_close(&main);
    kids_wait_for(is_forgotten(&record.main));
    life_attach(life);
    life_wait(life, DCC_SHIM_GONE);
    assert_told(life, "started exited empty gone");
    record = life_record(life);
    g_assert_true(record.lost && !record.exited);
    g_assert_false(dcc_shim_link_is_owned(life->link));
}

/* A session that died just before it let its application run: who takes over lets it. */
static void
test_held(void)
{
    g_autoptr(Life) life = life_new();
    const char *const argv[] = {hands, "exit", "5", NULL};
    const DccSpawn spawn = {
        .argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1, .new_session = TRUE};
    DccShimSlot slot = {.phase = DCC_PHASE_SPAWNED, .started = 1};
    g_autoptr(GError) error = NULL;
    DccHeldChild held = {0};

    g_assert_true(dcc_held_child_spawn(&spawn, &held, NULL, NULL, &error));
    g_strlcpy(slot.boot_id, dcc_boot_id(), sizeof slot.boot_id);
    slot.main.pid = held.child.pid;
    slot.main.start_ticks = dcc_job_read_start(dcc_handle_from_number(held.child.process));
    g_assert_true(dcc_record_file_make(life->dir, &slot, &error));
    life_attach(life);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmpint(life_record(life).wait_status, ==, 5);
    CloseHandle(held.thread);
    dcc_process_ref_close(&held.child.process);
}

static void
test_no_record(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *record = g_build_filename(life->dir, "exit", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_shim_link_attach(life->dir, life->log, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_true(g_file_set_contents(record, "garbage", -1, NULL));
    g_assert_null(dcc_shim_link_attach(life->dir, life->log, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
}

/* As long as somebody has the job, what a dead run has left is proved to be of it. */
static void
test_strays(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) strays = NULL;
    g_autoptr(GArray) ended = NULL;
    g_autoptr(GError) error = NULL;

    life_start(life, "leave", NULL, NULL);
    life_wait(life, DCC_SHIM_EXITED);
    life_drop(life);
    strays = dcc_stray_list(life->dir);
    g_assert_cmpuint(strays->len, ==, 1);
    g_assert_true(dcc_stray_end(life->dir, 50, KIDS_PATIENCE, &ended, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(ended->len, ==, 1);
    g_assert_cmpint(g_array_index(ended, DccShimMember, 0).signal, ==, DCC_SIGNAL_KILL);
    g_assert_false(dcc_identity_is_pid_alive(g_array_index(strays, DccShimMember, 0).pid));
}

int
main(int argc, char **argv)
{
    /* Its own words, before the test framework takes what it knows. */
    if (argc > 3 && g_str_equal(argv[1], "session"))
        return be_session(argv + 2);
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 2);
    hands = g_canonicalize_filename(argv[1], NULL);
    self_program = g_canonicalize_filename(argv[0], NULL);
    g_test_add_func("/windows/link/code", test_code);
    g_test_add_func("/windows/link/crash", test_crash);
    g_test_add_func("/windows/link/refused", test_refused);
    g_test_add_func("/windows/link/output", test_output);
    g_test_add_func("/windows/link/log-is-turned", test_log_is_turned);
    g_test_add_func("/windows/link/kill", test_kill);
    g_test_add_func("/windows/link/left", test_left);
    g_test_add_func("/windows/link/left-ends-by-itself", test_left_ends_by_itself);
    g_test_add_func("/windows/link/abandoned", test_abandoned);
    g_test_add_func("/windows/link/taken-over", test_taken_over);
    g_test_add_func("/windows/link/heard-by-who-took-over", test_end_is_heard_by_who_took_over);
    g_test_add_func("/windows/link/lost", test_lost);
    g_test_add_func("/windows/link/held", test_held);
    g_test_add_func("/windows/link/no-record", test_no_record);
    g_test_add_func("/windows/link/strays", test_strays);
    return g_test_run();
}
