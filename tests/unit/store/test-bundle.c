/* Evidence is whole or not there, secrets are redacted, limits hold, and work goes last. */
#include "dcc-bundle.h"
#include "dcc-redact.h"
#include "dcc-resource-ring.h"
#include "dcc-test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <utime.h>

#define SECOND 1000000
#define MIB    (1024 * 1024)

typedef struct {
    DccTestWorld *world;
    char *crashes, *rescue;
} Shelf;

static Shelf
shelf_new(void)
{
    Shelf self = {.world = dcc_test_world_new()};

    self.crashes = dcc_test_world_build_path(self.world, "crashes");
    self.rescue = dcc_test_world_build_path(self.world, "rescue");
    g_assert_true(dcc_safe_dir_make(self.rescue, NULL));
    return self;
}

static void
shelf_clear(Shelf *self)
{
    g_free(self->crashes);
    g_free(self->rescue);
    dcc_test_world_free(self->world);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Shelf, shelf_clear)

static char *
put(Shelf *self, const char *name, gsize size, gint64 age)
{
    g_autofree char *content = g_malloc0(size + 1);
    char *path = g_build_filename(self->rescue, name, NULL);
    struct utimbuf times = {1000000000 + age, 1000000000 + age};

    g_assert_true(g_file_set_contents(path, content, (gssize)size, NULL));
    g_assert_cmpint(g_utime(path, &times), ==, 0);
    return path;
}

/* One crash: a log, a report, and a scene of work_size. */
static char *
add(Shelf *self, guint n, gsize report_size, gsize work_size)
{
    g_autofree char *life = g_strdup_printf("0000000%u", n);
    g_autofree char *report_name = g_strdup_printf("%s-it.crash.txt", life);
    g_autofree char *work_name = g_strdup_printf("%s-it_rescue.blend", life);
    g_autofree char *report = put(self, report_name, report_size, n);
    g_autofree char *work = put(self, work_name, work_size, n);
    g_autofree char *death = g_strdup_printf(
        "{\"version\":1,\"name\":\"it\",\"incarnation\":\"%s\",\"result\":{\"kind\":\"lost\"}}",
        life);
    g_autoptr(DccBundle) bundle = dcc_bundle_new(self->crashes, NULL);

    g_assert_nonnull(bundle);
    g_assert_true(dcc_bundle_write(bundle, DCC_BUNDLE_DEATH, death, -1));
    g_assert_true(dcc_bundle_add_file(bundle, "it.crash.txt", report));
    return dcc_bundle_seal(bundle, (gint64)n * SECOND, life);
}

