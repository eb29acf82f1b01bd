/* Who may speak for the application: one agent, of this run, by its token. */
#include "dcc-agent-link.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-manual-clock.h"
#include "wire.h"

typedef struct {
    DccTestWorld *world;
    DccRuntime *runtime;
    DccInstanceDir *instance_dir;
    DccManualClock *clock;
    DccAgentLink *link;
    guint came, went, readies, scenes, frames, byes, works, protections;
    gboolean dirty;
    gint64 mtime_ns;
    gboolean exists;
    char *scene;
    int frame[4];
    int code;
} Door;

static void
on_connected(gboolean connected, gpointer data)
{
    Door *self = data;

    self->came += connected;
    self->went += !connected;
}

static void
keep_scene(Door *self, const char *scene)
{
    g_free(self->scene);
    self->scene = g_strdup(scene);
}

static void
on_ready(const char *scene, gboolean exists, gpointer data)
{
    Door *self = data;

    self->readies++;
    self->exists = exists;
    keep_scene(self, scene);
}

static void
on_scene(const char *scene, gboolean exists, gpointer data)
{
    Door *self = data;

    self->scenes++;
    keep_scene(self, scene);
}

static void
on_frame(int frame, int first, int last, int step, gpointer data)
{
    Door *self = data;
    const int said[4] = {frame, first, last, step};

    self->frames++;
    memcpy(self->frame, said, sizeof said);
}

static void
on_bye(int code, int number, gpointer data)
{
    Door *self = data;

    self->byes++;
    self->code = code;
}

static void
on_work(const DccAgentWork *work, gpointer data)
{
    Door *self = data;

    self->works++;
    self->dirty = work->dirty;
    self->mtime_ns = work->scene_mtime_ns;
    keep_scene(self, work->scene);
}

static void
on_protection(gboolean ok, const char *reason, const char *copy, gpointer data)
{
    Door *self = data;

    self->protections++;
    self->dirty = ok;
}

static const DccAgentHandler handler = {
    .connected = on_connected,
    .ready = on_ready,
    .scene = on_scene,
    .frame = on_frame,
    .bye = on_bye,
    .work = on_work,
    .protection = on_protection,
};

static Door *
door_new(void)
{
    Door *self = g_new0(Door, 1);
    g_autoptr(GError) error = NULL;

    self->world = dcc_test_world_new();
    self->runtime = dcc_runtime_open(&error);
    self->instance_dir = dcc_instance_dir_open(self->runtime, "door", TRUE, &error);
    self->clock = dcc_manual_clock_new();
    self->link =
        dcc_agent_link_new(self->instance_dir, DCC_CLOCK(self->clock), &handler, self, &error);
    g_assert_no_error(error);
    dcc_agent_link_expect(self->link, "secret");
    return self;
}

static void
door_free(Door *self)
{
    dcc_agent_link_free(self->link);
    g_assert_cmpuint(dcc_manual_clock_pending(self->clock), ==, 0);
    g_object_unref(self->clock);
    dcc_instance_dir_free(self->instance_dir);
    g_object_unref(self->runtime);
    dcc_test_world_free(self->world);
    g_free(self->scene);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Door, door_free)

static Wire *
knock(Door *self)
{
    return wire_connect(dcc_instance_dir_get_dir(self->instance_dir), DCC_INSTANCE_DIR_AGENT);
}

static const char *
get_failure(JsonObject *answer)
{
    JsonObject *error = dcc_json_get_object(answer, "error");

    return dcc_json_get_string(dcc_json_get_object(error, "data"), "name", NULL);
}

/* (transfer full): what was answered. */
static JsonObject *
say_hello(Wire *wire, const char *token, int pid, const char *more)
{
    g_autofree char *line =
        g_strdup_printf("{\"id\":1,\"method\":\"hello\",\"params\":{\"protocol\":"
                        "1,\"token\":\"%s\",\"pid\":%d%s}}",
                        token,
                        pid,
                        more);

    wire_say(wire, line);
    return wire_hear(wire);
}

static void
enter(Wire *wire, int pid, const char *more)
{
    g_autoptr(JsonObject) answer = say_hello(wire, "secret", pid, more);

    g_assert_nonnull(dcc_json_get_object(answer, "result"));
}

