/* A search in a thread, an adapter in the loop; see the header. */
#include "dcc-search-errand.h"

#include "dcc-errand.h"
#include "dcc-search-looks.h"

/* An adapter that has asked for something new so often will never have enough: it is asked once more, and waited for. */
#define MAX_ROUNDS 200

struct _DccSearchErrand {
    DccSearch *search;
    const DccSearchErrandHandler *handler;
    gpointer data;
    DccErrand *errand; /* NULL: nothing is being looked at */
    guint rounds;
};

static void
ask(DccSearchErrand *self);

static void
look(gpointer task)
{
    dcc_search_looks_do(task);
}

static void
on_looked(gpointer task, gpointer data)
{
    DccSearchErrand *self = data;

    dcc_search_learn(self->search, task);
    g_clear_pointer(&self->errand, dcc_errand_free);
    ask(self);
}

static void
free_looks(gpointer task)
{
    dcc_search_looks_free(task);
}

static const DccErrandKind errand_kind = {"dcchost-search", look, on_looked, free_looks, NULL};

static void
ask(DccSearchErrand *self)
{
    DccSearchLooks *open;

    dcc_search_put_off(self->search, ++self->rounds <= MAX_ROUNDS);
    self->handler->ask(self->data);
    open = dcc_search_take_open(self->search);
    if (open) {
        self->errand = dcc_errand_begin(&errand_kind, open, self);
        return;
    }
    dcc_search_put_off(self->search, FALSE);
    self->handler->done(self->data);
}

DccSearchErrand *
dcc_search_errand_new(DccSearch *search, const DccSearchErrandHandler *handler, gpointer data)
{
    DccSearchErrand *self = g_new0(DccSearchErrand, 1);

    self->search = g_object_ref(search);
    self->handler = handler;
    self->data = data;
    return self;
}

void
dcc_search_errand_begin(DccSearchErrand *self)
{
    ask(self);
}

void
dcc_search_errand_wait(DccSearchErrand *self, gint64 end)
{
    while (self->errand) {
        gint64 left = end - g_get_monotonic_time();

        if (!dcc_errand_wait(self->errand, MAX(0, left) / 1000))
            return;
    }
}

void
dcc_search_errand_free(DccSearchErrand *self)
{
    if (!self)
        return;
    dcc_errand_free(self->errand);
    g_object_unref(self->search);
    g_free(self);
}
