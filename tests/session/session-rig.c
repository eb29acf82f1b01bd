#include "session-rig.h"

#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 20000

#ifdef G_OS_WIN32
static gboolean
is_refused_for_others(void)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(GListModel) records = NULL;
    gboolean refused = FALSE;

    dcc_adapter_registry_load_for(registry, "fake");
    records = dcc_adapter_registry_list(registry);
    for (guint i = 0; i < g_list_model_get_n_items(records); i++) {
        g_autoptr(DccAdapterRecord) record = g_list_model_get_item(records, i);
        const char *why = dcc_adapter_record_get_refusal(record);

        refused = refused || (why != NULL && strstr(why, "others can write the directory") != NULL);
    }
    return refused;
}

static void
leave_where_others_may_write(void)
{
    if (!is_refused_for_others())
        return;
    g_print("1..0 # SKIP others may write to a directory above the build\n");
    exit(0);
}
#else
static void
leave_where_others_may_write(void)
{
}
#endif

void
rig_init(int *argc, char ***argv)
{
    dcc_test_init(argc, argv);
    leave_where_others_may_write();
}

static void
on_event(DccSession *session, const char *json, gpointer data)
{
    Rig *self = data;
    g_autoptr(JsonParser) parser = json_parser_new();

    g_assert_true(json_parser_load_from_data(parser, json, -1, NULL));
    g_test_message("%s", json); /* so that a log of a failed test says what went before */
    g_ptr_array_add(self->events,
                    json_object_ref(json_node_get_object(json_parser_get_root(parser))));
}

static void
on_ended(DccSession *session, gpointer data)
{
    ((Rig *)data)->ended = TRUE;
}

static void
follow(Rig *self)
{
    g_signal_connect(self->session, "event", G_CALLBACK(on_event), self);
    g_signal_connect(self->session, "ended", G_CALLBACK(on_ended), self);
}

static void
set(DccLaunchRequest *request, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;

    dcc_settings_parse(dcc_launch_request_get_settings(request), name, text, &error);
    g_assert_no_error(error);
}

Rig *
rig_new(DccTestWorld *world, const char *name, const char *args, ...)
{
    Rig *self = g_new0(Rig, 1);
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("fake");
    g_auto(GStrv) words = g_strsplit(args, " ", -1);
    g_autoptr(GError) error = NULL;
    DccAdapter *adapter;
    va_list settings;

    self->world = world;
    self->events = g_ptr_array_new_with_free_func((GDestroyNotify)json_object_unref);
    self->registry = dcc_adapter_registry_new();
    dcc_adapter_registry_load_for(self->registry, "fake");
    adapter = dcc_adapter_registry_lookup(self->registry, "fake", &error);
    g_assert_no_error(error);
    self->runtime = dcc_runtime_open(&error);
    g_assert_no_error(error);
    dcc_launch_request_set_name(request, name, &error);
    g_assert_no_error(error);
    if (*args != '\0')
        dcc_launch_request_set_args(request, (const char *const *)words);
    set(request, "probe-period", "0");
    set(request, "backoff", "fixed:20ms");
    set(request, "instant-crash", "0");
    set(request, "crash-grace", "200ms");
    va_start(settings, args);
    for (const char *key = va_arg(settings, const char *); key != NULL;
         key = va_arg(settings, const char *))
        set(request, key, va_arg(settings, const char *));
    va_end(settings);
    self->session = dcc_session_new(adapter, request, self->runtime);
    follow(self);
    return self;
}

void
rig_drop_session(Rig *self)
{
    if (self->session == NULL)
        return;
    g_signal_handlers_disconnect_by_data(self->session, self);
    g_assert_finalize_object(self->session);
    self->session = NULL;
}

void
rig_free(Rig *self)
{
    if (self == NULL)
        return;
    rig_drop_session(self);
    g_object_unref(self->runtime);
    g_object_unref(self->registry);
    g_ptr_array_unref(self->events);
    g_free(self);
}

void
rig_begin(Rig *self)
{
    g_autoptr(GError) error = NULL;

    dcc_session_start(self->session, &error);
    g_assert_no_error(error);
}

static gboolean
is_chosen(Rig *self)
{
    return dcc_session_get_pid(self->session) > 0 ||
           dcc_session_get_state(self->session) != DCC_STATE_STARTING || self->ended;
}

void
rig_start(Rig *self)
{
    rig_begin(self);
    dcc_test_wait_for(is_chosen(self), PATIENCE_MS);
}

void
rig_adopt(Rig *self)
{
    g_autoptr(GError) error = NULL;
    const char *names[] = {NULL};
    g_auto(GStrv) found = dcc_runtime_list_names(self->runtime, FALSE);

    g_assert_cmpuint(g_strv_length(found), ==, 1);
    names[0] = found[0];
    self->session = dcc_session_adopt(self->registry, self->runtime, names[0], &error);
    g_assert_no_error(error);
    self->ended = FALSE;
    follow(self);
}

void
rig_wait_state(Rig *self, DccState state)
{
    dcc_test_wait_for(dcc_session_get_state(self->session) == state || self->ended, PATIENCE_MS);
    g_assert_cmpstr(dcc_enum_to_nick(DCC_TYPE_STATE, dcc_session_get_state(self->session)),
                    ==,
                    dcc_enum_to_nick(DCC_TYPE_STATE, state));
}

void
rig_wait_end(Rig *self)
{
    dcc_test_wait_for(self->ended, PATIENCE_MS);
}

JsonObject *
rig_get_event(Rig *self, const char *type, guint n)
{
    for (guint i = 0; i < self->events->len; i++) {
        JsonObject *event = g_ptr_array_index(self->events, i);

        if (g_str_equal(json_object_get_string_member(event, "type"), type) && n-- == 0)
            return event;
    }
    return NULL;
}

guint
rig_count_events(Rig *self, const char *type)
{
    guint count = 0;

    while (rig_get_event(self, type, count) != NULL)
        count++;
    return count;
}

const char *
rig_get_step(Rig *self, const char *step)
{
    JsonObject *event;

    for (guint i = 0; (event = rig_get_event(self, "step", i)) != NULL; i++)
        if (g_str_equal(json_object_get_string_member(event, "step"), step))
            return json_object_get_string_member(event, "outcome");
    return NULL;
}

char *
rig_get_temp_dir(Rig *self)
{
    g_auto(GStrv) found = dcc_runtime_list_names(self->runtime, FALSE);
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autofree char *path = NULL;

    g_assert_cmpuint(g_strv_length(found), ==, 1);
    path = g_build_filename(dcc_runtime_get_path(self->runtime), found[0], "record.json", NULL);
    g_assert_true(json_parser_load_from_file(parser, path, NULL));
    return g_strdup(json_object_get_string_member(
        json_node_get_object(json_parser_get_root(parser)), "temp_dir"));
}

void
rig_assert_unattended(DccResult *result, int signal_number)
{
    if (!RIG_HAS_SHIM && dcc_result_get_kind(result) == DCC_RESULT_LOST) {
        g_assert_cmpint(dcc_result_to_exit_status(result), ==, 125);
        return;
    }
    g_assert_cmpint(dcc_result_get_kind(result), ==, DCC_RESULT_SIGNALED);
    g_assert_cmpint(dcc_result_get_signal(result), ==, signal_number);
}
