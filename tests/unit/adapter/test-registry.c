/* The registry: sound modules load beside every broken one, and each broken one has its own reason.
 */
#include "dcc-adapter-record.h"
#include "dcc-adapter-registry.h"
#include "dcc-conformance.h"
#include "dcc-error.h"
#include "module-scratch.h"
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every refusal that needs a module of its own. Each is loaded once in this process: types stay. */
static const struct {
    const char *id;
    const char *reason;
} refusals[] = {
    {"magic", "none of ours"},
    {"major", "is built for adapter interface 2, this dcchost has 1: rebuild it"},
    {"minor", "needs adapter interface 1.3, this dcchost has 1.2: update dcchost"},
    {"small", "has a descriptor of"},
    {"nosymbol", "has no symbol dcc_adapter_module"},
    {"unresolved", "dcc_fixture_nobody_defines_this"},
    {"noadapter", "which is no DccAdapter"},
    {"abstract", "is abstract"},
    {"liar", "says it is the adapter 'honest', its name says 'liar'"},
    {"renamed", "makes an adapter 'somebody-else', its name says 'renamed'"},
    {"nothing", "without id"},
    {"wrongname", "says its type is XwrongnameFixture, but it is SomethingElseFixture"},
    {"twin",
     "defines the type SoundFixture, which another module or the program has defined already"},
};

static void
use_directories(Scratch *s, const char *variable)
{
    g_autofree char *data = scratch_path(s, "data");

    g_setenv("XDG_DATA_HOME", data, TRUE);
    if (variable)
        g_setenv("DCC_ADAPTER_PATH", variable, TRUE);
    else
        g_unsetenv("DCC_ADAPTER_PATH");
}

static DccAdapterRecord *
find_record(GListModel *list, const char *path)
{
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DccAdapterRecord) record = g_list_model_get_item(list, i);

        if (g_strcmp0(dcc_adapter_record_get_path(record), path) == 0)
            return record; /* the list keeps it */
    }
    return NULL;
}

static void
test_refusals(Scratch *s, gconstpointer data)
{
    g_autofree char *directory = scratch_directory(s, "modules");
    g_autofree char *first = scratch_copy("other", directory);
    g_autofree char *last = scratch_copy("sound", directory);
    g_autofree char *fifo = scratch_path(s, "modules/dcchost-fifo.so");
    g_autofree char *upper = scratch_path(s, "modules/dcchost-Upper.so");
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(GListModel) list = NULL;

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    scratch_write(upper, "x", 1);
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++)
        g_free(scratch_copy(refusals[i].id, directory));
    use_directories(s, directory);
    dcc_adapter_registry_load_all(registry);

    g_assert_nonnull(dcc_adapter_registry_lookup(registry, "sound", NULL));
    g_assert_nonnull(dcc_adapter_registry_lookup(registry, "other", NULL));
    list = dcc_adapter_registry_list(registry);
    g_assert_cmpuint(g_list_model_get_n_items(list), ==, G_N_ELEMENTS(refusals) + 4);
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        g_autofree char *path = g_strdup_printf("%s/dcchost-%s.so", directory, refusals[i].id);
        DccAdapterRecord *record = find_record(list, path);
        const char *reason = record ? dcc_adapter_record_get_refusal(record) : NULL;

        if (!reason || !strstr(reason, refusals[i].reason) || !strstr(reason, path))
            g_error("%s: expected '%s', got '%s'", path, refusals[i].reason, reason);
        g_assert_null(dcc_adapter_record_get_adapter(record));
        g_assert_cmpstr(dcc_adapter_record_get_id(record), ==, refusals[i].id);
    }
    g_assert_nonnull(strstr(dcc_adapter_record_get_refusal(find_record(list, fifo)), "regular"));
    g_assert_nonnull(
        strstr(dcc_adapter_record_get_refusal(find_record(list, upper)), "no name of"));
}

