/* Children by name: started, counted, asked to end, killed with all that they started, reaped. */
#include "dcc-launcher.h"
#include "dcc-watcher.h"
#include "kids.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *hands;
static const char *fake;

static gint64
launch(DccLauncher *launcher, const char *name, const char *const *argv)
{
    g_autoptr(GError) error = NULL;
    gint64 pid = dcc_launcher_launch(launcher, name, argv, NULL, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpint(pid, >, 0);
    return pid;
}

static gint64
launch_hands(DccLauncher *launcher, const char *name, const char *mode, const char *argument)
{
    const char *argv[] = {hands, mode, argument, NULL};

    return launch(launcher, name, argv);
}

static void
assert_no_children(void)
{
    g_assert_cmpint(waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT), ==, -1);
    g_assert_cmpint(errno, ==, ECHILD);
}

static void
test_life(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    gint64 pid = launch_hands(launcher, "maya", "wait", NULL);
    const char *again[] = {hands, "wait", NULL};
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(dcc_launcher_pid_of(launcher, "maya"), ==, pid);
    g_assert_cmpint(getsid((pid_t)pid), ==, pid);
    g_assert_cmpuint(dcc_launcher_get_running_count(launcher), ==, 1);
    g_assert_cmpint(dcc_launcher_launch(launcher, "maya", again, NULL, NULL, &error), ==, 0);
    g_assert_error(error, DCC_ERROR, DCC_ERROR_BUSY);
    g_clear_error(&error);
    g_assert_true(dcc_launcher_terminate(launcher, "maya", 5000, &error));
    g_assert_no_error(error);
    g_assert_cmpint(dcc_launcher_pid_of(launcher, "maya"), ==, 0);
    g_assert_cmpuint(dcc_launcher_get_running_count(launcher), ==, 0);
    assert_no_children();
    g_assert_false(dcc_launcher_terminate(launcher, "maya", 5000, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
    g_assert_cmpstr(error->message, ==, "process 'maya' is not running");
    g_clear_error(&error);
    g_assert_false(dcc_launcher_kill(launcher, "nobody", &error));
    g_assert_cmpstr(error->message, ==, "process 'nobody' is not running");
}

static void
test_bad_launches(void)
{
    static const struct {
        const char *name;
        const char *word;
        int code;
    } cases[] = {
        {"a", "/no/such/file", DCC_ERROR_START},
        {"a", "no-such-program-anywhere", DCC_ERROR_START},
        {"a", "/", DCC_ERROR_START},
        {"a", "/dev/null", DCC_ERROR_START},
        {"a", "", DCC_ERROR_INVALID},
        {"", "/bin/true", DCC_ERROR_INVALID},
    };
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *argv[] = {cases[i].word, NULL};
        g_autoptr(GError) error = NULL;

        g_assert_cmpint(
            dcc_launcher_launch(launcher, cases[i].name, argv, NULL, NULL, &error), ==, 0);
        g_assert_error(error, DCC_ERROR, cases[i].code);
    }
    g_assert_cmpuint(dcc_launcher_get_running_count(launcher), ==, 0);
    g_assert_cmpuint(dcc_launcher_get_restart_count(launcher, "a"), ==, 0);
    /* A failed launch does not keep the name. */
    launch_hands(launcher, "a", "wait", NULL);
    g_assert_true(dcc_launcher_kill(launcher, "a", NULL));
}

/* Arguments and environment byte for byte, directory, and the mark. */
static void
test_bytes(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    g_autofree char *dir = g_dir_make_tmp("dcc-launcher-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(dir, "dump", NULL);
    const char *argv[] = {hands, "dump", file, "\xff\xfe bytes", "", NULL};
    const char *envp[] = {"X=\x80", NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize length = 0;

    dcc_launcher_launch(launcher, "\xf0\x9f\x8e\xac\n", argv, envp, dir, &error);
    g_assert_no_error(error);
    kids_wait_for(dcc_launcher_get_running_count(launcher) == 0);
    g_assert_true(g_file_get_contents(file, &text, &length, NULL));
    g_assert_nonnull(memmem(text, length, "a\xff\xfe bytes\0a\0eX=\x80", 17));
    g_assert_nonnull(memmem(text, length, "eDCCHOST_LAUNCHER=", 18));
    unlink(file);
    rmdir(dir);
}

static void
test_restart_count(void)
{
    static const struct {
        const char *mode;
        const char *argument;
        guint more;
    } cases[] = {{"exit", "0", 0}, {"exit", "1", 1}, {"signal", "11", 1}};
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    guint expected = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        launch_hands(launcher, "a", cases[i].mode, cases[i].argument);
        kids_wait_for(dcc_launcher_get_running_count(launcher) == 0);
        g_assert_cmpuint(dcc_launcher_get_restart_count(launcher, "a"), ==, expected);
        launch_hands(launcher, "a", "wait", NULL);
        expected += cases[i].more;
        g_assert_cmpuint(dcc_launcher_get_restart_count(launcher, "a"), ==, expected);
        g_assert_true(dcc_launcher_kill(launcher, "a", NULL));
    }
    launch_hands(launcher, "a", "exit", "0");
    g_assert_cmpuint(dcc_launcher_get_restart_count(launcher, "a"), ==, expected);
    kids_wait_for(dcc_launcher_get_running_count(launcher) == 0);
}

/* Living processes that carry a word in their environment. */
static guint
count_with(const char *word)
{
    GDir *dir = g_dir_open("/proc", 0, NULL);
    const char *name;
    guint n = 0;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename("/proc", name, "environ", NULL);
        g_autofree char *text = NULL;
        gsize length = 0;

        if (g_ascii_isdigit(*name) && g_file_get_contents(path, &text, &length, NULL) &&
            memmem(text, length, word, strlen(word)) != NULL)
            n++;
    }
    g_dir_close(dir);
    return n;
}

/* Whatever it has left behind, in whatever way: nothing of it lives afterwards. */
static void
test_tree(gconstpointer data)
{
    const char *kind = data;
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    g_autofree char *word = g_strdup_printf("DCC_TREE_TEST=%d-%s", (int)getpid(), kind);
    const char *envp[] = {word, NULL};
    g_autofree char *option = g_strdup_printf("--tree=%s", kind);
    const char *argv[] = {fake, "--no-agent", "--lifetime=60", option, NULL};
    g_autoptr(GError) error = NULL;

    dcc_launcher_launch(launcher, "a", argv, envp, NULL, &error);
    g_assert_no_error(error);
    /* The one that is always on the run is seldom met by a walk through /proc. */
    kids_wait_for(count_with(word) >= (g_str_equal(kind, "refork") ? 1 : 2));
    g_assert_true(dcc_launcher_terminate(launcher, "a", 300, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(count_with(word), ==, 0);
    assert_no_children();
}

/* One that is new each few milliseconds is met or missed by chance, so many times. */
static void
test_refork_often(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    g_autofree char *word = g_strdup_printf("DCC_TREE_TEST=%d-often", (int)getpid());
    const char *envp[] = {word, NULL};
    const char *argv[] = {fake, "--no-agent", "--lifetime=60", "--tree=refork", NULL};

    for (int i = 0; i < 20; i++) {
        g_autoptr(GError) error = NULL;

        dcc_launcher_launch(launcher, "a", argv, envp, NULL, &error);
        g_assert_no_error(error);
        kids_wait_for(count_with(word) >= 1);
        g_usleep(10000);
        g_assert_true(dcc_launcher_kill(launcher, "a", &error));
        g_assert_no_error(error);
        g_assert_cmpuint(count_with(word), ==, 0);
    }
}

/* Asked, it keeps its name until what it has left behind was killed, also when it has ended itself;
 * the three steps may be taken again. */
static void
test_steps(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    g_autofree char *word = g_strdup_printf("DCC_TREE_TEST=%d-steps", (int)getpid());
    const char *envp[] = {word, NULL};
    const char *argv[] = {"/bin/sh", "-c", "setsid sleep 60 & sleep 60", NULL};
    const char *again[] = {hands, "wait", NULL};
    g_autoptr(GError) error = NULL;

    g_assert_false(dcc_launcher_ask_to_end(launcher, "a", &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_true(dcc_launcher_wait_for(launcher, "a", -1));
    g_assert_cmpint(dcc_launcher_launch(launcher, "a", argv, envp, NULL, &error), >, 0);
    g_assert_no_error(error);
    kids_wait_for(count_with(word) >= 3);
    g_assert_false(dcc_launcher_wait_for(launcher, "a", 0));
    g_assert_true(dcc_launcher_ask_to_end(launcher, "a", &error));
    g_assert_true(dcc_launcher_wait_for(launcher, "a", 20000));
    g_assert_true(dcc_launcher_ask_to_end(launcher, "a", &error));
    g_assert_cmpint(dcc_launcher_pid_of(launcher, "a"), ==, 0);
    g_assert_cmpuint(count_with(word), >=, 1);
    g_assert_cmpint(dcc_launcher_launch(launcher, "a", again, NULL, NULL, &error), ==, 0);
    g_assert_error(error, DCC_ERROR, DCC_ERROR_BUSY);
    g_clear_error(&error);
    g_assert_true(dcc_launcher_kill_within(launcher, "a", 10000, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(count_with(word), ==, 0);
    g_assert_false(dcc_launcher_kill_within(launcher, "a", 10000, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
    g_assert_cmpuint(dcc_launcher_get_restart_count(launcher, "a"), ==, 0);
    launch_hands(launcher, "a", "wait", NULL);
    g_assert_cmpuint(dcc_launcher_get_restart_count(launcher, "a"), ==, 0);
    g_assert_true(dcc_launcher_kill(launcher, "a", NULL));
}

#define N_DISGUISED 20

/* How many of those whose numbers stand in the file live. */
static guint
count_alive(const char *pids_file)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) pids = NULL;
    guint n = 0;

    if (!g_file_get_contents(pids_file, &text, NULL, NULL))
        return 0;
    pids = g_strsplit(g_strstrip(text), "\n", -1);
    for (guint i = 0; pids[i] != NULL; i++) {
        g_autofree char *path = g_strdup_printf("/proc/%s/stat", pids[i]);
        g_autofree char *stat = NULL;

        n += g_file_get_contents(path, &stat, NULL, NULL) && strstr(stat, ") Z ") == NULL &&
             strstr(stat, ") X ") == NULL;
    }
    return n;
}

/* Another environment and another session, but their parent lives: they are found when it is
 * killed, before they are handed on, and waited for after that. */
static void
test_disguised(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    g_autofree char *dir = g_dir_make_tmp("dcc-launcher-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(dir, "pids", NULL);
    g_autofree char *script =
        g_strdup_printf("i=0; while [ $i -lt %d ]; do i=$((i + 1)); "
                        "env -i setsid sh -c 'echo $$ >>%s; exec sleep 60' & done; trap '' TERM; "
                        "while :; do sleep 1; done",
                        N_DISGUISED,
                        file);
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    g_autoptr(GError) error = NULL;

    launch(launcher, "a", argv);
    kids_wait_for(count_alive(file) == N_DISGUISED);
    g_assert_true(dcc_launcher_kill(launcher, "a", &error));
    g_assert_no_error(error);
    g_assert_cmpuint(count_alive(file), ==, 0);
    unlink(file);
    rmdir(dir);
}

/* A child of another name, and what it has started, is nobody's business. */
static void
test_neighbours(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    g_autofree char *word = g_strdup_printf("DCC_TREE_TEST=%d-next", (int)getpid());
    const char *envp[] = {word, NULL};
    const char *argv[] = {"/bin/sh", "-c", "setsid sleep 60 & sleep 60", NULL};

    for (int i = 0; i < 10; i++) {
        g_autofree char *name = g_strdup_printf("%d", i);

        g_assert_cmpint(dcc_launcher_launch(launcher, name, argv, envp, NULL, NULL), >, 0);
    }
    kids_wait_for(count_with(word) == 30);
    for (int i = 9; i >= 0; i--) {
        g_autofree char *name = g_strdup_printf("%d", i);

        g_assert_true(dcc_launcher_kill(launcher, name, NULL));
        g_assert_cmpuint(count_with(word), ==, 3 * i);
    }
}

/* Main process, daemons, stopped ones, runaways: all of them ignore SIGTERM. */
static void
test_bad_tree(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    g_autofree char *word = g_strdup_printf("DCC_TREE_TEST=%d-bad", (int)getpid());
    const char *envp[] = {word, NULL};
    /* It talks, and stdout is the test's report. */
    g_autofree char *script = g_strdup_printf("exec '%s' tree 2 >/dev/null", hands);
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    g_autoptr(GError) error = NULL;

    dcc_launcher_launch(launcher, "a", argv, envp, NULL, &error);
    g_assert_no_error(error);
    kids_wait_for(count_with(word) >= 6);
    g_assert_true(dcc_launcher_kill(launcher, "a", &error));
    g_assert_no_error(error);
    g_assert_cmpuint(count_with(word), ==, 0);
}

static void
test_stopped(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    gint64 began;

    launch_hands(launcher, "a", "stop", NULL);
    began = g_get_monotonic_time();
    g_assert_true(dcc_launcher_terminate(launcher, "a", 20000, NULL));
    g_assert_cmpint(g_get_monotonic_time() - began, <, 10 * G_USEC_PER_SEC);
}

/* Another child of this process is nobody's business, its wait status not either. */
static void
test_others(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    DccChild mine = kids_start(hands, "exit", "5");
    int status = 0;

    launch_hands(launcher, "a", "exit", "0");
    kids_wait_for(dcc_launcher_get_running_count(launcher) == 0);
    kids_wait_for_end(&mine);
    g_assert_cmpint(waitpid(mine.pid, &status, 0), ==, mine.pid);
    g_assert_cmpint(WEXITSTATUS(status), ==, 5);
    close(mine.process);
}

/* The launcher goes, the child lives, and is no zombie when it ends. */
static void
test_outlived(void)
{
    DccLauncher *launcher = dcc_launcher_new();
    gint64 pid = launch_hands(launcher, "a", "wait", NULL);

    g_object_unref(launcher);
    g_assert_cmpint(kill((pid_t)pid, SIGKILL), ==, 0);
    kids_wait_for(kill((pid_t)pid, 0) != 0);
    assert_no_children();
}

static gpointer
launch_and_kill(gpointer data)
{
    for (int i = 0; i < 20; i++) {
        g_autofree char *name = g_strdup_printf("%p-%d", (void *)g_thread_self(), i);
        g_autoptr(GError) error = NULL;

        launch_hands(data, name, i % 2 ? "wait" : "exit", i % 2 ? NULL : "0");
        if (!dcc_launcher_kill(data, name, &error))
            g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
    }
    return NULL;
}

static void
test_threads(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    GThread *threads[4];

    for (int i = 0; i < 4; i++)
        threads[i] = g_thread_new("launch", launch_and_kill, launcher);
    for (int i = 0; i < 4; i++)
        g_thread_join(threads[i]);
    kids_wait_for(dcc_launcher_get_running_count(launcher) == 0);
    assert_no_children();
}

/* With a watcher beside it every end has its code, whoever was first. */
static void
test_watched(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    g_autoptr(DccWatcher) watcher = dcc_watcher_new();
    guint ends = 0;

    dcc_watcher_start(watcher, NULL);
    for (int i = 0; i < 300; i++) {
        g_autofree char *code = g_strdup_printf("%d", i % 100 + 1);
        gint64 pid = launch_hands(launcher, "a", "exit", code);
        gboolean told = FALSE;

        g_assert_cmpuint(dcc_watcher_track(watcher, pid, NULL), >, 0);
        while (!told) {
            gsize length = 0;
            g_autofree guint8 *bytes = NULL;

            g_assert_true(dcc_watcher_wait(watcher, 20000));
            bytes = dcc_watcher_drain(watcher, &length);
            g_assert_cmpuint(length, ==, sizeof(DccWatchEvent));
            g_assert_cmpint(((DccWatchEvent *)bytes)->exit_code, ==, i % 100 + 1);
            ends++;
            told = TRUE;
        }
    }
    g_assert_cmpuint(ends, ==, 300);
    g_assert_cmpuint(dcc_launcher_get_restart_count(launcher, "a"), ==, 299);
    g_assert_cmpuint(dcc_launcher_get_running_count(launcher), ==, 0);
    assert_no_children();
}

static void
test_fork(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    int status = 0;
    pid_t copy;

    launch_hands(launcher, "a", "wait", NULL);
    copy = fork();
    if (copy == 0) {
        const char *argv[] = {hands, "exit", "0", NULL};
        gboolean inert = dcc_launcher_pid_of(launcher, "a") == 0 &&
                         dcc_launcher_get_running_count(launcher) == 0 &&
                         !dcc_launcher_kill(launcher, "a", NULL) &&
                         dcc_launcher_launch(launcher, "b", argv, NULL, NULL, NULL) == 0;
        DccLauncher *own = dcc_launcher_new();

        /* One of its own works. */
        inert = inert && dcc_launcher_launch(own, "b", argv, NULL, NULL, NULL) > 0;
        g_object_unref(launcher);
        _exit(inert ? 0 : 1);
    }
    waitpid(copy, &status, 0);
    g_assert_cmpint(status, ==, 0);
    g_assert_cmpuint(dcc_launcher_get_running_count(launcher), ==, 1);
    g_assert_true(dcc_launcher_kill(launcher, "a", NULL));
}

int
main(int argc, char **argv)
{
    static const char *const kinds[] = {
        "ignore-term", "double-fork", "setsid", "stopped", "refork"};

    g_test_init(&argc, &argv, NULL);
    hands = argv[argc - 2];
    fake = argv[argc - 1];
    g_test_add_func("/process/launcher/life", test_life);
    g_test_add_func("/process/launcher/bad-launches", test_bad_launches);
    g_test_add_func("/process/launcher/bytes", test_bytes);
    g_test_add_func("/process/launcher/restart-count", test_restart_count);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *path = g_strdup_printf("/process/launcher/tree/%s", kinds[i]);

        g_test_add_data_func(path, kinds[i], test_tree);
    }
    g_test_add_func("/process/launcher/refork-often", test_refork_often);
    g_test_add_func("/process/launcher/steps", test_steps);
    g_test_add_func("/process/launcher/disguised", test_disguised);
    g_test_add_func("/process/launcher/neighbours", test_neighbours);
    g_test_add_func("/process/launcher/bad-tree", test_bad_tree);
    g_test_add_func("/process/launcher/stopped", test_stopped);
    g_test_add_func("/process/launcher/others", test_others);
    g_test_add_func("/process/launcher/outlived", test_outlived);
    g_test_add_func("/process/launcher/threads", test_threads);
    g_test_add_func("/process/launcher/watched", test_watched);
    g_test_add_func("/process/launcher/fork", test_fork);
    return g_test_run();
}
