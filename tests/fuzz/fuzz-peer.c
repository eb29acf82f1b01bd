/* Whatever comes over a socket: each callback once, and no word after the end. */
#include "dcc-manual-clock.h"
#include "dcc-peer.h"
#include "fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

static const char *const seeds[] = {
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\",\"params\":{\"a\":[1]}}\n",
    "{\"id\":\"x\",\"method\":\"stop\"}\n{\"method\":\"ready\",\"params\":{\"scene\":\"\"}}\n",
    "{\"id\":1,\"result\":{\"pid\":5}}\n{\"id\":1,\"result\":{}}\n",
    "{\"id\":1,\"error\":{\"code\":-32001,\"message\":\"no\",\"data\":{\"name\":\"busy\"}}}\n\n",
};

GBytes *
fuzz_make_seed(guint n)
{
    return n < G_N_ELEMENTS(seeds) ? g_bytes_new_static(seeds[n], strlen(seeds[n])) : NULL;
}

typedef struct {
    guint answers;
    guint closed;
} Told;

static void
on_request(DccPeer *peer, gint64 id, const char *method, JsonObject *params, gpointer data)
{
    g_assert_cmpuint(((Told *)data)->closed, ==, 0);
    g_assert_nonnull(params);
    dcc_peer_reply(peer, id, NULL);
}

static void
on_closed(DccPeer *peer, const char *reason, gpointer data)
{
    ((Told *)data)->closed++;
}

static void
on_answer(JsonObject *result, const GError *error, gpointer data)
{
    g_assert_true((result == NULL) == (error != NULL));
    ((Told *)data)->answers++;
}

static const DccPeerHandler handler = {.request = on_request, .closed = on_closed};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(DccManualClock) clock = dcc_manual_clock_new();
    Told told = {0};
    DccPeer *peer;
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    peer = dcc_peer_new(fds[0], DCC_CLOCK(clock), &handler, &told);
    dcc_peer_call(peer, "ping", NULL, 1000, on_answer, &told);
    for (size_t from = 0; from < size && dcc_peer_is_open(peer);) {
        ssize_t n = send(fds[1], data + from, size - from, MSG_NOSIGNAL | MSG_DONTWAIT);

        from += n > 0 ? (size_t)n : 0;
        dcc_peer_drain(peer);
    }
    close(fds[1]);
    dcc_peer_drain(peer);
    g_assert_cmpuint(told.answers, ==, 1);
    g_assert_cmpuint(told.closed, ==, 1);
    g_object_unref(peer);
    return 0;
}