static void
test_loaded(Scratch *s, gconstpointer data)
{
    g_autofree char *path = scratch_copy("sound", s->directory);
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(DccAdapterRegistry) second = dcc_adapter_registry_new();
    g_autoptr(GListModel) list = NULL;
    g_autoptr(DccAdapterRecord) record = NULL;
    g_autoptr(GError) error = NULL;
    DccAdapter *adapter = dcc_adapter_registry_load_file(registry, path, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(G_OBJECT_TYPE_NAME(adapter), ==, "SoundFixture");
    g_assert_cmpstr(dcc_adapter_get_id(adapter), ==, "sound");
    g_assert_cmpstr(dcc_adapter_get_title(adapter), ==, "sound");
    g_assert_true(dcc_adapter_registry_load_file(registry, path, NULL) == adapter);
    list = dcc_adapter_registry_list(registry);
    g_assert_cmpuint(g_list_model_get_n_items(list), ==, 1);
    record = g_list_model_get_item(list, 0);
    g_assert_cmpstr(dcc_adapter_record_get_version(record), ==, "1.2.3");
    g_assert_cmpstr(dcc_adapter_record_get_path(record), ==, path);
    g_assert_null(dcc_adapter_record_get_refusal(record));
    /* A second registry of the process has an adapter of its own. */
    g_assert_nonnull(dcc_adapter_registry_load_file(second, path, &error));
    g_assert_no_error(error);
    g_assert_true(dcc_adapter_registry_lookup(second, "sound", NULL) != adapter);
}

/* A file that is replaced after it was loaded changes nothing for those who have it. */
static void
test_replaced(Scratch *s, gconstpointer data)
{
    g_autofree char *path = scratch_copy("sound", s->directory);
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    DccAdapter *adapter = dcc_adapter_registry_load_file(registry, path, NULL);

    g_assert_nonnull(adapter);
    scratch_write(path, "gone", 4);
    g_assert_true(dcc_adapter_registry_lookup(registry, "sound", NULL) == adapter);
    g_assert_cmpstr(dcc_adapter_get_id(adapter), ==, "sound");
}

/* People copy over what is there: not even bytes written into a loaded file reach who runs it. The
 * whole text of the module is walked afterwards, which a mapping of a truncated file would not
 * survive. */
static void
test_overwritten(Scratch *s, gconstpointer data)
{
    g_autofree char *path = scratch_copy("rude", s->directory);
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(DccAdapterRegistry) second = dcc_adapter_registry_new();
    DccAdapter *adapter = dcc_adapter_registry_load_file(registry, path, NULL);
    g_autoptr(DccConformance) suite = NULL;
    g_autoptr(GListModel) rows = NULL;
    g_autoptr(GError) error = NULL;
    FILE *file;

    g_assert_nonnull(adapter);
    file = fopen(path, "we"); /* truncates in place, as cp does */
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite("gone", 1, 4, file), ==, 4);
    g_assert_cmpint(fclose(file), ==, 0);
    suite = dcc_conformance_new(adapter);
    rows = dcc_conformance_run(suite);
    for (guint i = 0; i < g_list_model_get_n_items(rows); i++) {
        g_autoptr(DccConformanceRow) row = g_list_model_get_item(rows, i);

        g_assert_cmpstr(dcc_conformance_row_get_reason(row), ==, NULL);
    }
    /* Whoever looks anew sees the file as it is. */
    g_assert_null(dcc_adapter_registry_load_file(second, path, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_ADAPTER);
}

static gboolean
is_mapped(const char *what)
{
    g_autofree char *maps = NULL;

    g_assert_true(g_file_get_contents("/proc/self/maps", &maps, NULL, NULL));
    return strstr(maps, what) != NULL;
}

/* The file itself is mapped only where there is no other way. */
static void
test_copied(Scratch *s, gconstpointer data)
{
    g_autofree char *path = scratch_copy("sound", s->directory);
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();

    g_assert_nonnull(dcc_adapter_registry_load_file(registry, path, NULL));
    g_assert_false(is_mapped(path));
    g_assert_true(is_mapped("/memfd:dcchost-sound.so"));
}

static void
test_too_large_to_copy(Scratch *s, gconstpointer data)
{
    g_autofree char *path = scratch_copy("sound", s->directory);
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(truncate(path, 65 * 1024 * 1024), ==, 0);
    g_assert_nonnull(dcc_adapter_registry_load_file(registry, path, &error));
    g_assert_no_error(error);
    g_assert_true(is_mapped(path));
}

/* Another sound file took the place: a second registry goes on with what the process has. */
static void
test_renewed(Scratch *s, gconstpointer data)
{
    g_autofree char *path = scratch_copy("sound", s->directory);
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(DccAdapterRegistry) second = dcc_adapter_registry_new();
    g_autoptr(GError) error = NULL;
    DccAdapter *adapter = dcc_adapter_registry_load_file(registry, path, NULL);
    DccAdapter *again;

    g_assert_nonnull(adapter);
    g_free(scratch_copy("sound", s->directory));
    again = dcc_adapter_registry_load_file(second, path, &error);
    g_assert_no_error(error);
    g_assert_true(G_OBJECT_TYPE(again) == G_OBJECT_TYPE(adapter));
}

static void
test_order(Scratch *s, gconstpointer data)
{
    g_autofree char *one = NULL, *two = NULL, *broken = NULL, *variable = NULL;
    g_autofree char *first = NULL, *second = NULL, *third = NULL, *bad = NULL;
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(GListModel) list = NULL;
    g_auto(GStrv) path = NULL;

    one = scratch_directory(s, "one");
    two = scratch_directory(s, "two");
    broken = scratch_directory(s, "broken");
    third = scratch_directory(s, "data/dcchost/adapters");
    first = scratch_copy("sound", one);
    second = scratch_copy("sound", two);
    g_free(scratch_copy("other", third));
    bad = g_build_filename(broken, "dcchost-other.so", NULL);
    scratch_write(bad, "broken", 6);
    variable = g_strdup_printf("%s::here:/no/such/directory:%s:%s", broken, one, two);
    use_directories(s, variable);

    path = dcc_adapter_registry_get_search_path(registry);
    g_assert_cmpstr(path[0], ==, broken);
    g_assert_cmpstr(path[1], ==, "/no/such/directory");
    g_assert_cmpstr(path[2], ==, one);
    g_assert_cmpstr(path[4], ==, third);
    dcc_adapter_registry_load_for(registry, "sound");
    list = dcc_adapter_registry_list(registry);
    g_assert_null(find_record(list, second));
    g_clear_object(&list);
    dcc_adapter_registry_load_all(registry);
    dcc_adapter_registry_load_all(registry);
    list = dcc_adapter_registry_list(registry);
    g_assert_nonnull(dcc_adapter_record_get_adapter(find_record(list, first)));
    g_assert_nonnull(strstr(dcc_adapter_record_get_refusal(find_record(list, second)), first));
    g_assert_nonnull(strstr(dcc_adapter_record_get_refusal(find_record(list, "here")), "absolute"));
    g_assert_nonnull(dcc_adapter_record_get_refusal(find_record(list, bad)));
    /* The next sound file of the name stands in for a broken one. */
    g_assert_nonnull(dcc_adapter_registry_lookup(registry, "other", NULL));
    g_assert_cmpuint(g_list_model_get_n_items(list), ==, 5);
}

static void
assert_unknown(DccAdapterRegistry *registry, const char *id, const char *message)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_adapter_registry_lookup(registry, id, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_UNKNOWN_APP);
    if (!strstr(error->message, message))
        g_error("expected '%s', got '%s'", message, error->message);
}