static void
test_hello(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) wire = knock(door);
    g_autoptr(JsonObject) answer =
        say_hello(wire, "secret", 5, ",\"version\":\"4.2\",\"python\":\"3.11\"");
    JsonObject *result = dcc_json_get_object(answer, "result");

    g_assert_cmpint(dcc_json_get_int(result, "protocol", 0), ==, 1);
    g_assert_cmpstr(dcc_json_get_string(result, "name", NULL), ==, "door");
    g_assert_cmpuint(door->came, ==, 1);
    g_assert_true(dcc_agent_link_is_connected(door->link));
    g_assert_cmpint(dcc_agent_link_get_pid(door->link), ==, 5);
    g_assert_cmpstr(dcc_agent_link_get_version(door->link), ==, "4.2");
    g_assert_cmpstr(dcc_agent_link_get_python(door->link), ==, "3.11");
    g_assert_cmpuint(door->readies, ==, 0);
    dcc_manual_clock_advance(door->clock, 3600 * 1000);
    g_assert_true(wire_is_silent(wire));
    wire_hang_up(wire);
    dcc_test_wait_for(door->went == 1, 5000);
    g_assert_false(dcc_agent_link_is_connected(door->link));
    g_assert_cmpint(dcc_agent_link_get_pid(door->link), ==, 0);
}

static void
test_ready_at_hello(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) wire = knock(door);

    enter(wire, 5, ",\"ready\":true,\"scene\":\"/a.blend\",\"exists\":false");
    g_assert_cmpuint(door->readies, ==, 1);
    g_assert_cmpstr(door->scene, ==, "/a.blend");
    g_assert_false(door->exists);
}

/* "" is a scene without a name; null says that nobody knows yet. */
static void
test_ready_without_a_scene(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) wire = knock(door);

    enter(wire, 5, ",\"ready\":true,\"scene\":null,\"exists\":false");
    g_assert_cmpuint(door->readies, ==, 1);
    g_assert_null(door->scene);
    wire_say(wire, "{\"method\":\"ready\",\"params\":{\"scene\":\"\",\"exists\":false}}");
    dcc_test_wait_for(door->readies == 2, 5000);
    g_assert_cmpstr(door->scene, ==, "");
}

static const struct {
    const char *name;
    const char *params;
    const char *error;
} strangers[] = {
    {"wrong-token", "{\"protocol\":1,\"token\":\"secreT\",\"pid\":5}", "unsafe"},
    {"empty-token", "{\"protocol\":1,\"token\":\"\",\"pid\":5}", "unsafe"},
    {"no-token", "{\"protocol\":1,\"pid\":5}", "unsafe"},
    {"token-null", "{\"protocol\":1,\"token\":null,\"pid\":5}", "unsafe"},
    {"token-list", "{\"protocol\":1,\"token\":[\"secret\"],\"pid\":5}", "unsafe"},
    {"prefix", "{\"protocol\":1,\"token\":\"secre\",\"pid\":5}", "unsafe"},
    {"no-params", "null", "unsafe"},
    {"protocol-2", "{\"protocol\":2,\"token\":\"secret\",\"pid\":5}", "protocol"},
    {"no-protocol", "{\"token\":\"secret\",\"pid\":5}", "protocol"},
};

static void
test_turned_away(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) wire = knock(door);
    g_autofree char *line =
        g_strdup_printf("{\"id\":1,\"method\":\"hello\",\"params\":%s}", strangers[i].params);
    g_autoptr(JsonObject) answer = NULL;

    wire_say(wire, line);
    answer = wire_hear(wire);
    g_assert_cmpstr(get_failure(answer), ==, strangers[i].error);
    g_assert_cmpuint(door->came, ==, 0);
    g_assert_false(dcc_agent_link_is_connected(door->link));
}

/* Before a run is expected nobody has the right token. */
static void
test_nobody_is_expected(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) wire = knock(door);
    g_autoptr(JsonObject) answer = NULL;

    dcc_agent_link_expect(door->link, NULL);
    answer = say_hello(wire, "", 5, "");
    g_assert_cmpstr(get_failure(answer), ==, "unsafe");
}

