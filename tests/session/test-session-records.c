/* What a dead session left may be damaged in any way: the next one says so or tells the truth. It
 * never crashes, and never touches a process that is not the application. */
#include "dcc-shim-wire.h"
#include "session-rig.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    DccTestWorld *world;
    Rig *rig;
    gint64 pid;
    char *record;
    char *exit;
    char *record_bytes;
    gsize record_size;
    char *exit_bytes;
    gsize exit_size;
    gboolean dead;
} Orphan;

/* An application that runs, and whose session is gone. */
static Orphan *
orphan_new(void)
{
    Orphan *self = g_new0(Orphan, 1);
    g_autofree char *dir = NULL;

    self->world = dcc_test_world_new();
    self->rig = rig_new(self->world, "orphan", "", "restart", "never", NULL);
    rig_start(self->rig);
    rig_wait_state(self->rig, DCC_STATE_RUNNING);
    self->pid = dcc_session_get_pid(self->rig->session);
    rig_drop_session(self->rig);
    dir = g_build_filename(dcc_runtime_get_path(self->rig->runtime), "orphan", NULL);
    self->record = g_build_filename(dir, "record.json", NULL);
    self->exit = g_build_filename(dir, DCC_SHIM_FILE_RECORD, NULL);
    g_file_get_contents(self->record, &self->record_bytes, &self->record_size, NULL);
    g_file_get_contents(self->exit, &self->exit_bytes, &self->exit_size, NULL);
    g_assert_cmpuint(self->record_size, >, 100);
    g_assert_cmpuint(self->exit_size, ==, DCC_SHIM_RECORD_BYTES);
    return self;
}

static void
put(const char *path, const void *bytes, gsize size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, bytes, size), ==, (gssize)size);
    close(fd);
}

static gboolean
is_alive(gint64 pid)
{
    return kill((pid_t)pid, 0) == 0;
}

static void
orphan_end(Orphan *self)
{
    g_assert_true(is_alive(self->pid));
    g_remove(self->record);
    put(self->record, self->record_bytes, self->record_size);
    put(self->exit, self->exit_bytes, self->exit_size);
    rig_adopt(self->rig);
    dcc_session_kill(self->rig->session);
    rig_wait_end(self->rig);
}

static void
orphan_free(Orphan *self)
{
    if (!self->dead)
        orphan_end(self);
    rig_free(self->rig);
    dcc_test_world_free(self->world);
    g_free(self->record);
    g_free(self->exit);
    g_free(self->record_bytes);
    g_free(self->exit_bytes);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Orphan, orphan_free)

/* All who would read the records. An adoption is dropped again at once. */
static void
ask_all(Orphan *self)
{
    g_autoptr(GError) status_error = NULL;
    g_autoptr(GError) adopt_error = NULL;
    g_autoptr(JsonObject) status =
        dcc_instance_get_status(self->rig->runtime, "orphan", &status_error);
    DccSession *session =
        dcc_session_adopt(self->rig->registry, self->rig->runtime, "orphan", &adopt_error);

    g_assert_true((status == NULL) == (status_error != NULL));
    g_assert_true((session == NULL) == (adopt_error != NULL));
    if (adopt_error != NULL)
        g_assert_cmpuint(strlen(adopt_error->message), >, 10);
    for (guint i = 0; session != NULL && i < 2; i++)
        dcc_test_turn_once();
    g_clear_object(&session);
    g_assert_true(is_alive(self->pid));
}

static void
ask_with_record(Orphan *self, const void *bytes, gsize size)
{
    put(self->exit, self->exit_bytes, self->exit_size);
    put(self->record, bytes, size);
    ask_all(self);
}

static void
test_record_truncated(void)
{
    g_autoptr(Orphan) orphan = orphan_new();

    for (gsize size = 0; size < orphan->record_size; size += 64)
        ask_with_record(orphan, orphan->record_bytes, size);
}

static void
test_record_flipped(void)
{
    g_autoptr(Orphan) orphan = orphan_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);

    for (guint i = 0; i < 200; i++) {
        g_autofree char *bytes = g_memdup2(orphan->record_bytes, orphan->record_size);
        gint32 at = g_rand_int_range(rand, 0, (gint32)orphan->record_size);

        bytes[at] = (char)(bytes[at] ^ (1 << g_rand_int_range(rand, 0, 8)));
        g_test_message("flip %u at %d", i, at);
        ask_with_record(orphan, bytes, orphan->record_size);
    }
}