static void
test_unknown(Scratch *s, gconstpointer data)
{
    g_autofree char *path = scratch_path(s, "dcchost-maya.so");
    g_autofree char *sound = scratch_copy("sound", s->directory);
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();

    use_directories(s, "");
    assert_unknown(registry, "maya", "no application called 'maya' is known; no adapter is there");
    g_assert_nonnull(dcc_adapter_registry_load_file(registry, sound, NULL));
    assert_unknown(registry,
                   "sond",
                   "no application called 'sond' is known; did you mean 'sound'? known: sound");
    assert_unknown(registry, "../x", "no application called '../x' is known; known: sound");
    scratch_write(path, "broken", 6);
    g_assert_null(dcc_adapter_registry_load_file(registry, path, NULL));
    assert_unknown(registry, "maya", "the adapter of 'maya' was refused: module file ");
}

typedef struct {
    DccAdapter parent_instance;
} OwnAdapter;
typedef struct {
    DccAdapterClass parent_class;
} OwnAdapterClass;

static GType
own_adapter_get_type(void);
G_DEFINE_TYPE(OwnAdapter, own_adapter, DCC_TYPE_ADAPTER)

static void
own_adapter_class_init(OwnAdapterClass *klass)
{
}

static void
own_adapter_init(OwnAdapter *self)
{
}

