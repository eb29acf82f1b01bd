/* The machine's clock on a main loop: never early, and safe to change from its own
 * timers. */
#include "dcc-clock.h"

#define DEADLINE_MS 10000

typedef struct {
    DccClock *clock;
    GMainContext *context;
    GString *log;
    gint64 due;
    guint victim;
    int repeats;
    char letter;
    gboolean drop_clock;
} Timer;

static gboolean
on_timer(gpointer data)
{
    Timer *t = data;

    g_assert_cmpint(g_get_monotonic_time(), >=, t->due);
    g_string_append_c(t->log, t->letter);
    if (t->victim != 0)
        dcc_clock_remove(t->clock, t->victim);
    if (t->drop_clock)
        g_clear_object(&t->clock);
    return t->repeats-- > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

G_GNUC_NORETURN static gboolean
on_deadline(gpointer data)
{
    g_error("nothing fired within %d ms", DEADLINE_MS);
}

/* Until the log is as long as expected. The deadline wakes the loop, so that a failure cannot hang.
 */
static void
run_until(GMainContext *context, GString *log, gsize length)
{
    g_autoptr(GSource) deadline = g_timeout_source_new(DEADLINE_MS);

    g_source_set_callback(deadline, on_deadline, NULL, NULL);
    g_source_attach(deadline, context);
    while (log->len < length)
        g_main_context_iteration(context, TRUE);
    g_source_destroy(deadline);
}

static void
test_fires_in_order(void)
{
    g_autoptr(DccClock) clock = dcc_clock_new();
    GString *log = g_string_new(NULL);
    gint64 now = dcc_clock_now(clock);
    Timer a = {.clock = clock, .log = log, .due = now + 40000, .letter = 'a'};
    Timer b = {.clock = clock, .log = log, .due = now + 5000, .letter = 'b'};
    Timer c = {.clock = clock, .log = log, .due = now, .letter = 'c'};

    g_assert_cmpuint(dcc_clock_add(clock, 0, on_timer, &c), !=, 0);
    dcc_clock_add(clock, 5, on_timer, &b);
    dcc_clock_add(clock, 40, on_timer, &a);
    run_until(NULL, log, 3);
    g_assert_cmpstr(log->str, ==, "cba");
    g_string_free(log, TRUE);
}

static void
test_repeats(void)
{
    g_autoptr(DccClock) clock = dcc_clock_new();
    GString *log = g_string_new(NULL);
    gint64 start = dcc_clock_now(clock);
    Timer a = {.clock = clock, .log = log, .letter = 'a', .repeats = 2};

    dcc_clock_add(clock, 3, on_timer, &a);
    run_until(NULL, log, 3);
    g_assert_cmpint(dcc_clock_now(clock) - start, >=, 9000);
    g_assert_false(g_main_context_pending(NULL));
    g_string_free(log, TRUE);
}

static void
test_removes_itself_and_another(void)
{
    g_autoptr(DccClock) clock = dcc_clock_new();
    GString *log = g_string_new(NULL);
    Timer a = {.clock = clock, .log = log, .letter = 'a', .repeats = 9};
    Timer b = {.clock = clock, .log = log, .letter = 'b'};
    Timer c = {.clock = clock, .log = log, .letter = 'c'};
    Timer d = {.clock = clock, .log = log, .letter = 'd'};

    a.victim = dcc_clock_add(clock, 1, on_timer, &a);
    dcc_clock_add(clock, 3, on_timer, &b);
    b.victim = dcc_clock_add(clock, 6, on_timer, &c);
    dcc_clock_add(clock, 12, on_timer, &d);
    run_until(NULL, log, 3);
    g_assert_cmpstr(log->str, ==, "abd");
    dcc_clock_remove(clock, a.victim);
    g_string_free(log, TRUE);
}

static void
test_clock_dropped_by_timer(void)
{
    GString *log = g_string_new(NULL);
    Timer a = {
        .clock = dcc_clock_new(), .log = log, .letter = 'a', .repeats = 9, .drop_clock = TRUE};

    dcc_clock_add(a.clock, 1, on_timer, &a);
    run_until(NULL, log, 1);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpstr(log->str, ==, "a");
    g_string_free(log, TRUE);
}

static void
test_dropped_clock_fires_nothing(void)
{
    DccClock *dropped = dcc_clock_new();
    g_autoptr(DccClock) kept = dcc_clock_new();
    GString *log = g_string_new(NULL);
    Timer a = {.clock = dropped, .log = log, .letter = 'a'};
    Timer b = {.clock = kept, .log = log, .letter = 'b'};

    dcc_clock_add(dropped, 1, on_timer, &a);
    g_object_unref(dropped);
    dcc_clock_add(kept, 5, on_timer, &b);
    run_until(NULL, log, 1);
    g_assert_cmpstr(log->str, ==, "b");
    g_string_free(log, TRUE);
}

static void
test_thread_default_context(void)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(DccClock) clock = dcc_clock_new();
    GString *log = g_string_new(NULL);
    Timer a = {.clock = clock, .log = log, .letter = 'a'};

    g_main_context_push_thread_default(context);
    dcc_clock_add(clock, 1, on_timer, &a);
    g_main_context_pop_thread_default(context);
    run_until(context, log, 1);
    g_assert_cmpstr(log->str, ==, "a");
    g_string_free(log, TRUE);
}

/* What was made since the start is never older than this, whatever was done to the wall clock. */
static void
test_earliest(void)
{
    static const struct {
        gint64 began, now, age_ms, earliest;
    } cases[] = {
        {100, 100 + 5000000, 5000, 100},        /* nobody has set it */
        {100, 900000000, 5000, 100},            /* forward: files of both times count */
        {900000000, 100000000, 5000, 95000000}, /* back */
        {900000000, 100000000, -1, 100000000},  /* back, and how long it ran is not known */
        {900000000, 950000000, -1, 900000000},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(dcc_clock_find_earliest(cases[i].began, cases[i].now, cases[i].age_ms),
                        ==,
                        cases[i].earliest);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock/fires-in-order", test_fires_in_order);
    g_test_add_func("/clock/repeats", test_repeats);
    g_test_add_func("/clock/removes-itself-and-another", test_removes_itself_and_another);
    g_test_add_func("/clock/dropped-by-timer", test_clock_dropped_by_timer);
    g_test_add_func("/clock/dropped-clock-fires-nothing", test_dropped_clock_fires_nothing);
    g_test_add_func("/clock/thread-default-context", test_thread_default_context);
    g_test_add_func("/clock/earliest", test_earliest);
    return g_test_run();
}