static void
test_news_before_hello(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) wire = knock(door);
    g_autoptr(JsonObject) answer = NULL;

    wire_say(wire, "{\"method\":\"ready\",\"params\":{\"scene\":\"/x\"}}");
    wire_say(wire, "{\"method\":\"scene\",\"params\":{\"scene\":\"/x\"}}");
    wire_say(wire, "{\"method\":\"frame\"}\n{\"method\":\"bye\"}\n{\"method\":\"busy\"}");
    wire_say(wire, "{\"id\":9,\"method\":\"status\"}");
    answer = wire_hear(wire);
    g_assert_cmpint(dcc_json_get_int(dcc_json_get_object(answer, "error"), "code", 0), ==, -32601);
    g_assert_cmpuint(door->readies + door->scenes + door->frames + door->byes + door->came, ==, 0);
    g_assert_null(dcc_agent_link_get_busy(door->link));
}

static void
test_news(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) wire = knock(door);

    enter(wire, 5, "");
    wire_say(wire, "{\"method\":\"ready\",\"params\":{\"scene\":\"\",\"exists\":false}}");
    wire_say(wire, "{\"method\":\"busy\",\"params\":{\"reason\":\"render\"}}");
    wire_say(wire,
             "{\"method\":\"frame\",\"params\":{\"frame\":3,\"first\":1,\"last\":9,\"step\":2}}");
    wire_say(wire, "{\"method\":\"unheard-of\"}");
    wire_say(wire, "{\"method\":\"bye\",\"params\":{\"code\":7}}");
    dcc_test_wait_for(door->byes == 1, 5000);
    g_assert_cmpuint(door->readies, ==, 1);
    g_assert_cmpstr(dcc_agent_link_get_busy(door->link), ==, "render");
    g_assert_cmpint(door->frame[0], ==, 3);
    g_assert_cmpint(door->frame[3], ==, 2);
    g_assert_cmpint(door->code, ==, 7);
    wire_say(wire, "{\"method\":\"busy\",\"params\":{\"reason\":null}}");
    dcc_test_wait_for(dcc_agent_link_get_busy(door->link) == NULL, 5000);
}

/* "/caf\xe9" and what pretends to be such a path. */
static void
test_scenes_are_bytes(void)
{
    static const struct {
        const char *json;
        const char *scene;
    } scenes[] = {
        {"{\"base64\":\"L2NhZuk=\"}", "/caf\xe9"},
        {"\"/plain\"", "/plain"},
        {"{\"base64\":\"L2EAYg==\"}", ""}, /* a NUL in it */
        {"{\"base64\":\"***\"}", ""},
        {"{\"base64\":5}", ""},
        {"[\"/x\"]", ""},
        {"17", ""},
        {"null", ""},
    };
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) wire = knock(door);

    enter(wire, 5, "");
    for (guint i = 0; i < G_N_ELEMENTS(scenes); i++) {
        g_autofree char *line =
            g_strdup_printf("{\"method\":\"scene\",\"params\":{\"scene\":%s}}", scenes[i].json);

        wire_say(wire, line);
        dcc_test_wait_for(door->scenes == i + 1, 5000);
        g_assert_cmpstr(door->scene, ==, scenes[i].scene);
    }
}

static void
test_numbers_out_of_range(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) wire = knock(door);

    enter(wire, 5, "");
    wire_say(wire,
             "{\"method\":\"frame\",\"params\":{\"frame\":9223372036854775807,\"first\":"
             "-9223372036854775808,\"last\":1e300,\"step\":\"2\"}}");
    wire_say(wire, "{\"method\":\"bye\",\"params\":{\"code\":\"seven\"}}");
    dcc_test_wait_for(door->byes == 1 && door->frames == 1, 5000);
    g_assert_cmpint(door->code, ==, 0);
}

