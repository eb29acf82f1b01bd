/* What is installed and what is chosen, with an adapter whose copies are little scripts. */
#include "dcc-catalogue.h"
#include "dcc-error.h"
#include "module-scratch.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    DccAdapter parent_instance;
} AppAdapter;
typedef struct {
    DccAdapterClass parent_class;
} AppAdapterClass;

static GType
app_adapter_get_type(void);
G_DEFINE_TYPE(AppAdapter, app_adapter, DCC_TYPE_ADAPTER)

static void
append_copy(GListStore *list, const char *executable, const char *reservation)
{
    const char *command[] = {executable, "--version", NULL};
    g_autoptr(DccInstallation) item = dcc_installation_new(executable, NULL, "test");

    dcc_installation_set_version_command(item, command);
    if (reservation)
        dcc_installation_set_reservation(item, reservation);
    g_list_store_append(list, item);
}

static GListModel *
app_find_installations(DccAdapter *self, DccSearch *search, GError **error)
{
    GListStore *list = g_list_store_new(DCC_TYPE_INSTALLATION);
    const char *named = dcc_search_getenv(search, "DCCHOST_MY_APP_EXECUTABLE");
    g_auto(GStrv) found = dcc_search_glob(search, "/opt/app*/run");
    g_auto(GStrv) reserved = dcc_search_glob(search, "/reserved/*/run");
    g_auto(GStrv) linked = dcc_search_glob(search, "/usr/bin/app");

    if (named && dcc_search_is_executable(search, named))
        append_copy(list, named, NULL);
    for (guint i = 0; found[i]; i++)
        append_copy(list, found[i], NULL);
    for (guint i = 0; linked[i]; i++)
        append_copy(list, linked[i], NULL);
    for (guint i = 0; reserved[i]; i++)
        append_copy(list, reserved[i], "in a sandbox");
    return G_LIST_MODEL(list);
}

/* The default answer leaves out what follows the numbers. */
static char *
app_read_version(DccAdapter *self, DccInstallation *installation, const char *output)
{
    if (strstr(output, "-alpha"))
        return g_strstrip(g_strdup(strrchr(output, ' ') ? strrchr(output, ' ') + 1 : output));
    return DCC_ADAPTER_CLASS(app_adapter_parent_class)->read_version(self, installation, output);
}

static void
app_adapter_class_init(AppAdapterClass *klass)
{
    DCC_ADAPTER_CLASS(klass)->find_installations = app_find_installations;
    DCC_ADAPTER_CLASS(klass)->read_version = app_read_version;
}

static void
app_adapter_init(AppAdapter *self)
{
}

typedef struct {
    Scratch scratch;
    DccAdapter *adapter;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    g_autofree char *cache = NULL;

    scratch_set_up(&f->scratch, NULL);
    cache = scratch_path(&f->scratch, "cache");
    g_setenv("XDG_CACHE_HOME", cache, TRUE);
    f->adapter = g_object_new(app_adapter_get_type(), "id", "my-app", "title", "My App", NULL);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_object_unref(f->adapter);
    scratch_tear_down(&f->scratch, NULL);
}

/* A copy that prints its version, and adds a line to "asked" each time. */
static void
install(Fixture *f, const char *name, const char *version)
{
    g_autofree char *path = scratch_path(&f->scratch, name);
    g_autofree char *directory = g_path_get_dirname(path);
    g_autofree char *script = g_strdup_printf("#!/bin/sh\n[ -z \"$PYTHONHOME\" ] || exit 1\n"
                                              "echo asked >> %s/asked\necho My App %s\n",
                                              f->scratch.directory,
                                              version);

    g_assert_cmpint(g_mkdir_with_parents(directory, 0755), ==, 0);
    scratch_write(path, script, strlen(script));
}

static guint
times_asked(Fixture *f)
{
    g_autofree char *path = scratch_path(&f->scratch, "asked");
    g_autofree char *text = NULL;
    guint n = 0;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    for (char *p = text; *p; p++)
        n += *p == '\n';
    return n;
}

static DccSearch *
search_with(Fixture *f, const char *executable)
{
    g_autofree char *setting =
        g_strdup_printf("DCCHOST_MY_APP_EXECUTABLE=%s", executable ? executable : "");
    const char *environ[] = {"HOME=/home/me", executable ? setting : NULL, NULL};

    return dcc_search_new(f->scratch.directory, environ);
}

/* "4.2 4.1 ..." in the order of the list. */
static char *
find_versions(Fixture *f)
{
    g_autoptr(DccSearch) search = search_with(f, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GListModel) list = dcc_catalogue_find(f->adapter, search, &error);
    GString *text = g_string_new(NULL);

    g_assert_no_error(error);
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DccInstallation) item = g_list_model_get_item(list, i);
        const char *version = dcc_installation_get_version(item);

        g_string_append_printf(text, "%s%s", i ? " " : "", version ? version : "-");
    }
    return g_string_free(text, FALSE);
}