static gboolean
is_there(Shelf *self, const char *name)
{
    g_autofree char *path = g_build_filename(self->rescue, name, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void
test_private(void)
{
    g_auto(Shelf) shelf = shelf_new();
    g_autofree char *path = add(&shelf, 1, 100, 100);
    g_autofree char *name = g_path_get_basename(path);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *entry;
    struct stat st;
    guint n = 0;

    g_assert_cmpstr(name, ==, "19700101-000001-000-00000001");
    g_assert_cmpint(g_stat(path, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 07777, ==, 0700);
    for (; (entry = g_dir_read_name(dir)) != NULL; n++) {
        g_autofree char *file = g_build_filename(path, entry, NULL);

        g_assert_cmpint(g_stat(file, &st), ==, 0);
        g_assert_cmpuint(st.st_mode & 07777, ==, 0600);
    }
    g_assert_cmpuint(n, ==, 2);
}

static void
test_half_made_is_nothing(void)
{
    g_auto(Shelf) shelf = shelf_new();
    DccBundle *bundle = dcc_bundle_new(shelf.crashes, NULL);
    g_autoptr(GPtrArray) names = NULL;
    g_autoptr(GDir) dir = NULL;

    g_assert_true(dcc_bundle_write(bundle, DCC_BUNDLE_DEATH, "{}", -1));
    names = dcc_bundle_list(shelf.crashes);
    g_assert_cmpuint(names->len, ==, 0);
    dcc_bundle_free(bundle);
    dir = g_dir_open(shelf.crashes, 0, NULL);
    g_assert_null(g_dir_read_name(dir));
}

static void
test_count(void)
{
    g_auto(Shelf) shelf = shelf_new();
    g_autoptr(GPtrArray) names = NULL;

    for (guint i = 1; i <= 5; i++)
        g_free(add(&shelf, i, 100, 100));
    dcc_bundle_trim(shelf.crashes, shelf.rescue, 2, MIB, NULL);
    names = dcc_bundle_list(shelf.crashes);
    g_assert_cmpuint(names->len, ==, 2);
    g_assert_true(g_str_has_suffix(names->pdata[0], "00000004"));
    /* The reports of those that went are gone under both names, their work is not. */
    g_assert_false(is_there(&shelf, "00000003-it.crash.txt"));
    g_assert_true(is_there(&shelf, "00000004-it.crash.txt"));
    for (guint i = 1; i <= 5; i++) {
        g_autofree char *work = g_strdup_printf("0000000%u-it_rescue.blend", i);

        g_assert_true(is_there(&shelf, work));
    }
}

/* Evidence goes first, then the oldest work; never that of the newest, nor what somebody is about
 * to go on from, nor what a stop saved. */
static void
test_size(void)
{
    g_auto(Shelf) shelf = shelf_new();
    g_autofree char *stop = put(&shelf, "shot-20261124-032409-389.blend", 2 * MIB, 0);
    g_autofree char *keep = g_build_filename(shelf.rescue, "00000001-it_rescue.blend", NULL);
    g_autoptr(GPtrArray) names = NULL;

    for (guint i = 1; i <= 4; i++)
        g_free(add(&shelf, i, MIB, MIB));
    dcc_bundle_trim(shelf.crashes, shelf.rescue, 10, 5 * MIB + MIB / 2, keep);
    names = dcc_bundle_list(shelf.crashes);
    g_assert_cmpuint(names->len, ==, 1);
    for (guint i = 1; i <= 4; i++) {
        g_autofree char *work = g_strdup_printf("0000000%u-it_rescue.blend", i);

        g_assert_true(is_there(&shelf, work));
    }
    dcc_bundle_trim(shelf.crashes, shelf.rescue, 10, MIB, keep);
    g_assert_true(is_there(&shelf, "00000001-it_rescue.blend"));
    g_assert_false(is_there(&shelf, "00000002-it_rescue.blend"));
    g_assert_false(is_there(&shelf, "00000003-it_rescue.blend"));
    g_assert_true(is_there(&shelf, "00000004-it_rescue.blend"));
    g_assert_true(is_there(&shelf, "00000004-it.crash.txt"));
    g_assert_true(g_file_test(stop, G_FILE_TEST_EXISTS));
}

static void
test_newest_that_can_be_read(void)
{
    g_auto(Shelf) shelf = shelf_new();
    g_autofree char *first = add(&shelf, 1, 1, 1), *second = add(&shelf, 2, 1, 1);
    g_autofree char *death_path = g_build_filename(second, DCC_BUNDLE_DEATH, NULL);
    g_autoptr(JsonObject) death = dcc_death_read_newest(shelf.crashes);
    g_autoptr(JsonObject) older = NULL;

    g_assert_cmpstr(json_object_get_string_member(death, "incarnation"), ==, "00000002");
    g_assert_cmpstr(json_object_get_string_member(death, "bundle"), ==, second);
    g_assert_true(g_file_set_contents(death_path, "{\"version\":1,", -1, NULL));
    older = dcc_death_read_newest(shelf.crashes);
    g_assert_cmpstr(json_object_get_string_member(older, "bundle"), ==, first);
}

/* The clock is set back after three crashes: the fourth is the newest all the same, and what has to go is
 * what was there first. */
static void
test_clock_set_back(void)
{
    g_auto(Shelf) shelf = shelf_new();
    g_autofree char *first = add(&shelf, 7, 1, 1), *second = add(&shelf, 8, 1, 1);
    g_autofree char *third = add(&shelf, 9, 1, 1), *fourth = add(&shelf, 1, 1, 1);
    g_autofree char *name = g_path_get_basename(fourth);
    g_autoptr(JsonObject) death = dcc_death_read_newest(shelf.crashes);

    g_assert_cmpstr(json_object_get_string_member(death, "incarnation"), ==, "00000001");
    g_assert_cmpstr(name, ==, "19700101-000009-001-00000001");
    dcc_bundle_trim(shelf.crashes, shelf.rescue, 2, G_MAXUINT64, NULL);
    g_assert_false(g_file_test(first, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(second, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(third, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(fourth, G_FILE_TEST_EXISTS));
}

static void
test_redaction(void)
{
    static const struct {
        const char *given, *shown;
    } cases[] = {
        {"HOME=/home/ada", "HOME=/home/ada"},
        {"DCCHOST_AGENT_TOKEN=abc", "DCCHOST_AGENT_TOKEN=***"},
        {"github_token=abc", "github_token=***"},
        {"DB_PASSWORD=a=b", "DB_PASSWORD=***"},
        {"AWS_SECRET_ACCESS_KEY=x", "AWS_SECRET_ACCESS_KEY=***"},
        {"MYSQL_PWD=x", "MYSQL_PWD=***"},
        {"PWD=/work", "PWD=/work"},
        {"SSH_AUTH_SOCK=/tmp/s", "SSH_AUTH_SOCK=***"},
        {"API_KEY=", "API_KEY="},
        {"REPO=svn://u:p@git.example/x", "REPO=svn://***@git.example/x"},
        {"REPO=svn://u:p@ss@git.example/x@y", "REPO=svn://***@git.example/x@y"},
        {"LIST=ftp://a@h/ svn://b:c@h", "LIST=ftp://***@h/ svn://***@h"},
        {"MAIL=ada@example.org", "MAIL=ada@example.org"},
        {"URL=svn://example.org/a@b", "URL=svn://example.org/a@b"},
        {"ODD", "ODD"},
        {"EMPTY=", "EMPTY="},
        {"BYTES=\xff://\xfe@h", "BYTES=\xff://***@h"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = dcc_redact_variable(cases[i].given);

        g_assert_cmpstr(shown, ==, cases[i].shown);
    }
}

static void
test_curve(void)
{
    g_autoptr(DccResourceRing) ring = dcc_resource_ring_new();
    g_autofree char *empty = dcc_resource_ring_to_text(ring);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    DccTreeSample nobody = {0};

    dcc_resource_ring_add(ring, &nobody, 0, 0);
    g_assert_cmpuint(dcc_resource_ring_get_length(ring), ==, 0);
    g_assert_cmpstr(empty, ==, "time\tcpu_percent\trss_bytes\tio_bytes_per_s\tprocesses\n");
    for (gint64 i = 0; i < 1000; i++) {
        DccTreeSample sample = {.valid = TRUE,
                                .cpu_us = i * SECOND / 2,
                                .rss_bytes = 4096 + i,
                                .io_bytes = i == 999 ? -1 : i * 20,
                                .n_processes = 3};

        dcc_resource_ring_add(ring, &sample, i * 2 * SECOND, i * 2 * SECOND);
    }
    text = dcc_resource_ring_to_text(ring);
    lines = g_strsplit(text, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, DCC_RESOURCE_RING_SIZE + 2);
    g_assert_cmpstr(lines[1], ==, "1970-01-01T00:31:12.000Z\t-\t5032\t-\t3");
    g_assert_cmpstr(lines[2], ==, "1970-01-01T00:31:14.000Z\t25.0\t5033\t10\t3");
    g_assert_cmpstr(
        lines[DCC_RESOURCE_RING_SIZE], ==, "1970-01-01T00:33:18.000Z\t25.0\t5095\t-\t3");
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/bundle/private", test_private);
    g_test_add_func("/bundle/half-made", test_half_made_is_nothing);
    g_test_add_func("/bundle/count", test_count);
    g_test_add_func("/bundle/size", test_size);
    g_test_add_func("/bundle/newest", test_newest_that_can_be_read);
    g_test_add_func("/bundle/clock-set-back", test_clock_set_back);
    g_test_add_func("/bundle/redaction", test_redaction);
    g_test_add_func("/bundle/curve", test_curve);
    return g_test_run();
}
