/* Every cell of the state table, against a second, independent writing of it, and what must hold of
 * any walk through it. */
#include "dcc-transition.h"

#include <string.h>

/* "state event next action"; what is not named here is ignored. Written from the promises, by hand.
 */
static const char *const expected[] = {
    "starting ready running watch",
    "starting spawn-refused restarting retry-spawn",
    "starting start-refused failed conclude",
    "starting start-timeout stopping kill",
    "starting exited-clean stopped clear-tree",
    "starting exited-crash crashed clear-tree",
    "starting exited-for-good failed clear-tree",
    "starting stop stopping ask-to-quit",
    "starting restart stopping ask-to-quit",

    "running hung unresponsive report",
    "running exited-clean stopped clear-tree",
    "running exited-crash crashed clear-tree",
    "running exited-for-good failed clear-tree",
    "running stop stopping ask-to-quit",
    "running restart stopping ask-to-quit",

    "unresponsive well running report",
    "unresponsive hang-timeout stopping ask-to-quit",
    "unresponsive exited-clean stopped clear-tree",
    "unresponsive exited-crash crashed clear-tree",
    "unresponsive exited-for-good failed clear-tree",
    "unresponsive stop stopping ask-to-quit",
    "unresponsive restart stopping ask-to-quit",

    "crashed start starting spawn",
    "crashed stop stopping ask-to-quit",
    "crashed restart-granted restarting delay",
    "crashed restart-refused crashed conclude",
    "crashed budget-spent failed conclude",

    "stopped start starting spawn",
    "stopped restart-granted restarting delay",
    "stopped restart-refused stopped conclude",
    "stopped budget-spent failed conclude",

    "failed start starting spawn",
    "failed restart-granted restarting delay",
    "failed restart-refused failed conclude",
    "failed budget-spent failed conclude",

    "restarting start starting spawn",
    "restarting restart starting spawn",
    "restarting delay-over starting spawn",
    "restarting stop stopped cancel",
    "restarting budget-spent failed conclude",

    "stopping spawn-refused stopped conclude",
    "stopping start-refused failed conclude",
    "stopping exited-clean stopping none",
    "stopping exited-crash stopping none",
    "stopping exited-for-good stopping none",
    "stopping stop stopping ask-to-quit",
    "stopping tree-empty stopped conclude",
    "stopping restart-granted restarting delay",
    "stopping restart-refused crashed conclude",
    "stopping budget-spent failed conclude",
};

/* Not dcc_enum_to_nick(): a second writing, so that a renamed state is noticed. */
static const char *const states[] = {"starting",
                                     "running",
                                     "unresponsive",
                                     "crashed",
                                     "stopped",
                                     "restarting",
                                     "stopping",
                                     "failed"};

static void
test_every_cell(void)
{
    guint used = 0;

    for (int s = 0; s < DCC_N_STATES; s++)
        for (int e = 0; e < DCC_N_EVENTS; e++) {
            DccTransition cell = dcc_transition_lookup((DccState)s, (DccEvent)e);
            g_autofree char *key = g_strdup_printf("%s %s ", states[s], dcc_event_to_string(e));
            g_autofree char *found = g_strdup_printf(
                "%s%s %s", key, states[cell.next], dcc_action_to_string(cell.action));
            g_autofree char *wanted = g_strdup_printf("%s%s ignore", key, states[s]);

            for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
                if (g_str_has_prefix(expected[i], key)) {
                    g_free(wanted);
                    wanted = g_strdup(expected[i]);
                    used++;
                }
            g_assert_cmpstr(found, ==, wanted);
        }
    /* A line that names no real cell would test nothing. */
    g_assert_cmpuint(used, ==, G_N_ELEMENTS(expected));
}

static void
test_names_are_told_apart(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (int e = 0; e < DCC_N_EVENTS; e++)
        g_assert_true(g_hash_table_add(seen, (gpointer)dcc_event_to_string(e)));
    g_hash_table_remove_all(seen);
    for (int a = 0; a < DCC_N_ACTIONS; a++)
        g_assert_true(g_hash_table_add(seen, (gpointer)dcc_action_to_string(a)));
    g_assert_cmpstr(dcc_event_to_string((DccEvent)999), ==, "unknown");
    g_assert_cmpstr(dcc_action_to_string((DccAction)-1), ==, "unknown");
}