static void
test_add(Scratch *s, gconstpointer data)
{
    g_autofree char *sound = scratch_copy("sound", s->directory);
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(DccAdapter) adapter = g_object_new(own_adapter_get_type(), NULL);
    g_autoptr(DccAdapter) named = g_object_new(own_adapter_get_type(), "id", "nuke", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_adapter_get_id(adapter));
    g_assert_false(dcc_adapter_registry_add(registry, "Not Valid", adapter, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_false(dcc_adapter_registry_add(registry, "other-name", named, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_true(dcc_adapter_registry_add(registry, "sound", adapter, &error));
    g_assert_cmpstr(dcc_adapter_get_id(adapter), ==, "sound");
    g_assert_false(dcc_adapter_registry_add(registry, "sound", named, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_BUSY);
    g_clear_error(&error);
    g_assert_null(dcc_adapter_registry_load_file(registry, sound, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_ADAPTER);
    g_assert_nonnull(strstr(error->message, "the program itself"));
    g_assert_true(dcc_adapter_registry_lookup(registry, "sound", NULL) == adapter);
}

/* A file that was mended is loaded when it is asked for by name. */
static void
test_mended(Scratch *s, gconstpointer data)
{
    g_autofree char *path = scratch_path(s, "dcchost-sound.so");
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(GListModel) list = NULL;

    scratch_write(path, "broken", 6);
    g_assert_null(dcc_adapter_registry_load_file(registry, path, NULL));
    g_assert_null(dcc_adapter_registry_load_file(registry, path, NULL));
    g_free(scratch_copy("sound", s->directory));
    g_assert_nonnull(dcc_adapter_registry_load_file(registry, path, NULL));
    list = dcc_adapter_registry_list(registry);
    g_assert_cmpuint(g_list_model_get_n_items(list), ==, 1);
}

/* Loading a file that is cut off would end us with SIGBUS: it is refused, wherever the cut is. */
static void
test_cut_off(Scratch *s, gconstpointer data)
{
    g_autoptr(GBytes) sound = scratch_fixture("sound");
    g_autofree char *path = scratch_path(s, "dcchost-sound.so");
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    gsize size = 0;
    const char *bytes = g_bytes_get_data(sound, &size);

    for (gsize length = 0; length < size; length += 512) {
        g_autoptr(GError) error = NULL;

        scratch_write(path, bytes, length);
        g_assert_null(dcc_adapter_registry_load_file(registry, path, &error));
        g_assert_error(error, DCC_ERROR, DCC_ERROR_ADAPTER);
    }
    scratch_write(path, bytes, size);
    g_assert_nonnull(dcc_adapter_registry_load_file(registry, path, NULL));
}

/* Two modules of one id have two adapters' worth of types: the second is refused in the whole
 * process. */
static void
test_second_module(Scratch *s, gconstpointer data)
{
    g_autofree char *one = scratch_directory(s, "one");
    g_autofree char *two = scratch_directory(s, "two");
    g_autofree char *first = scratch_copy("sound", one);
    g_autofree char *second = scratch_copy("sound", two);
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(DccAdapterRegistry) other = dcc_adapter_registry_new();
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(dcc_adapter_registry_load_file(registry, first, NULL));
    g_assert_null(dcc_adapter_registry_load_file(registry, second, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_ADAPTER);
    g_assert_nonnull(strstr(error->message, first));
    g_clear_error(&error);
    g_assert_null(dcc_adapter_registry_load_file(other, second, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_ADAPTER);
    g_assert_nonnull(strstr(error->message, "is not loaded: this process has another adapter"));
}

/* Where no copy can be named the file itself is loaded, and a broken one is refused for what it is. */
static void
test_no_proc(Scratch *s, gconstpointer data)
{
    g_autofree char *modules = scratch_directory(s, "modules");
    g_autofree char *sound = scratch_copy("sound", modules);
    g_autofree char *unresolved = scratch_copy("unresolved", modules);
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) refusal = NULL;
    DccAdapter *adapter;

    g_assert_cmpint(unshare(CLONE_NEWNS), ==, 0);
    g_assert_cmpint(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), ==, 0);
    g_assert_cmpint(mount("none", "/proc", "tmpfs", 0, NULL), ==, 0);
    adapter = dcc_adapter_registry_load_file(registry, sound, &error);
    g_assert_null(dcc_adapter_registry_load_file(registry, unresolved, &refusal));
    /* Back again, for the sanitizer's own needs. */
    g_assert_cmpint(umount2("/proc", 0), ==, 0);
    g_assert_no_error(error);
    g_assert_cmpstr(dcc_adapter_get_id(adapter), ==, "sound");
    g_assert_nonnull(strstr(refusal->message, unresolved));
    g_assert_nonnull(strstr(refusal->message, "dcc_fixture_nobody_defines_this"));
}

typedef void (*TestFunc)(Scratch *s, gconstpointer data);

/* What a module does to a process stays: each test has a process of its own. */
static void
run_apart(gconstpointer data)
{
    Scratch scratch;

    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
        g_test_trap_assert_passed();
        return;
    }
    scratch_set_up(&scratch, NULL);
    ((TestFunc)data)(&scratch, NULL);
    scratch_tear_down(&scratch, NULL);
}

/* A namespace of mounts of its own is root's alone. */
static void
run_without_proc(gconstpointer data)
{
    if (!g_test_subprocess() && unshare(CLONE_NEWNS) != 0) {
        g_test_skip("/proc cannot be taken away here");
        return;
    }
    run_apart(data);
}

#define ADD(path, func) g_test_add_data_func("/registry/" path, (gconstpointer)func, run_apart)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("refusals", test_refusals);
    ADD("loaded", test_loaded);
    ADD("replaced", test_replaced);
    ADD("overwritten", test_overwritten);
    ADD("renewed", test_renewed);
    ADD("copied", test_copied);
    ADD("too-large-to-copy", test_too_large_to_copy);
    ADD("order", test_order);
    ADD("unknown", test_unknown);
    ADD("add", test_add);
    ADD("mended", test_mended);
    ADD("second-module", test_second_module);
    ADD("cut-off", test_cut_off);
    g_test_add_data_func("/registry/no-proc", (gconstpointer)test_no_proc, run_without_proc);
    return g_test_run();
}