/* A child of the application inherits its token: it must not take its parent's place. */
static void
test_second_agent(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) first = knock(door);
    g_autoptr(Wire) second = knock(door);
    g_autoptr(JsonObject) answer = NULL;

    enter(first, 5, "");
    answer = say_hello(second, "secret", 6, "");
    g_assert_cmpstr(get_failure(answer), ==, "busy");
    g_assert_true(wire_is_silent(first));
    g_assert_cmpint(dcc_agent_link_get_pid(door->link), ==, 5);
    wire_say(second, "{\"method\":\"bye\",\"params\":{\"code\":1}}");
    g_assert_true(wire_is_silent(second));
    g_assert_cmpuint(door->byes, ==, 0);
}

static void
test_same_process_again(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) first = knock(door);
    g_autoptr(Wire) second = knock(door);

    enter(first, 5, "");
    enter(second, 5, "");
    wire_wait_closed(first);
    g_assert_true(dcc_agent_link_is_connected(door->link));
    g_assert_cmpuint(door->came, ==, 2);
    g_assert_cmpuint(door->went, ==, 1);
    wire_say(second, "{\"method\":\"bye\",\"params\":{\"code\":1}}");
    dcc_test_wait_for(door->byes == 1, 5000);
}

static void
on_answer(JsonObject *result, const GError *error, gpointer data)
{
    char **said = data;

    g_free(*said);
    *said = g_strdup(result != NULL ? "answered" : error->message);
}

/* Said twice by one and the same: it is still there, and can still be asked. */
static void
test_hello_twice(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) wire = knock(door);
    g_autoptr(JsonObject) again = NULL;
    g_autoptr(JsonObject) ping = NULL;
    g_autofree char *said = NULL;

    enter(wire, 5, "");
    again = say_hello(wire, "secret", 5, ",\"version\":\"9\"");
    g_assert_nonnull(again);
    g_assert_true(dcc_agent_link_is_connected(door->link));
    g_assert_cmpuint(door->went, ==, 0);
    dcc_agent_link_call(door->link, "ping", NULL, 1000, on_answer, &said);
    ping = wire_hear(wire);
    g_assert_cmpstr(dcc_json_get_string(ping, "method", NULL), ==, "ping");
    wire_say(wire, "{\"id\":1,\"result\":{}}");
    dcc_test_wait_for(said != NULL, 5000);
    g_assert_cmpstr(said, ==, "answered");
}

static void
test_few_strangers(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(GPtrArray) waiting = g_ptr_array_new_with_free_func((GDestroyNotify)wire_free);
    g_autoptr(Wire) ninth = NULL;

    for (guint i = 0; i < 8; i++)
        g_ptr_array_add(waiting, knock(door));
    dcc_test_turn();
    ninth = knock(door);
    wire_wait_closed(ninth);
    /* the first of them goes in, and there is room again */
    enter(g_ptr_array_index(waiting, 0), 5, "");
    g_ptr_array_add(waiting, knock(door));
    g_assert_true(wire_is_silent(g_ptr_array_index(waiting, 8)));
}

static void
test_strangers_have_little_time(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) agent = knock(door);
    g_autoptr(Wire) silent = NULL;
    g_autoptr(Wire) wrong = NULL;
    g_autoptr(JsonObject) refusal = NULL;

    enter(agent, 5, "");
    silent = knock(door);
    wrong = knock(door);
    refusal = say_hello(wrong, "what", 6, "");
    g_assert_true(wire_is_silent(silent));
    dcc_manual_clock_advance(door->clock, 9999);
    g_assert_true(wire_is_silent(silent));
    dcc_manual_clock_advance(door->clock, 1);
    wire_wait_closed(silent);
    wire_wait_closed(wrong);
    g_assert_true(wire_is_silent(agent));
    g_assert_true(dcc_agent_link_is_connected(door->link));
}

/* Who comes every nine seconds must not keep another's time from running out. */
static void
test_strangers_share_no_time(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) silent = knock(door);

    g_assert_true(wire_is_silent(silent));
    for (guint i = 0; i < 4; i++) {
        g_autoptr(Wire) other = NULL;

        dcc_manual_clock_advance(door->clock, 9000);
        other = knock(door);
        for (guint turn = 0; turn < 3; turn++)
            dcc_test_turn_once();
    }
    wire_wait_closed(silent);
}