static void
test_nonsense_changes_nothing(void)
{
    DccTransition cell = dcc_transition_lookup(DCC_STATE_RUNNING, (DccEvent)4711);
    g_assert_cmpint(cell.next, ==, DCC_STATE_RUNNING);
    g_assert_cmpint(cell.action, ==, DCC_ACTION_IGNORE);

    cell = dcc_transition_lookup((DccState)4711, DCC_EVENT_STOP);
    g_assert_cmpint(cell.next, ==, 4711);
    g_assert_cmpint(cell.action, ==, DCC_ACTION_IGNORE);
}

/* What the session holds beside the table, as the table's head says. */
typedef struct {
    DccState state;
    gboolean over;    /* concluded */
    gboolean down;    /* somebody asked for a stop, and nobody for a start since */
    gboolean burying; /* the policy's answer is due */
    gboolean stopping;
    gboolean refused; /* the machine refused the spawn: there is no process */
    guint alive;      /* main processes of this name */
    guint spawned_while_down;
} Model;

static gboolean
is_answer(DccEvent event)
{
    return event == DCC_EVENT_RESTART_GRANTED || event == DCC_EVENT_RESTART_REFUSED ||
           event == DCC_EVENT_BUDGET_SPENT;
}

/* Which events a session can send: exits of a live process, answers when they are due, and users
 * any time. */
static gboolean
may_happen(const Model *model, DccEvent event)
{
    gboolean resting = model->over || model->state == DCC_STATE_RESTARTING;

    if (event == DCC_EVENT_START)
        return resting;
    if (model->over)
        return FALSE;
    if (event == DCC_EVENT_EXITED_CLEAN || event == DCC_EVENT_EXITED_CRASH ||
        event == DCC_EVENT_EXITED_FOR_GOOD)
        return model->alive > 0;
    if (event == DCC_EVENT_SPAWN_REFUSED || event == DCC_EVENT_START_REFUSED)
        return model->state == DCC_STATE_STARTING ||
               (model->state == DCC_STATE_STOPPING && model->alive > 0);
    if (event == DCC_EVENT_TREE_EMPTY)
        return model->stopping && model->alive == 0;
    if (event == DCC_EVENT_RESTART_GRANTED)
        return !model->down && (model->burying || (model->stopping && model->alive == 0));
    if (is_answer(event))
        return model->burying || (model->stopping && model->alive == 0) || model->refused;
    return TRUE;
}

static void
act(Model *model, DccEvent event, DccAction action)
{
    if (event == DCC_EVENT_STOP)
        model->down = TRUE;
    if (event == DCC_EVENT_START)
        model->down = FALSE;
    if (event == DCC_EVENT_EXITED_CLEAN || event == DCC_EVENT_EXITED_CRASH ||
        event == DCC_EVENT_EXITED_FOR_GOOD || event == DCC_EVENT_SPAWN_REFUSED ||
        event == DCC_EVENT_START_REFUSED)
        model->alive = 0;
    switch (action) {
    case DCC_ACTION_SPAWN:
        g_assert_cmpuint(model->alive, ==, 0); /* never two runs of one name */
        model->spawned_while_down += model->down ? 1 : 0;
        model->alive++;
        model->over = model->burying = model->stopping = model->refused = FALSE;
        break;
    case DCC_ACTION_CLEAR_TREE:
        model->burying = TRUE;
        break;
    case DCC_ACTION_ASK_TO_QUIT:
    case DCC_ACTION_KILL:
        model->stopping = TRUE;
        model->burying = FALSE;
        break;
    case DCC_ACTION_CONCLUDE:
    case DCC_ACTION_CANCEL:
        g_assert_cmpuint(model->alive, ==, 0); /* nothing is left behind */
        model->over = TRUE;
        G_GNUC_FALLTHROUGH;
    case DCC_ACTION_DELAY:
    case DCC_ACTION_RETRY_SPAWN:
        model->refused = action == DCC_ACTION_RETRY_SPAWN;
        model->burying = model->stopping = FALSE;
        break;
    case DCC_ACTION_IGNORE:
    case DCC_ACTION_NONE:
    case DCC_ACTION_WATCH:
    case DCC_ACTION_REPORT:
        break;
    }
}

