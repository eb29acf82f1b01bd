/* Work in a thread: told once, in the loop or by whoever waits, and never after it was freed. */
#include "dcc-errand.h"

#include "dcc-test.h"

/* What the thread works on; the gate holds it up. */
typedef struct {
    GMutex lock;
    GCond opened;
    gboolean open;
    GThread *worker;
    guint *freed; /* atomically */
} Task;

/* What the loop knows. */
typedef struct {
    DccErrand *errand;
    guint told;
    gboolean frees;
    GThread *teller;
    GThread *worker;
} Loop;

static void
work(gpointer data)
{
    Task *task = data;

    g_mutex_lock(&task->lock);
    while (!task->open)
        g_cond_wait(&task->opened, &task->lock);
    g_mutex_unlock(&task->lock);
    task->worker = g_thread_self();
}

static void
on_done(gpointer data, gpointer user)
{
    Loop *loop = user;

    loop->told++;
    loop->teller = g_thread_self();
    loop->worker = ((Task *)data)->worker;
    if (loop->frees)
        g_clear_pointer(&loop->errand, dcc_errand_free);
}

static void
free_task(gpointer data)
{
    Task *task = data;
    guint *freed = task->freed;

    g_mutex_clear(&task->lock);
    g_cond_clear(&task->opened);
    g_free(task);
    g_atomic_int_inc(freed);
}

static const DccErrandKind kind = {"test", work, on_done, free_task, NULL};

static Task *
task_new(guint *freed)
{
    Task *task = g_new0(Task, 1);

    g_mutex_init(&task->lock);
    g_cond_init(&task->opened);
    task->freed = freed;
    return task;
}

static void
open_gate(Task *task)
{
    g_mutex_lock(&task->lock);
    task->open = TRUE;
    g_cond_signal(&task->opened);
    g_mutex_unlock(&task->lock);
}

static void
test_told(void)
{
    guint freed = 0;
    Loop loop = {0};
    Task *task = task_new(&freed);

    loop.errand = dcc_errand_begin(&kind, task, &loop);
    g_assert_false(dcc_errand_wait(loop.errand, 0));
    g_assert_false(dcc_errand_wait(loop.errand, 20));
    g_assert_cmpuint(loop.told, ==, 0);
    open_gate(task);
    dcc_test_wait_for(loop.told > 0, 30000);
    g_assert_true(loop.teller == g_thread_self());
    g_assert_true(loop.worker != NULL && loop.worker != g_thread_self());
    g_assert_true(dcc_errand_wait(loop.errand, 0));
    g_assert_cmpuint(loop.told, ==, 1);
    dcc_errand_free(loop.errand);
    dcc_test_wait_for(g_atomic_int_get(&freed) == 1, 30000);
}

/* By whoever waits; the loop has nothing to add. */
static void
test_waited_for(void)
{
    for (int frees = 0; frees < 2; frees++) {
        guint freed = 0;
        Loop loop = {.frees = frees};
        Task *task = task_new(&freed);

        loop.errand = dcc_errand_begin(&kind, task, &loop);
        open_gate(task);
        g_assert_true(dcc_errand_wait(loop.errand, 30000));
        g_assert_cmpuint(loop.told, ==, 1);
        for (int i = 0; i < 10; i++)
            dcc_test_turn_once();
        g_assert_cmpuint(loop.told, ==, 1);
        dcc_errand_free(loop.errand);
        dcc_test_wait_for(g_atomic_int_get(&freed) == 1, 30000);
    }
}

static void
test_freed(void)
{
    guint freed = 0;
    Loop loop = {0};
    Task *task = task_new(&freed);

    loop.errand = dcc_errand_begin(&kind, task, &loop);
    dcc_errand_free(loop.errand);
    g_assert_cmpint(g_atomic_int_get(&freed), ==, 0); /* the thread has it */
    open_gate(task);
    dcc_test_wait_for(g_atomic_int_get(&freed) == 1, 30000);
    g_assert_cmpuint(loop.told, ==, 0);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/errand/told", test_told);
    g_test_add_func("/errand/waited-for", test_waited_for);
    g_test_add_func("/errand/freed", test_freed);
    return g_test_run();
}