#define assert_versions(f, expected)                                                               \
    do {                                                                                           \
        g_autofree char *versions_ = find_versions(f);                                             \
        g_assert_cmpstr(versions_, ==, expected);                                                  \
    } while (0)

static void
assert_chosen(Fixture *f, const char *executable, const char *wanted, const char *version)
{
    g_autoptr(DccSearch) search = search_with(f, executable);
    g_autoptr(GError) error = NULL;
    g_autoptr(DccInstallation) item = dcc_catalogue_choose(f->adapter, search, wanted, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(dcc_installation_get_version(item), ==, version);
}

static void
assert_none(Fixture *f, const char *executable, const char *wanted, const char *message)
{
    g_autoptr(DccSearch) search = search_with(f, executable);
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_catalogue_choose(f->adapter, search, wanted, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_INSTALLED);
    if (!strstr(error->message, message))
        g_error("expected '%s', got '%s'", message, error->message);
}

static void
test_order(Fixture *f, gconstpointer data)
{
    g_autofree char *link = NULL;

    install(f, "opt/app-a/run", "4.9");
    install(f, "opt/app-b/run", "4.10");
    install(f, "opt/app-c/run", "unknown");
    install(f, "reserved/x/run", "5.0");
    install(f, "usr/bin/other", "1");
    link = scratch_path(&f->scratch, "usr/bin/app");
    g_assert_cmpint(symlink("../../opt/app-a/run", link), ==, 0);
    g_setenv("PYTHONHOME", "/nonsense", TRUE);
    assert_versions(f, "4.10 4.9 - 5.0");
    g_unsetenv("PYTHONHOME");
}

static void
test_cache(Fixture *f, gconstpointer data)
{
    g_autofree char *cache = scratch_path(&f->scratch, "cache/dcchost/versions.json");

    install(f, "opt/app-a/run", "4.9");
    assert_versions(f, "4.9");
    assert_versions(f, "4.9");
    g_assert_cmpuint(times_asked(f), ==, 1);
    /* An update is another file. */
    install(f, "opt/app-a/run", "4.9.1");
    assert_versions(f, "4.9.1");
    g_assert_cmpuint(times_asked(f), ==, 2);
    /* A damaged cache costs one more question. */
    g_assert_true(g_file_set_contents(cache, "{\"format\":1,\"versions\":[", -1, NULL));
    assert_versions(f, "4.9.1");
    assert_versions(f, "4.9.1");
    g_assert_cmpuint(times_asked(f), ==, 3);
    g_assert_true(g_file_set_contents(cache, "{\"format\":99,\"versions\":{}}", -1, NULL));
    assert_versions(f, "4.9.1");
    g_assert_cmpuint(times_asked(f), ==, 4);
}

static void
test_no_cache(Fixture *f, gconstpointer data)
{
    g_autofree char *path = scratch_path(&f->scratch, "cache");

    /* A file where the directory should be: even root cannot write into it. */
    scratch_write(path, "x", 1);
    install(f, "opt/app-a/run", "4.9");
    assert_versions(f, "4.9");
    assert_versions(f, "4.9");
    g_assert_cmpuint(times_asked(f), ==, 2);
}

static void
test_choose(Fixture *f, gconstpointer data)
{
    install(f, "opt/app-a/run", "4.1.2");
    install(f, "opt/app-b/run", "4.2.0");
    install(f, "opt/app-c/run", "3.6.9");
    install(f, "reserved/x/run", "5.0");
    install(f, "reserved/y/run", "4.2.7");
    assert_chosen(f, NULL, NULL, "4.2.0");
    assert_chosen(f, NULL, "4.1", "4.1.2");
    assert_chosen(f, NULL, "3", "3.6.9");
    assert_chosen(f, NULL, "4.2", "4.2.0");
    assert_chosen(f, NULL, "5", "5.0");
    assert_chosen(f, "/opt/app-c/run", NULL, "3.6.9");
    assert_chosen(f, "/reserved/x/run", NULL, "5.0");
    assert_chosen(f, "/opt/app-c/run", "4.1", "4.1.2");
    assert_chosen(f, "", NULL, "4.2.0");
    assert_none(f, NULL, "4.3", "My App 4.3 is not installed; there are:\n  4.2.0  ");
    assert_none(f, NULL, "4.3", "(in a sandbox)");
    assert_none(f,
                "/opt/app-d/run",
                NULL,
                "DCCHOST_MY_APP_EXECUTABLE names /opt/app-d/run, which is no executable file");
}

/* What saved the scene is its first word. */
static char *
app_read_scene_version(DccAdapter *self, GBytes *head)
{
    gsize length;
    const char *data = g_bytes_get_data(head, &length);

    return length > 0 ? g_strndup(data, length) : NULL;
}

static void
assert_chosen_for(Fixture *f,
                  const char *saved,
                  const char *executable,
                  const char *wanted,
                  const char *version,
                  const char *words)
{
    g_autofree char *scene = scratch_path(&f->scratch, "shot.scene");
    g_autoptr(DccSearch) search = search_with(f, executable);
    g_autoptr(GError) error = NULL;
    g_autoptr(DccInstallation) item = NULL;
    g_autofree char *explanation = NULL;

    scratch_write(scene, saved, strlen(saved));
    item = dcc_catalogue_choose_for_scene(f->adapter, search, wanted, scene, &explanation, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(dcc_installation_get_version(item), ==, version);
    if (!words)
        g_assert_cmpstr(explanation, ==, NULL);
    else if (!explanation || !strstr(explanation, words) || !strstr(explanation, "shot.scene") ||
             (version && !strstr(explanation, version)))
        g_error("expected '%s', got '%s'", words, explanation);
}

static void
test_choose_for_scene(Fixture *f, gconstpointer data)
{
    DCC_ADAPTER_GET_CLASS(f->adapter)->read_scene_version = app_read_scene_version;
    install(f, "opt/app-a/run", "4.1.2");
    /* Nothing to choose, so nothing to say; but an older one is never started without a word. */
    assert_chosen_for(f, "4.1", NULL, NULL, "4.1.2", NULL);
    assert_chosen_for(f, "4.2", NULL, NULL, "4.1.2", "all that is installed is older");
    install(f, "opt/app-a/run", "of no number");
    assert_chosen_for(f, "4.2", NULL, NULL, NULL, "which version is started cannot be told");
    install(f, "opt/app-a/run", "4.1.2");
    install(f, "opt/app-b/run", "4.3.0");
    install(f, "opt/app-c/run", "3.6.9");
    install(f, "opt/app-d/run", "4.5.1");
    install(f, "reserved/x/run", "4.2.0");
    assert_chosen_for(f, "4.1", NULL, NULL, "4.1.2", "was saved by My App 4.1: 4.1.2 is started");
    assert_chosen_for(f, "4.2", NULL, NULL, "4.3.0", "not installed: the nearest newer one");
    assert_chosen_for(f, "2.8", NULL, NULL, "4.5.1", "not installed: the newest is started");
    assert_chosen_for(f, "5.0", NULL, NULL, "4.5.1", "all that is installed is older");
    assert_chosen_for(f, "", NULL, NULL, "4.5.1", NULL);
    /* A wish outranks the scene. */
    assert_chosen_for(f, "3.6", NULL, "4.1", "4.1.2", NULL);
    assert_chosen_for(f, "4.3", NULL, "3.6", "3.6.9", "an older one was asked for");
    assert_chosen_for(f, "3.6", "/opt/app-a/run", NULL, "4.1.2", NULL);
    assert_chosen_for(f, "4.3", "/opt/app-a/run", NULL, "4.1.2", "is named by its variable");
}

/* An alpha is newer than every release, and nobody's default. */
static void
test_prerelease(Fixture *f, gconstpointer data)
{
    install(f, "opt/app1/run", "5.2.2");
    install(f, "opt/app2/run", "5.4.0-alpha");
    install(f, "opt/app3/run", "5.3.0");
    assert_versions(f, "5.3.0 5.2.2 5.4.0-alpha");
    assert_chosen(f, NULL, NULL, "5.3.0");
    assert_chosen(f, NULL, "5.4", "5.4.0-alpha");
    assert_chosen(f, "/opt/app2/run", NULL, "5.4.0-alpha");
    assert_none(f, NULL, "5.5", "5.4.0-alpha");
    assert_none(
        f, NULL, "5.5", "no release; not started unless asked for with --version 5.4.0-alpha");
    /* From the cache as well. */
    assert_chosen(f, NULL, NULL, "5.3.0");
}

static void
test_reserved(Fixture *f, gconstpointer data)
{
    install(f, "reserved/x/run", "5.0");
    install(f, "reserved/y/run", "5.1");
    assert_none(f, NULL, NULL, "no copy of My App is started unless its version is asked for");
    assert_none(f, NULL, "5", "5.1");
    assert_chosen(f, NULL, "5.0", "5.0");
}

static void
test_not_installed(Fixture *f, gconstpointer data)
{
    assert_none(f,
                NULL,
                NULL,
                "My App is not installed; looked at:\n  $DCCHOST_MY_APP_EXECUTABLE\n"
                "  /opt/app*/run\n  /reserved/*/run\n  /usr/bin/app\n"
                "set DCCHOST_MY_APP_EXECUTABLE to its executable if it is elsewhere");
}

#define ADD(path, func) g_test_add("/catalogue/" path, Fixture, NULL, set_up, func, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("order", test_order);
    ADD("cache", test_cache);
    ADD("no-cache", test_no_cache);
    ADD("choose", test_choose);
    ADD("choose-for-scene", test_choose_for_scene);
    ADD("prerelease", test_prerelease);
    ADD("reserved", test_reserved);
    ADD("not-installed", test_not_installed);
    return g_test_run();
}