static const struct {
    const char *name;
    const char *text;
} wholes[] = {
    {"no-object", "[]"},
    {"empty-object", "{}"},
    {"status-only", "{\"record_version\":1,\"status\":{}}"},
    {"request-list", "{\"record_version\":1,\"status\":{},\"request\":[]}"},
    {"no-app", "{\"record_version\":1,\"status\":{},\"request\":{}}"},
    {"other-app", "{\"record_version\":1,\"status\":{},\"request\":{\"app\":\"nosuch\"}}"},
    {"future", "{\"record_version\":999,\"status\":{},\"request\":{\"app\":\"fake\"}}"},
    {"bare", "{\"record_version\":1,\"status\":{},\"request\":{\"app\":\"fake\"}}"},
    {"numbers",
     "{\"record_version\":1,\"status\":{\"state\":\"running\",\"restart_count\":-5},\"request\":{"
     "\"app\":\"fake\",\"name\":\"orphan\"},\"life_began_wall\":-9223372036854775808,"
     "\"began_wall\":9223372036854775807,\"log_start\":-9223372036854775808}"},
    {"other-numbers",
     "{\"record_version\":1,\"status\":{\"state\":\"running\",\"restart_count\":1e300},\"request\":"
     "{\"app\":\"fake\",\"name\":\"orphan\"},\"life_began_wall\":9223372036854775807,"
     "\"began_wall\":-9223372036854775808,\"log_start\":9223372036854775807}"},
    {"unknown-state",
     "{\"record_version\":1,\"status\":{\"state\":\"dancing\"},\"request\":{\"app\":\"fake\","
     "\"name\":\"orphan\"}}"},
    {"other-directories",
     "{\"record_version\":1,\"status\":{\"state\":\"running\"},\"request\":{\"app\":\"fake\","
     "\"name\":\"orphan\"},\"temp_dir\":\"/\",\"private_dir\":\"/etc\"}"},
};

static void
test_record_whole(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(Orphan) orphan = orphan_new();

    ask_with_record(orphan, wholes[i].text, strlen(wholes[i].text));
}

static void
test_record_nul(void)
{
    g_autoptr(Orphan) orphan = orphan_new();
    g_autofree char *bytes = g_malloc0(orphan->record_size);

    ask_with_record(orphan, bytes, orphan->record_size);
    memcpy(bytes, orphan->record_bytes, orphan->record_size / 2);
    ask_with_record(orphan, bytes, orphan->record_size);
}

static void
test_record_no_file(void)
{
    g_autoptr(Orphan) orphan = orphan_new();
    g_autofree char *elsewhere =
        dcc_test_world_write(orphan->world, "elsewhere", orphan->record_bytes, -1);

    ask_with_record(orphan, "", 0);
    g_assert_cmpint(truncate(orphan->record, 100 * 1024 * 1024), ==, 0);
    ask_all(orphan);
    g_assert_cmpint(g_remove(orphan->record), ==, 0);
    ask_all(orphan);
    g_assert_cmpint(symlink(elsewhere, orphan->record), ==, 0);
    ask_all(orphan); /* it is moved aside, and not followed */
    g_assert_false(g_file_test(orphan->record, G_FILE_TEST_IS_SYMLINK));
    if (geteuid() == 0) {
        put(orphan->record, orphan->record_bytes, orphan->record_size);
        g_assert_cmpint(chown(orphan->record, 65534, 65534), ==, 0);
        ask_all(orphan);
    }
}

static void
ask_with_exit(Orphan *self, const void *bytes, gsize size)
{
    put(self->record, self->record_bytes, self->record_size);
    put(self->exit, bytes, size);
    ask_all(self);
}

static void
test_exit_damaged(void)
{
    g_autoptr(Orphan) orphan = orphan_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(8);

    for (gsize size = 0; size < orphan->exit_size; size += 512)
        ask_with_exit(orphan, orphan->exit_bytes, size);
    for (guint i = 0; i < 60; i++) {
        g_autofree char *bytes = g_memdup2(orphan->exit_bytes, orphan->exit_size);
        gint32 at = g_rand_int_range(rand, 0, sizeof(DccShimSlot)) +
                    g_rand_int_range(rand, 0, 2) * DCC_SHIM_SLOT_BYTES;

        bytes[at] = (char)(bytes[at] ^ (1 << g_rand_int_range(rand, 0, 8)));
        ask_with_exit(orphan, bytes, orphan->exit_size);
    }
}

