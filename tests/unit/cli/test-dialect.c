/* The words of each engine, cell by cell. */
#include "cli-dialect.h"
#include "dcc-test.h"

typedef struct {
    const char *name;
    const char *progress, *status, *failure, *frame, *image; /* NULL: no line */
    gboolean comment;
} Row;

static const Row rows[] = {
    {"plain", NULL, NULL, NULL, NULL, NULL, FALSE},
    {"slurm", NULL, NULL, NULL, NULL, NULL, TRUE},
    {"opencue", NULL, NULL, NULL, NULL, NULL, FALSE},
    {"openjd",
     "openjd_progress: 42.6",
     "openjd_status: works",
     "openjd_fail: works",
     NULL,
     NULL,
     FALSE},
    {"afanasy",
     "PROGRESS: 42%",
     NULL,
     "[ PARSER ERROR ] works",
     "FRAME: -7",
     "@IMAGE@/a b.png",
     FALSE},
    {"alf", "ALF_PROGRESS 42%", NULL, NULL, NULL, NULL, FALSE},
};

static void
test_row(gconstpointer data)
{
    const Row *row = data;
    const CliDialect *dialect = cli_dialect_find(row->name, NULL);
    g_autofree char *progress = cli_dialect_say_progress(dialect, 42.6);
    g_autofree char *status = cli_dialect_say_status(dialect, "works");
    g_autofree char *failure = cli_dialect_say_failure(dialect, "works");
    g_autofree char *frame = cli_dialect_say_frame(dialect, -7);
    g_autofree char *image = cli_dialect_say_image(dialect, "/a b.png");

    g_assert_cmpstr(cli_dialect_get_name(dialect), ==, row->name);
    g_assert_cmpstr(progress, ==, row->progress);
    g_assert_cmpstr(status, ==, row->status);
    g_assert_cmpstr(failure, ==, row->failure);
    g_assert_cmpstr(frame, ==, row->frame);
    g_assert_cmpstr(image, ==, row->image);
    g_assert_cmpint(cli_dialect_has_comment(dialect), ==, row->comment);
}

/* The test has a row for each. */
static void
test_all(void)
{
    g_autofree char *list = cli_dialect_list();
    g_auto(GStrv) names = g_strsplit(list, "|", -1);

    g_assert_cmpuint(g_strv_length(names), ==, G_N_ELEMENTS(rows));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(names[i], ==, rows[i].name);
}

static void
test_unknown(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(cli_dialect_find(NULL, &error));
    g_assert_no_error(error);
    g_assert_null(cli_dialect_find("klingon", &error));
    g_assert_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
    g_assert_cmpstr(error->message,
                    ==,
                    "--dialect takes plain|slurm|opencue|openjd|afanasy|alf, not 'klingon'");
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/dialect/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    g_test_add_func("/dialect/all", test_all);
    g_test_add_func("/dialect/unknown", test_unknown);
    return g_test_run();
}
