/* The server: reads, answers at once what it can, and has the rest worked on in threads.
 *
 * Problem: one call that waits must not hold up another, nor the cancelling of itself, and a client
 * may be badly made: send without reading, ask without end, go away in the middle. Contract: the
 * reader waits for nothing but input and room in the output; no more calls are under way than
 * MAX_CALLS. Threading: the reader is the thread that calls mcp_server_run(); the table of calls has
 * a lock.
 */
#include "mcp-server.h"

#include "dcc-bytes.h"
#include "mcp-answer.h"
#include "mcp-hello.h"
#include "mcp-reader.h"
#include "mcp-work.h"
#include "mcp-writer.h"
#include <string.h>

#define MAX_LINE    (1024 * 1024)
#define MAX_WAITING (1024 * 1024) /* bytes of output */
#define PATIENCE_MS 30000
#define MAX_CALLS   64
#define CHUNK       (64 * 1024)
/* What calls that are under way have when the input ends; clients wait for about 2 s. */
#define FAREWELL_MS 1500

typedef struct {
    const McpPolicy *policy;
    McpWriter *writer;
    GThreadPool *threads;
    char *client; /* the name of initialize; NULL: none was given */
    gboolean gone;
    GMutex mutex;
    GCond changed;
    GHashTable *calls; /* by key of the id: McpWork; the threads' own */
    guint answering;   /* done, and on their way out: their ids may come again */
} McpServer;

static void
put(McpServer *self, JsonObject *answer)
{
    if (!mcp_writer_put(self->writer, answer))
        self->gone = TRUE;
}

/* In a thread of the pool. */
static void
work(gpointer data, gpointer server)
{
    McpServer *self = server;
    McpWork *one = data;
    JsonObject *answer = mcp_work_do(one);

    /* First, for who has the answer may use the id again. */
    g_mutex_lock(&self->mutex);
    g_hash_table_remove(self->calls, one->request->key);
    self->answering++;
    g_mutex_unlock(&self->mutex);
    /* Whoever cancelled waits for no answer. */
    if (g_cancellable_is_cancelled(one->cancel))
        json_object_unref(answer);
    else
        mcp_writer_put(self->writer, answer);
    g_mutex_lock(&self->mutex);
    self->answering--;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->mutex);
    mcp_work_free(one);
}

static guint
count_calls(McpServer *self)
{
    return g_hash_table_size(self->calls) + self->answering;
}

static const char *
find_fault(McpServer *self, const McpMessage *request)
{
    if (g_hash_table_contains(self->calls, request->key))
        return "this id is that of a request that is not answered yet";
    if (count_calls(self) >= MAX_CALLS)
        return "too many requests at once; wait until some are answered";
    return NULL;
}

/* request: (transfer full). */
static void
begin_work(McpServer *self, McpMessage *request)
{
    char *client = mcp_hello_read_client(request);
    const char *fault;
    McpWork *one;

    if (client == NULL)
        client = g_strdup(self->client != NULL ? self->client : "an MCP client");
    g_mutex_lock(&self->mutex);
    fault = find_fault(self, request);
    one = mcp_work_new(request, self->policy, self->writer, client);
    if (fault == NULL)
        g_hash_table_insert(self->calls, g_strdup(request->key), one);
    g_mutex_unlock(&self->mutex);
    if (fault == NULL) {
        g_thread_pool_push(self->threads, one, NULL);
        return;
    }
    put(self, mcp_answer_error(request->id, MCP_ERROR_BUSY, fault, NULL));
    mcp_work_free(one);
}

static void
hear_notification(McpServer *self, const McpMessage *message)
{
    JsonNode *id = json_object_get_member(message->params, "requestId");
    g_autofree char *key = NULL;
    McpWork *one;

    if (strcmp(message->method, "notifications/cancelled") != 0 || id == NULL)
        return;
    key = mcp_message_key(id);
    g_mutex_lock(&self->mutex);
    one = g_hash_table_lookup(self->calls, key);
    if (one != NULL)
        g_cancellable_cancel(one->cancel);
    g_mutex_unlock(&self->mutex);
}

static void
hear_request(McpServer *self, McpMessage *request)
{
    g_autoptr(McpMessage) owned = request;
    JsonObject *answer = mcp_hello_refuse(request);

    if (answer == NULL && mcp_work_is_for(request->method)) {
        begin_work(self, g_steal_pointer(&owned));
        return;
    }
    if (strcmp(request->method, "initialize") == 0) {
        g_free(self->client);
        self->client = mcp_hello_read_client(request);
    }
    put(self, answer != NULL ? answer : mcp_hello_answer(request, self->policy));
}

static void
on_line(const char *line, gsize length, gpointer data)
{
    McpServer *self = data;
    JsonObject *refusal = NULL;
    McpMessage *message = NULL;

    if (line == NULL)
        refusal = mcp_message_refuse_long(MAX_LINE);
    else
        message = mcp_message_parse(line, length, &refusal);
    if (refusal != NULL)
        put(self, refusal);
    else if (message != NULL && message->id != NULL)
        hear_request(self, message);
    else if (message != NULL) {
        hear_notification(self, message);
        mcp_message_free(message);
    }
}

static void
read_all(McpServer *self, int fd)
{
    g_autoptr(McpReader) reader = mcp_reader_new(MAX_LINE, on_line, self);
    g_autofree char *buffer = g_malloc(CHUNK);

    while (!self->gone) {
        gssize n = dcc_bytes_read(fd, buffer, CHUNK);

        if (n <= 0)
            break;
        mcp_reader_feed(reader, buffer, (gsize)n);
    }
    if (!self->gone)
        mcp_reader_finish(reader);
}

/* Whatever is under way may end, but is not waited for: an application that is being started or
 * ended is, whether anybody hears of it or not. */
static void
say_farewell(McpServer *self)
{
    gint64 until = g_get_monotonic_time() + FAREWELL_MS * 1000;

    g_mutex_lock(&self->mutex);
    while (count_calls(self) > 0)
        if (!g_cond_wait_until(&self->changed, &self->mutex, until))
            break;
    g_mutex_unlock(&self->mutex);
    mcp_writer_flush(self->writer, FAREWELL_MS);
}

/* What it holds is the threads' as well, which may not have ended: it lives as long as the process. */
gboolean
mcp_server_run(const McpPolicy *policy, int in_fd, int out_fd)
{
    McpServer *self = g_new0(McpServer, 1);

    self->policy = policy;
    g_mutex_init(&self->mutex);
    g_cond_init(&self->changed);
    self->calls = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->writer = mcp_writer_new(out_fd, MAX_WAITING, PATIENCE_MS);
    self->threads = g_thread_pool_new(work, self, MAX_CALLS, FALSE, NULL);
    read_all(self, in_fd);
    if (!self->gone)
        say_farewell(self);
    return !self->gone;
}
