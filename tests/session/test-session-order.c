/* The order at an end, as docs/protocol.md promises it: whatever an event names is complete on disk
 * when it is told, and the status says the same. Looked at while each event is told. */
#include "session-rig.h"

#include <string.h>

typedef struct {
    GString *order; /* types of the events of ends, a blank after each */
    guint checked;  /* exits that named files and a bundle */
    DccRuntime *runtime;
} Seen;

static const char *
get_text(JsonObject *object, const char *member)
{
    return json_object_get_string_member_with_default(object, member, NULL);
}

static JsonObject *
parse(const char *text)
{
    g_autoptr(JsonParser) parser = json_parser_new();

    g_assert_true(json_parser_load_from_data(parser, text, -1, NULL));
    return json_object_ref(json_node_get_object(json_parser_get_root(parser)));
}

static gboolean
has_element(JsonArray *array, const char *text)
{
    for (guint i = 0; i < json_array_get_length(array); i++)
        if (g_str_equal(json_array_get_string_element(array, i), text))
            return TRUE;
    return FALSE;
}

/* A file that was told is there, whole, and in the status. */
static void
check_files(JsonObject *exit, JsonObject *status)
{
    JsonArray *files = json_object_get_array_member(exit, "files");
    JsonArray *rescue = json_object_get_array_member(status, "rescue");

    for (guint i = 0; i < json_array_get_length(files); i++) {
        const char *path = get_text(json_array_get_object_element(files, i), "path");
        g_autofree char *half = g_strconcat(path, ".part", NULL);

        g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
        g_assert_false(g_file_test(half, G_FILE_TEST_EXISTS));
        g_assert_true(has_element(rescue, path));
    }
}

static void
check_bundle(Seen *self, DccSession *session, JsonObject *exit, JsonObject *status)
{
    const char *bundle = get_text(exit, "bundle");
    g_autoptr(JsonObject) death =
        dcc_instance_read_death(self->runtime, dcc_session_get_name(session));
    JsonArray *told = json_object_get_array_member(exit, "files");

    g_assert_nonnull(bundle);
    g_assert_cmpstr(get_text(status, "bundle"), ==, bundle);
    g_assert_cmpstr(get_text(death, "bundle"), ==, bundle);
    g_assert_cmpstr(get_text(death, "incarnation"), ==, get_text(exit, "incarnation"));
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(death, "files")),
                     ==,
                     json_array_get_length(told));
    self->checked += json_array_get_length(told) > 0;
}

static void
check_exit(Seen *self, DccSession *session, JsonObject *exit)
{
    g_autofree char *text = dcc_session_get_status(session);
    g_autoptr(JsonObject) status = parse(text);
    JsonObject *result = json_object_get_object_member(exit, "result");

    g_assert_true(json_object_get_null_member(status, "pid"));
    g_assert_cmpstr(get_text(json_object_get_object_member(status, "result"), "verdict"),
                    ==,
                    get_text(result, "verdict"));
    check_files(exit, status);
    if (g_str_equal(get_text(result, "verdict"), "crash"))
        check_bundle(self, session, exit, status);
    else
        g_assert_true(json_object_get_null_member(exit, "bundle"));
}

/* What the status says when a change of state is told is that state. */
static void
check_state(DccSession *session, JsonObject *event)
{
    g_autofree char *text = dcc_session_get_status(session);
    g_autoptr(JsonObject) status = parse(text);

    g_assert_cmpstr(get_text(status, "state"), ==, get_text(event, "to"));
}

static void
on_event(DccSession *session, const char *json, gpointer data)
{
    static const char *const of_ends[] = {"rescue",
                                          "bundle",
                                          "exit",
                                          "log-tail",
                                          "cleared",
                                          "recovery",
                                          "restart",
                                          "gave-up",
                                          "ended"};
    Seen *self = data;
    g_autoptr(JsonObject) event = parse(json);
    const char *type = get_text(event, "type");

    if (g_str_equal(type, "exit"))
        check_exit(self, session, event);
    if (g_str_equal(type, "state")) {
        check_state(session, event);
        g_string_append_printf(self->order, "%s ", get_text(event, "to"));
    }
    for (guint i = 0; i < G_N_ELEMENTS(of_ends); i++)
        if (g_str_equal(type, of_ends[i]))
            g_string_append_printf(self->order, "%s ", type);
}

static void
seen_clear(Seen *self)
{
    g_string_free(self->order, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Seen, seen_clear)

static void
watch(Seen *self, Rig *rig)
{
    *self = (Seen){.order = g_string_new(NULL), .runtime = rig->runtime};
    g_signal_connect(rig->session, "event", G_CALLBACK(on_event), self);
}

/* A crash with files and a child that stays: everything that may come, in its order. */
static void
test_crash(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world,
                                 "crash",
                                 "--print FAKE_CRASH --crash-save --tree fork --crash-after 1",
                                 "max-restarts",
                                 "1",
                                 "instant-crash",
                                 "0",
                                 "scene-crashes",
                                 "0",
                                 "crash-grace",
                                 "1ms",
                                 NULL);
    g_auto(Seen) seen = {0};

    watch(&seen, rig);
    rig_start(rig);
    rig_wait_end(rig);
    g_assert_cmpuint(seen.checked, ==, 2);
    g_assert_cmpstr(seen.order->str,
                    ==,
                    "running rescue rescue rescue bundle exit log-tail crashed cleared recovery "
                    "restart restarting starting "
                    "running rescue rescue rescue bundle exit log-tail crashed cleared recovery "
                    "gave-up failed ended ");
}

/* An orderly end has no evidence, and its state changes at once. */
static void
test_quit(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "quit", "--exit-after 1 --code 0", NULL);
    g_auto(Seen) seen = {0};

    watch(&seen, rig);
    rig_start(rig);
    rig_wait_end(rig);
    g_assert_cmpstr(seen.order->str, ==, "running exit stopped ended ");
}

/* Within a stop the state changes when nothing is left. */
static void
test_stop(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "stop", "--tree ignore-term", "tree-timeout", "50ms", NULL);
    g_auto(Seen) seen = {0};

    watch(&seen, rig);
    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
    g_assert_cmpstr(seen.order->str, ==, "running stopping rescue exit cleared stopped ended ");
}

int
main(int argc, char **argv)
{
    rig_init(&argc, &argv);
    g_test_add_func("/session/order/crash", test_crash);
    g_test_add_func("/session/order/quit", test_quit);
    g_test_add_func("/session/order/stop", test_stop);
    return g_test_run();
}