/* The stranger has the very start time of the one it is taken for, as far as the clock's tick
 * tells; where the kernel has no finer mark, another. */
static void
forge(DccShimId *id, GPid stranger)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", stranger);
    g_autofree char *text = NULL;
    g_auto(GStrv) fields = NULL;
    guint64 ticks;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    fields = g_strsplit(strrchr(text, ')') + 2, " ", 0); /* from the third field on */
    ticks = g_ascii_strtoull(fields[22 - 3], NULL, 10);
    id->pid = stranger;
    id->start_ticks = id->pidfs_inode != 0 ? ticks : ticks - 1;
}

/* Somebody else has the pid by now. */
static void
test_stranger(void)
{
    g_autoptr(Orphan) orphan = orphan_new();
    const char *argv[] = {"sleep", "60", NULL};
    g_autofree char *sealed = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) status = NULL;
    DccSession *session;
    DccShimSlot slot;
    GPid stranger;
    int fd;

    g_spawn_async(NULL,
                  (char **)argv,
                  NULL,
                  G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                  NULL,
                  NULL,
                  &stranger,
                  &error);
    g_assert_no_error(error);
    fd = open(orphan->exit, O_RDWR);
    g_assert_true(dcc_shim_slot_read(fd, &slot));
    kill((pid_t)slot.shim.pid, SIGKILL);
    kill((pid_t)slot.main.pid, SIGKILL);
    dcc_test_wait_for(!is_alive(slot.main.pid) && !is_alive(slot.shim.pid), 5000);
    orphan->dead = TRUE;
    forge(&slot.main, stranger);
    forge(&slot.shim, stranger);
    g_assert_true(dcc_shim_slot_write(fd, &slot));
    close(fd);
    status = dcc_instance_get_status(orphan->rig->runtime, "orphan", NULL);
    g_assert_cmpint(json_object_get_int_member(status, "pid"), !=, stranger);
    session = dcc_session_adopt(orphan->rig->registry, orphan->rig->runtime, "orphan", &error);
    if (session != NULL) {
        dcc_session_kill(session);
        for (guint i = 0; i < 20; i++)
            dcc_test_turn_once();
        g_clear_object(&session);
    }
    g_assert_cmpint(waitpid(stranger, NULL, WNOHANG), ==, 0);
    kill(stranger, SIGKILL);
    waitpid(stranger, NULL, 0);
}

/* The clock was set back by an hour since it was started: it runs as long as it runs. */
static void
test_clock_set_back(void)
{
    g_autoptr(Orphan) orphan = orphan_new();
    g_autoptr(JsonObject) status = NULL;
    int fd = open(orphan->exit, O_RDWR);
    DccShimSlot slot;
    double uptime_s;

    g_assert_true(dcc_shim_slot_read(fd, &slot));
    slot.started += 3600 * (gint64)G_USEC_PER_SEC;
    g_assert_true(dcc_shim_slot_write(fd, &slot));
    close(fd);
    status = dcc_instance_get_status(orphan->rig->runtime, "orphan", NULL);
    g_assert_cmpint(json_object_get_int_member(status, "pid"), ==, slot.main.pid);
    uptime_s = json_object_get_double_member(status, "uptime_s");
    g_assert_cmpfloat(uptime_s, >=, 0);
    g_assert_cmpfloat(uptime_s, <, 600);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/records/truncated", test_record_truncated);
    g_test_add_func("/records/flipped", test_record_flipped);
    for (guint i = 0; i < G_N_ELEMENTS(wholes); i++) {
        g_autofree char *path = g_strconcat("/records/whole/", wholes[i].name, NULL);

        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_record_whole);
    }
    g_test_add_func("/records/nul", test_record_nul);
    g_test_add_func("/records/no-file", test_record_no_file);
    g_test_add_func("/records/exit-damaged", test_exit_damaged);
    g_test_add_func("/records/stranger", test_stranger);
    g_test_add_func("/records/clock-set-back", test_clock_set_back);
    return g_test_run();
}
