/* Callers that are not let in yet; see the header. */
#include "dcc-socket-knocks.h"

#include "dcc-socket-file.h"
#include "dcc-source.h"

#define MAX_KNOCKS  64
#define CALL_US     (5 * G_USEC_PER_SEC)
#define WORD_LENGTH (DCC_SOCKET_WORD_LENGTH + 1) /* and its line end */

typedef struct {
    GSocket *socket;
    GSource *source; /* NULL: nobody waits for it */
    gint64 until;
    gsize n;
    char said[WORD_LENGTH];
} Knock;

struct _DccSocketKnocks {
    GQueue knocks;
    GSource *ear; /* not owned */
    char *word;
};

DccSocketKnocks *
dcc_socket_knocks_new(const char *word)
{
    DccSocketKnocks *self = g_new0(DccSocketKnocks, 1);

    g_queue_init(&self->knocks);
    self->word = g_strdup(word);
    return self;
}

static void
knock_free(Knock *knock)
{
    dcc_source_clear(&knock->source);
    g_object_unref(knock->socket);
    g_free(knock);
}

void
dcc_socket_knocks_free(DccSocketKnocks *self)
{
    Knock *knock;

    if (self == NULL)
        return;
    while ((knock = g_queue_pop_head(&self->knocks)) != NULL)
        knock_free(knock);
    g_free(self->word);
    g_free(self);
}

void
dcc_socket_knocks_add(DccSocketKnocks *self, GSocket *caller)
{
    Knock *knock = g_new0(Knock, 1);

    knock->socket = caller;
    knock->until = g_get_monotonic_time() + CALL_US;
    if (g_queue_get_length(&self->knocks) >= MAX_KNOCKS)
        knock_free(g_queue_pop_head(&self->knocks));
    g_queue_push_tail(&self->knocks, knock);
}

/* FALSE: it has said something else, or has gone, or is too late. */
static gboolean
hear(DccSocketKnocks *self, Knock *knock, gboolean *right)
{
    g_autoptr(GError) error = NULL;
    gssize n = g_socket_receive_with_blocking(
        knock->socket, knock->said + knock->n, WORD_LENGTH - knock->n, FALSE, NULL, &error);

    *right = FALSE;
    if (n < 0 && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return g_get_monotonic_time() < knock->until;
    if (n <= 0)
        return FALSE;
    knock->n += (gsize)n;
    *right = dcc_socket_file_is_said(self->word, knock->said, knock->n);
    return *right || knock->n < WORD_LENGTH;
}

GSocket *
dcc_socket_knocks_take(DccSocketKnocks *self)
{
    GSocket *caller = NULL;
    GList *next;

    for (GList *at = self->knocks.head; at != NULL && caller == NULL; at = next) {
        Knock *knock = at->data;
        gboolean right;
        gboolean stays = hear(self, knock, &right);

        next = at->next;
        if (stays && !right)
            continue;
        if (right)
            caller = g_object_ref(knock->socket);
        else
            g_message("turned away a connection that did not know the word of this user's files");
        g_queue_delete_link(&self->knocks, at);
        knock_free(knock);
    }
    return caller;
}

static gboolean
ignore(GSocket *socket, GIOCondition condition, gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static GSource *
add_child(GSource *parent, GSocket *socket)
{
    GSource *child = g_socket_create_source(socket, G_IO_IN | G_IO_HUP, NULL);

    g_source_set_callback(child, G_SOURCE_FUNC(ignore), NULL, NULL);
    g_source_add_child_source(parent, child);
    return child;
}

void
dcc_socket_knocks_attend(DccSocketKnocks *self, GSource *ear)
{
    gint64 first = -1;

    for (GList *at = self->knocks.head; at != NULL; at = at->next) {
        Knock *knock = at->data;

        if (self->ear != ear)
            dcc_source_clear(&knock->source);
        if (ear != NULL && knock->source == NULL)
            knock->source = add_child(ear, knock->socket);
        first = first < 0 ? knock->until : MIN(first, knock->until);
    }
    self->ear = ear;
    if (ear != NULL)
        g_source_set_ready_time(ear, first);
}
