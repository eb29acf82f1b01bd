#include "talk.h"

static void
asked_free(Asked *asked)
{
    json_object_unref(asked->params);
    g_free(asked->method);
    g_free(asked);
}

static void
on_request(DccPeer *peer, gint64 id, const char *method, JsonObject *params, gpointer data)
{
    Talk *self = data;
    Asked *asked = g_new0(Asked, 1);

    asked->id = id;
    asked->method = g_strdup(method);
    asked->params = json_object_ref(params);
    g_ptr_array_add(self->asked, asked);
    if (self->drain_when_asked) {
        Wire *wire = self->wire;

        /* something new must have come, or there is nothing to take in */
        if (self->asked->len == 1)
            wire_say(wire, "");
        dcc_peer_drain(peer);
    }
    if (self->drop_when_asked) {
        dcc_peer_close(peer);
        g_clear_object(&self->peer);
    }
}

static void
on_closed(DccPeer *peer, const char *reason, gpointer data)
{
    Talk *self = data;

    self->closed++;
    g_free(self->reason);
    self->reason = g_strdup(reason);
    if (self->drop_when_closed)
        g_clear_object(&self->peer);
}

static const DccPeerHandler handler = {.request = on_request, .closed = on_closed};

Talk *
talk_new(void)
{
    Talk *self = g_new0(Talk, 1);
    int theirs;

    self->wire = wire_new(&theirs);
    self->clock = dcc_manual_clock_new();
    self->asked = g_ptr_array_new_with_free_func((GDestroyNotify)asked_free);
    self->peer = dcc_peer_new(theirs, DCC_CLOCK(self->clock), &handler, self);
    return self;
}

void
talk_free(Talk *self)
{
    if (self == NULL)
        return;
    g_clear_object(&self->peer);
    g_assert_cmpuint(dcc_manual_clock_pending(self->clock), ==, 0);
    g_object_unref(self->clock);
    g_ptr_array_unref(self->asked);
    wire_free(self->wire);
    g_free(self->reason);
    g_free(self);
}

const Asked *
talk_wait_asked(Talk *self, guint n)
{
    dcc_test_wait_for(self->asked->len > n, 5000);
    return g_ptr_array_index(self->asked, n);
}

void
talk_on_outcome(JsonObject *result, const GError *error, gpointer outcome)
{
    Outcome *self = outcome;

    self->count++;
    g_assert_true((result == NULL) == (error != NULL));
    if (result != NULL)
        self->result = json_object_ref(result);
    if (error != NULL)
        self->error = g_error_copy(error);
    if (self->drop != NULL)
        g_clear_object(&self->drop->peer);
}

void
outcome_clear(Outcome *self)
{
    g_clear_pointer(&self->result, json_object_unref);
    g_clear_error(&self->error);
}