static void
test_another_life(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) agent = knock(door);
    g_autoptr(Wire) stranger = knock(door);
    g_autoptr(Wire) next = NULL;
    g_autoptr(JsonObject) refusal = NULL;
    g_autofree char *said = NULL;

    enter(agent, 5, ",\"version\":\"4.2\"");
    dcc_agent_link_call(door->link, "save", NULL, -1, on_answer, &said);
    dcc_agent_link_expect(door->link, "another");
    g_assert_cmpstr(said, ==, "the other side went away: closed");
    g_assert_cmpuint(door->went, ==, 1);
    g_assert_null(dcc_agent_link_get_version(door->link));
    wire_wait_closed(agent);
    wire_wait_closed(stranger);
    next = knock(door);
    refusal = say_hello(next, "secret", 5, "");
    g_assert_cmpstr(get_failure(refusal), ==, "unsafe");
    g_clear_pointer(&refusal, json_object_unref);
    refusal = say_hello(next, "another", 7, "");
    g_assert_nonnull(dcc_json_get_object(refusal, "result"));
}

static void
test_call_without_agent(void)
{
    g_autoptr(Door) door = door_new();
    g_autofree char *said = NULL;

    dcc_agent_link_call(door->link, "ping", json_object_new(), 1000, on_answer, &said);
    g_assert_cmpstr(said, ==, "no agent is connected");
}

/* The agent died a moment ago, and the first to notice is who calls it. */
static void
test_call_of_a_dead_agent(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) wire = knock(door);
    g_autofree char *said = NULL;

    enter(wire, 5, "");
    wire_hang_up(wire);
    dcc_agent_link_call(door->link, "ping", NULL, 1000, on_answer, &said);
    dcc_test_wait_for(door->went == 1, 5000);
    g_assert_true(g_str_has_prefix(said, "the other side went away"));
}

/* What was said before the loop came to it counts: it connected, spoke, and died. */
static void
test_drain(void)
{
    g_autoptr(Door) door = door_new();
    g_autoptr(Wire) wire = knock(door);

    wire_say(wire,
             "{\"id\":1,\"method\":\"hello\",\"params\":{\"protocol\":1,\"token\":\"secret\","
             "\"pid\":5}}");
    wire_say(wire, "{\"method\":\"ready\"}\n{\"method\":\"bye\",\"params\":{\"code\":3}}");
    wire_hang_up(wire);
    dcc_agent_link_drain(door->link);
    g_assert_cmpuint(door->readies, ==, 1);
    g_assert_cmpint(door->code, ==, 3);
    g_assert_cmpuint(door->went, ==, 1);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/agent-link/hello", test_hello);
    g_test_add_func("/agent-link/ready-at-hello", test_ready_at_hello);
    g_test_add_func("/agent-link/ready-without-a-scene", test_ready_without_a_scene);
    for (guint i = 0; i < G_N_ELEMENTS(strangers); i++) {
        g_autofree char *path = g_strconcat("/agent-link/turned-away/", strangers[i].name, NULL);

        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_turned_away);
    }
    g_test_add_func("/agent-link/nobody-expected", test_nobody_is_expected);
    g_test_add_func("/agent-link/news-before-hello", test_news_before_hello);
    g_test_add_func("/agent-link/news", test_news);
    g_test_add_func("/agent-link/scenes-are-bytes", test_scenes_are_bytes);
    g_test_add_func("/agent-link/numbers-out-of-range", test_numbers_out_of_range);
    g_test_add_func("/agent-link/second-agent", test_second_agent);
    g_test_add_func("/agent-link/same-process-again", test_same_process_again);
    g_test_add_func("/agent-link/hello-twice", test_hello_twice);
    g_test_add_func("/agent-link/few-strangers", test_few_strangers);
    g_test_add_func("/agent-link/strangers-time", test_strangers_have_little_time);
    g_test_add_func("/agent-link/strangers-share-no-time", test_strangers_share_no_time);
    g_test_add_func("/agent-link/another-life", test_another_life);
    g_test_add_func("/agent-link/call-without-agent", test_call_without_agent);
    g_test_add_func("/agent-link/call-of-dead-agent", test_call_of_a_dead_agent);
    g_test_add_func("/agent-link/drain", test_drain);
    return g_test_run();
}
