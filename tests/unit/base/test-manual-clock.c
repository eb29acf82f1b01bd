/* Time passes when a test says so: in order, to the microsecond, with timers that change timers. */
#include "dcc-manual-clock.h"

typedef struct {
    DccManualClock *manual;
    DccClock *clock;
    GString *log; /* one letter a firing */
    gint64 start;
} Fixture;

typedef struct {
    Fixture *fixture;
    char letter;
    gint64 expect_ms; /* since the start; -1 any */
    int repeats;
    guint own_id;
    guint victim;
    gint64 add_ms; /* -1 adds nothing */
    gint64 nested_ms;
} Timer;

static void
set_up(Fixture *f, gconstpointer data)
{
    f->manual = dcc_manual_clock_new();
    f->clock = DCC_CLOCK(f->manual);
    f->log = g_string_new(NULL);
    f->start = dcc_clock_now(f->clock);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_clear_object(&f->manual);
    g_string_free(f->log, TRUE);
}

static gint64
elapsed_ms(Fixture *f)
{
    return (dcc_clock_now(f->clock) - f->start) / 1000;
}

static gboolean
on_added(gpointer data)
{
    Fixture *f = data;

    g_string_append_c(f->log, '+');
    return G_SOURCE_REMOVE;
}

static gboolean
on_timer(gpointer data)
{
    Timer *t = data;
    Fixture *f = t->fixture;

    g_string_append_c(f->log, t->letter);
    if (t->expect_ms >= 0)
        g_assert_cmpint(elapsed_ms(f), ==, t->expect_ms);
    if (t->victim != 0)
        dcc_clock_remove(f->clock, t->victim);
    if (t->add_ms >= 0)
        dcc_clock_add(f->clock, t->add_ms, on_added, f);
    if (t->nested_ms > 0)
        dcc_manual_clock_advance(f->manual, t->nested_ms);
    return t->repeats-- > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
test_order(Fixture *f, gconstpointer data)
{
    Timer a = {.fixture = f, .letter = 'a', .expect_ms = 30, .add_ms = -1};
    Timer b = {.fixture = f, .letter = 'b', .expect_ms = 10, .add_ms = -1};
    Timer c = {.fixture = f, .letter = 'c', .expect_ms = 20, .add_ms = -1};
    Timer d = {.fixture = f, .letter = 'd', .expect_ms = 20, .add_ms = -1};

    dcc_clock_add(f->clock, 30, on_timer, &a);
    dcc_clock_add(f->clock, 10, on_timer, &b);
    dcc_clock_add(f->clock, 20, on_timer, &c);
    dcc_clock_add(f->clock, 20, on_timer, &d);
    g_assert_cmpuint(dcc_manual_clock_pending(f->manual), ==, 4);

    dcc_manual_clock_advance(f->manual, 9);
    g_assert_cmpstr(f->log->str, ==, "");
    dcc_manual_clock_advance(f->manual, 1);
    g_assert_cmpstr(f->log->str, ==, "b");
    dcc_manual_clock_advance(f->manual, 1000);
    g_assert_cmpstr(f->log->str, ==, "bcda");
    g_assert_cmpint(elapsed_ms(f), ==, 1010);
    g_assert_cmpuint(dcc_manual_clock_pending(f->manual), ==, 0);
}

static void
test_repeat(Fixture *f, gconstpointer data)
{
    Timer a = {.fixture = f, .letter = 'a', .expect_ms = -1, .add_ms = -1, .repeats = 3};
    Timer b = {.fixture = f, .letter = 'b', .expect_ms = 25, .add_ms = -1};

    dcc_clock_add(f->clock, 10, on_timer, &a);
    dcc_clock_add(f->clock, 25, on_timer, &b);
    dcc_manual_clock_advance(f->manual, 100);
    g_assert_cmpstr(f->log->str, ==, "aabaa");
    g_assert_cmpuint(dcc_manual_clock_pending(f->manual), ==, 0);
}

static void
test_repeat_without_delay_ends(Fixture *f, gconstpointer data)
{
    Timer a = {.fixture = f, .letter = 'a', .expect_ms = -1, .add_ms = -1, .repeats = 1000};
    guint id = dcc_clock_add(f->clock, 0, on_timer, &a);

    dcc_manual_clock_advance(f->manual, 3);
    g_assert_cmpstr(f->log->str, ==, "aaaa");
    dcc_clock_remove(f->clock, id);
    g_assert_cmpuint(dcc_manual_clock_pending(f->manual), ==, 0);
}

static void
test_adds_in_same_advance(Fixture *f, gconstpointer data)
{
    Timer a = {.fixture = f, .letter = 'a', .expect_ms = 10, .add_ms = 5};
    Timer b = {.fixture = f, .letter = 'b', .expect_ms = 20, .add_ms = 50};

    dcc_clock_add(f->clock, 10, on_timer, &a);
    dcc_clock_add(f->clock, 20, on_timer, &b);
    dcc_manual_clock_advance(f->manual, 30);
    g_assert_cmpstr(f->log->str, ==, "a+b");
    g_assert_cmpuint(dcc_manual_clock_pending(f->manual), ==, 1);
    dcc_manual_clock_advance(f->manual, 40);
    g_assert_cmpstr(f->log->str, ==, "a+b+");
}

static void
test_removes_another(Fixture *f, gconstpointer data)
{
    Timer a = {.fixture = f, .letter = 'a', .expect_ms = -1, .add_ms = -1};
    Timer b = {.fixture = f, .letter = 'b', .expect_ms = -1, .add_ms = -1};

    dcc_clock_add(f->clock, 10, on_timer, &a);
    a.victim = dcc_clock_add(f->clock, 10, on_timer, &b);
    dcc_manual_clock_advance(f->manual, 30);
    g_assert_cmpstr(f->log->str, ==, "a");
}

static void
test_removes_itself(Fixture *f, gconstpointer data)
{
    Timer a = {.fixture = f, .letter = 'a', .expect_ms = -1, .add_ms = -1, .repeats = 9};

    a.victim = dcc_clock_add(f->clock, 10, on_timer, &a);
    dcc_manual_clock_advance(f->manual, 100);
    g_assert_cmpstr(f->log->str, ==, "a");
    g_assert_cmpuint(dcc_manual_clock_pending(f->manual), ==, 0);
}

static void
test_advances_from_within(Fixture *f, gconstpointer data)
{
    Timer a = {.fixture = f, .letter = 'a', .expect_ms = 10, .add_ms = -1, .nested_ms = 100};
    Timer b = {.fixture = f, .letter = 'b', .expect_ms = 20, .add_ms = -1};

    dcc_clock_add(f->clock, 10, on_timer, &a);
    dcc_clock_add(f->clock, 20, on_timer, &b);
    dcc_manual_clock_advance(f->manual, 30);
    g_assert_cmpstr(f->log->str, ==, "ab");
    g_assert_cmpint(elapsed_ms(f), ==, 110);
}

static void
test_clear(Fixture *f, gconstpointer data)
{
    Timer a = {.fixture = f, .letter = 'a', .expect_ms = -1, .add_ms = -1};
    guint id = dcc_clock_add(f->clock, 10, on_timer, &a);

    g_assert_cmpuint(id, !=, 0);
    dcc_clock_clear(f->clock, &id);
    g_assert_cmpuint(id, ==, 0);
    dcc_clock_clear(f->clock, &id);
    dcc_clock_remove(f->clock, 12345);
    dcc_manual_clock_advance(f->manual, 100);
    g_assert_cmpstr(f->log->str, ==, "");
}

static void
test_endless_delay(Fixture *f, gconstpointer data)
{
    Timer a = {.fixture = f, .letter = 'a', .expect_ms = -1, .add_ms = -1};

    dcc_clock_add(f->clock, G_MAXINT64, on_timer, &a);
    dcc_clock_add(f->clock, -5, on_timer, &a);
    dcc_manual_clock_advance(f->manual, G_GINT64_CONSTANT(1000) * 3600 * 24 * 365 * 100);
    g_assert_cmpstr(f->log->str, ==, "a");
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*func)(Fixture *f, gconstpointer data);
    } tests[] = {
        {"/manual-clock/order", test_order},
        {"/manual-clock/repeat", test_repeat},
        {"/manual-clock/repeat-without-delay-ends", test_repeat_without_delay_ends},
        {"/manual-clock/adds-in-same-advance", test_adds_in_same_advance},
        {"/manual-clock/removes-another", test_removes_another},
        {"/manual-clock/removes-itself", test_removes_itself},
        {"/manual-clock/advances-from-within", test_advances_from_within},
        {"/manual-clock/clear", test_clear},
        {"/manual-clock/endless-delay", test_endless_delay},
    };

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);
    return g_test_run();
}
