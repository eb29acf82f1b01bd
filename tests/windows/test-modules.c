/* Adapters as DLLs: three of ours are loaded, and others refused with the reason. The argument: where all of them lie. */
#include "dcchost.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *build;
static char *place;

/* (transfer full): a copy, so that nothing of the build is in use; its drive is named. */
static char *
copy(const char *from, const char *name)
{
    g_autofree char *source = g_strconcat(build, "/", from, NULL);
    char *path = g_strconcat(place, "/", name, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize length;

    g_file_get_contents(source, &bytes, &length, &error);
    g_assert_no_error(error);
    g_file_set_contents(path, bytes, (gssize)length, &error);
    g_assert_no_error(error);
    return path;
}

static char *
try_to_load(const char *path)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    DccAdapter *adapter;
    g_autoptr(GError) error = NULL;

    adapter = dcc_adapter_registry_load_file(registry, path, &error);
    if (adapter != NULL)
        return g_strdup("loaded");
    g_assert_true(g_str_has_prefix(error->message, "module file"));
    return g_strdup(error->message);
}

static void
test_ours(void)
{
    static const char *const names[] = {"blender", "maya", "houdini"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *from = g_strdup_printf("adapters/%s/dcchost-%s.dll", names[i], names[i]);
        g_autofree char *name = g_strdup_printf("dcchost-%s.dll", names[i]);
        g_autofree char *path = copy(from, name);
        g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
        DccAdapter *adapter;
        g_autoptr(DccConformance) suite = NULL;
        g_autoptr(GListModel) rows = NULL;
        g_autoptr(GError) error = NULL;

        adapter = dcc_adapter_registry_load_file(registry, path, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(dcc_adapter_get_id(adapter), ==, names[i]);
        suite = dcc_conformance_new(adapter);
        rows = dcc_conformance_run(suite);
        g_assert_cmpuint(g_list_model_get_n_items(rows), >, 10);
        for (guint n = 0; n < g_list_model_get_n_items(rows); n++) {
            g_autoptr(DccConformanceRow) row = g_list_model_get_item(rows, n);

            g_test_message(
                "%s %s", dcc_conformance_row_get_question(row), dcc_conformance_row_get_seen(row));
            /* How long it takes says more of the machine that plays Windows. */
            if (dcc_conformance_row_get_reason(row) != NULL)
                g_assert_nonnull(strstr(dcc_conformance_row_get_reason(row), "is slow"));
        }
    }
}

static void
test_refused(void)
{
    static const struct {
        const char *from, *words;
    } rows[] = {
        {"magic", "none of ours"},
        {"major", "rebuild it"},
        {"minor", "update dcchost"},
        {"small", "rebuild it"},
        {"nosymbol", "has no symbol"},
        {"noadapter", "no DccAdapter"},
        {"liar", "says it is the adapter 'honest'"},
        {"nothing", "without id"},
        {"sound", "loaded"},
        {"other", "loaded"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *from = g_strdup_printf("tests/modules/dcchost-%s.dll", rows[i].from);
        g_autofree char *name = g_strdup_printf("dcchost-%s.dll", rows[i].from);
        g_autofree char *path = copy(from, name);
        g_autofree char *said = try_to_load(path);

        g_test_message("%s", said);
        g_assert_nonnull(strstr(said, rows[i].words));
    }
}

/* The sound one, changed in one place. */
static char *
damage(const char *name, gsize at, const char *bytes, gsize n, gsize length_of_all)
{
    g_autofree char *source = g_strconcat(build, "/tests/modules/dcchost-sound.dll", NULL);
    g_autofree char *path = g_strconcat(place, "/", name, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *all = NULL;
    gsize length;

    g_file_get_contents(source, &all, &length, &error);
    g_assert_no_error(error);
    memcpy(all + at, bytes, n);
    g_file_set_contents(path, all, (gssize)MIN(length, length_of_all), &error);
    g_assert_no_error(error);
    return try_to_load(path);
}

static void
test_damaged(void)
{
    g_autofree char *empty = damage("dcchost-one.dll", 0, "", 0, 0);
    g_autofree char *short_one = damage("dcchost-two.dll", 0, "", 0, 5000);
    g_autofree char *text = damage("dcchost-three.dll", 0, "#!", 2, G_MAXSIZE);
    g_autofree char *program = g_strconcat(place, "/dcchost-.dll", NULL);
    g_autofree char *unnamed = try_to_load(program);
    g_autofree char *relative = try_to_load("dcchost-sound.dll");
    g_autofree char *missing_path = g_strconcat(place, "/dcchost-missing.dll", NULL);
    g_autofree char *missing = try_to_load(missing_path);

    g_assert_nonnull(strstr(empty, "is empty"));
    g_assert_nonnull(strstr(short_one, "cut off"));
    g_assert_nonnull(strstr(text, "is no DLL"));
    g_assert_nonnull(strstr(unnamed, "dcchost-<id>.dll"));
    g_assert_nonnull(strstr(relative, "not absolute"));
    g_assert_nonnull(strstr(missing, "cannot be reached"));
}

/* One for 32 bits: the machine in its header is another. */
static void
test_of_another_machine(void)
{
    g_autofree char *source = g_strconcat(build, "/tests/modules/dcchost-sound.dll", NULL);
    g_autofree char *all = NULL, *said = NULL;
    guint32 at;

    g_assert_true(g_file_get_contents(source, &all, NULL, NULL));
    memcpy(&at, all + 0x3c, sizeof at);
    said = damage("dcchost-four.dll", at + 4, "\x4c\x01", 2, G_MAXSIZE);
    g_assert_nonnull(strstr(said, "is built for 32 bits"));
}

/* A DLL that it needs is missing: the name in its imports is changed. */
static void
test_missing_dll(void)
{
    g_autofree char *source = g_strconcat(build, "/tests/modules/dcchost-sound.dll", NULL);
    g_autofree char *all = NULL, *said = NULL;
    gsize length, at = 0;

    g_assert_true(g_file_get_contents(source, &all, &length, NULL));
    while (at + 17 < length && g_ascii_strncasecmp(all + at, "gobject-2.0-0.dll", 17) != 0)
        at++;
    g_assert_cmpuint(at + 17, <, length);
    said = damage("dcchost-five.dll", at, "nosuch", 6, G_MAXSIZE);
    g_test_message("%s", said);
    g_assert_nonnull(strstr(said, "cannot be loaded"));
}

static void
clean(void)
{
    g_autoptr(GDir) dir = g_dir_open(place, 0, NULL);
    const char *name;

    /* What is loaded cannot be removed here: the rest is. */
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_strconcat(place, "/", name, NULL);

        g_unlink(path);
    }
}

int
main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 2);
    build = argv[1];
    place = g_strdelimit(g_dir_make_tmp("dcc-XXXXXX", NULL), "\\", '/');
    g_test_add_func("/modules/missing-dll", test_missing_dll);
    g_test_add_func("/modules/ours", test_ours);
    g_test_add_func("/modules/refused", test_refused);
    g_test_add_func("/modules/damaged", test_damaged);
    g_test_add_func("/modules/of-another-machine", test_of_another_machine);
    status = g_test_run();
    clean();
    return status;
}
