/* A thousand lives with mixed endings, many at a time: each exit is told once, with the right code
 * or signal, no zombie and no descriptor is left. What each run is to do is the oracle; what was
 * told is held against it. */
#include "session-rig.h"

#include <stdlib.h>

#define AT_A_TIME 10

typedef struct {
    const char *args;
    int code;
    int signal;
} Kind;

static const Kind kinds[] = {
    {"--exit-after 0", 0, 0},
    {"--exit-after 1 --code 1", 1, 0},
    {"--exit-after 2 --code 42", 42, 0},
    {"--exit-after 0 --code 137", 137, 0},
    {"--exit-after 1 --code 255", 255, 0},
    {"--crash-after 0 --signal 11", -1, DCC_SIGNAL_SEGV},
    {"--crash-after 1 --signal 9", -1, DCC_SIGNAL_KILL},
    {"--crash-after 2 --signal 6", -1, DCC_SIGNAL_ABORT},
    {"--crash-after 0 --signal 15", -1, DCC_SIGNAL_TERMINATE},
    {"--exit-before-ready 9", 9, 0},
    {"--tree fork --crash-after 1 --signal 11", -1, DCC_SIGNAL_SEGV},
    {"--hold-stdout --exit-after 1 --code 7", 7, 0},
};

typedef struct {
    Rig *rig;
    const Kind *kind;
} Slot;

typedef struct {
    DccTestWorld *world;
    Slot slots[AT_A_TIME];
    guint begun;
    guint wanted;
    guint told;
    guint wrong;
} Stress;

static void
check(Stress *self, Slot *slot)
{
    DccResult *result = dcc_session_get_result(slot->rig->session);
    guint exits = rig_count_events(slot->rig, "exit");

    self->told += exits;
    if (exits == 1 && dcc_result_get_code(result) == slot->kind->code &&
        dcc_result_get_signal(result) == slot->kind->signal)
        return;
    self->wrong++;
    g_test_message("%s: told %u times, code %d, signal %d",
                   slot->kind->args,
                   exits,
                   dcc_result_get_code(result),
                   dcc_result_get_signal(result));
}

static void
fill(Stress *self, guint i)
{
    Slot *slot = &self->slots[i];
    g_autofree char *name = g_strdup_printf("life-%u", i);

    slot->kind = &kinds[(guint)g_test_rand_int_range(0, G_N_ELEMENTS(kinds))];
    slot->rig = rig_new(self->world,
                        name,
                        slot->kind->args,
                        "restart",
                        "never",
                        "crash-grace",
                        "0",
                        "tree-timeout",
                        "50ms",
                        NULL);
    rig_start(slot->rig);
    self->begun++;
}

static gboolean
turn(Stress *self)
{
    gboolean busy = FALSE;

    for (guint i = 0; i < AT_A_TIME; i++) {
        Slot *slot = &self->slots[i];

        if (slot->rig != NULL && slot->rig->ended) {
            check(self, slot);
            g_clear_pointer(&slot->rig, rig_free);
        }
        if (slot->rig == NULL && self->begun < self->wanted)
            fill(self, i);
        busy = busy || slot->rig != NULL;
    }
    return busy;
}

static void
test_lives(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    const char *given = g_getenv("TEST_LIVES");
    Stress stress = {.world = world, .wanted = given != NULL ? (guint)atoi(given) : 1000};
    guint fds = dcc_test_count_fds();
    gint64 began = g_get_monotonic_time();

    while (turn(&stress)) {
        g_assert_cmpint(g_get_monotonic_time() - began, <, 600 * G_USEC_PER_SEC);
        dcc_test_turn_once();
    }
    /* A shim has still to end itself when it has told all, and to be reaped. */
    dcc_test_wait_for(dcc_test_count_zombies() == 0 && dcc_test_count_descendants() == 0 &&
                          dcc_test_count_fds() <= fds,
                      60000);
    g_test_message(
        "%u lives, %u exits told, %u wrong, %u zombies, descriptors %u before and %u after, %.1f s",
        stress.begun,
        stress.told,
        stress.wrong,
        dcc_test_count_zombies(),
        fds,
        dcc_test_count_fds(),
        (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC);
    g_assert_cmpuint(stress.wrong, ==, 0);
    g_assert_cmpuint(stress.told, ==, stress.wanted);
}

int
main(int argc, char **argv)
{
    rig_init(&argc, &argv);
    g_test_add_func("/session/lives/mixed", test_lives);
    return g_test_run();
}