static void
step(Model *model, DccEvent event)
{
    DccTransition cell;

    if (!may_happen(model, event))
        return;
    cell = dcc_transition_lookup(model->state, event);
    if (cell.action == DCC_ACTION_IGNORE)
        g_assert_cmpint(cell.next, ==, model->state);
    model->state = cell.next;
    act(model, event, cell.action);
}

/* Brings a model to the end from wherever it is, by what will surely happen after a stop. */
static void
finish(Model *model)
{
    static const DccEvent ends[] = {DCC_EVENT_STOP,
                                    DCC_EVENT_EXITED_CRASH,
                                    DCC_EVENT_TREE_EMPTY,
                                    DCC_EVENT_RESTART_REFUSED,
                                    DCC_EVENT_DELAY_OVER};

    for (guint i = 0; i < 2 && !model->over; i++)
        for (guint e = 0; e < G_N_ELEMENTS(ends); e++)
            step(model, ends[e]);
    g_assert_true(model->over);
    g_assert_true(model->state == DCC_STATE_STOPPED || model->state == DCC_STATE_CRASHED ||
                  model->state == DCC_STATE_FAILED);
}

/* G17: between a stop and the end there is no spawn, whatever comes in whatever order. */
static void
test_random_walks(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20240229);
    guint visited[DCC_N_STATES] = {0};

    for (guint walk = 0; walk < 10000; walk++) {
        Model model = {.state = DCC_STATE_STOPPED, .over = TRUE};

        step(&model, DCC_EVENT_START);
        for (guint i = 0; i < 100; i++) {
            step(&model, (DccEvent)g_rand_int_range(random, 0, DCC_N_EVENTS));
            visited[model.state]++;
        }
        finish(&model);
        g_assert_cmpuint(model.spawned_while_down, ==, 0);
    }
    for (int s = 0; s < DCC_N_STATES; s++)
        g_assert_cmpuint(visited[s], >, 1000);
}

/* Even without the session's care: raw events in any order never make a stop lead straight to a
 * spawn. Only a start, a delay that was granted, or "now" within one, spawn. */
static void
test_only_three_ways_to_spawn(void)
{
    for (int s = 0; s < DCC_N_STATES; s++)
        for (int e = 0; e < DCC_N_EVENTS; e++) {
            DccTransition cell = dcc_transition_lookup((DccState)s, (DccEvent)e);

            g_assert_true((cell.action == DCC_ACTION_SPAWN) ==
                          (cell.next == DCC_STATE_STARTING && cell.action != DCC_ACTION_IGNORE));
            if (cell.action != DCC_ACTION_SPAWN)
                continue;
            if (s == DCC_STATE_RESTARTING)
                g_assert_true(e == DCC_EVENT_DELAY_OVER || e == DCC_EVENT_START ||
                              e == DCC_EVENT_RESTART);
            else
                g_assert_cmpint(e, ==, DCC_EVENT_START);
        }
}

static gboolean
reaches_the_end(int state, gboolean *seen)
{
    if (seen[state])
        return FALSE;
    seen[state] = TRUE;
    for (int e = 0; e < DCC_N_EVENTS; e++) {
        DccTransition cell = dcc_transition_lookup((DccState)state, (DccEvent)e);

        if (cell.action == DCC_ACTION_CONCLUDE || cell.action == DCC_ACTION_CANCEL)
            return TRUE;
        if (cell.action != DCC_ACTION_IGNORE && reaches_the_end(cell.next, seen))
            return TRUE;
    }
    return FALSE;
}

static void
test_every_state_can_end(void)
{
    for (int s = 0; s < DCC_N_STATES; s++) {
        gboolean seen[DCC_N_STATES] = {FALSE};

        g_assert_true(reaches_the_end(s, seen));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/transition/every-cell", test_every_cell);
    g_test_add_func("/transition/names", test_names_are_told_apart);
    g_test_add_func("/transition/nonsense", test_nonsense_changes_nothing);
    g_test_add_func("/transition/random-walks", test_random_walks);
    g_test_add_func("/transition/ways-to-spawn", test_only_three_ways_to_spawn);
    g_test_add_func("/transition/every-state-can-end", test_every_state_can_end);
    return g_test_run();
}
