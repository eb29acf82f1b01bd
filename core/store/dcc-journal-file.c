/* The events of one instance on disk.
 *
 * Lines are appended whole, so a torn one (power cut) is one line that is no JSON: it is passed
 * over. A run begins a new file and numbers from 1; a file that grew too large was set aside as
 * PATH.1 within the run, and its numbers go on in PATH.
 */
#include "dcc-journal-file.h"

#include "dcc-json.h"
#include "dcc-spool.h"
#include "dcc-store-file.h"

#include <string.h>

#define MAX_NUMBER (G_GINT64_CONSTANT(1) << 53) /* what is beyond is damage */

/* NULL: it is no event. */
static JsonObject *
read_event(const char *line, gsize length, gint64 *number)
{
    g_autoptr(JsonObject) event =
        length > 0 ? dcc_json_from_text(line, (gssize)length, NULL) : NULL;

    *number = event != NULL ? dcc_json_get_int(event, "seq", 0) : 0;
    return *number > 0 && *number < MAX_NUMBER ? g_steal_pointer(&event) : NULL;
}

/* By its length: a power cut may leave NUL bytes in it. */
static void
each_event(const char *text, gsize length, DccJournalEventFunc func, gpointer data)
{
    gsize next;

    for (gsize from = 0; from < length; from = next) {
        const char *stop = memchr(text + from, '\n', length - from);
        gsize end = stop != NULL ? (gsize)(stop - text) : length;
        gint64 number;
        g_autoptr(JsonObject) event = read_event(text + from, end - from, &number);

        if (event != NULL)
            func(event, number, data);
        next = end + 1;
    }
}

static void
note_number(JsonObject *event, gint64 number, gpointer numbers)
{
    g_array_append_val((GArray *)numbers, number);
}

/* (transfer full): the numbers of all events, in the order of the text. */
static GArray *
list_numbers(const char *text, gsize length)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(gint64));

    each_event(text, length, note_number, numbers);
    return numbers;
}

/* What was on its way, where it did not arrive. Returns the number of the first; 0: there is
 * none. func: may be NULL. */
static gint64
each_spooled(GPtrArray *lines, gint64 last, DccJournalEventFunc func, gpointer data)
{
    gint64 first = 0;

    for (guint i = 0; lines != NULL && i < lines->len; i++) {
        const DccSpoolLine *line = g_ptr_array_index(lines, i);
        gint64 number = 0;
        g_autoptr(JsonObject) event =
            line->kind == 'e' ? read_event(line->line, strlen(line->line), &number) : NULL;

        if (event == NULL || number <= last)
            continue;
        last = number;
        first = first > 0 ? first : number;
        if (func != NULL)
            func(event, number, data);
    }
    return first;
}

/* Where the numbers of a file begin that go on to its last one, which is followed by next;
 * its length: none do. */
static guint
find_run(GArray *numbers, gint64 next)
{
    guint first = numbers->len;

    while (first > 0 && g_array_index(numbers, gint64, first - 1) == next - 1) {
        first--;
        next--;
    }
    return first;
}

typedef struct {
    guint left; /* to be passed over */
    DccJournalEventFunc func;
    gpointer data;
} Rest;

static void
tell_rest(JsonObject *event, gint64 number, gpointer data)
{
    Rest *rest = data;

    if (rest->left > 0)
        rest->left--;
    else
        rest->func(event, number, rest->data);
}

/* The older part of the run that goes on with next. */
static void
each_older(const char *path, gint64 next, DccJournalEventFunc func, gpointer data)
{
    g_autofree char *old = g_strconcat(path, ".1", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GArray) numbers = NULL;
    Rest rest = {.func = func, .data = data};
    gsize length = 0;

    if (next <= 1 || !dcc_store_file_read(old, &text, &length))
        return;
    numbers = list_numbers(text, length);
    rest.left = find_run(numbers, next);
    each_event(text, length, tell_rest, &rest);
}

gint64
dcc_journal_each_of_run(const char *path,
                        const char *spool,
                        DccJournalEventFunc func,
                        gpointer data)
{
    g_autoptr(GPtrArray) lines = spool != NULL ? dcc_spool_read(spool) : NULL;
    g_autofree char *text = NULL;
    g_autoptr(GArray) numbers = NULL;
    gsize length = 0;
    gint64 last;

    dcc_store_file_read(path, &text, &length);
    numbers = list_numbers(text, length);
    last = numbers->len > 0 ? g_array_index(numbers, gint64, numbers->len - 1) : 0;
    each_older(path,
               numbers->len > 0 ? g_array_index(numbers, gint64, 0)
                                : each_spooled(lines, 0, NULL, NULL),
               func,
               data);
    each_event(text, length, func, data);
    each_spooled(lines, last, func, data);
    return last;
}

typedef struct {
    JsonArray *events;
    gint64 since;
} Wanted;

static void
take_wanted(JsonObject *event, gint64 number, gpointer data)
{
    Wanted *wanted = data;

    if (number > wanted->since)
        json_array_add_object_element(wanted->events, json_object_ref(event));
}

JsonArray *
dcc_journal_read_run(const char *path, const char *spool, gint64 since)
{
    Wanted wanted = {json_array_new(), since};

    dcc_journal_each_of_run(path, spool, take_wanted, &wanted);
    return wanted.events;
}

JsonArray *
dcc_journal_read_file(const char *path, gint64 since)
{
    Wanted wanted = {json_array_new(), since};
    g_autofree char *text = NULL;
    gsize length = 0;

    if (dcc_store_file_read(path, &text, &length))
        each_event(text, length, take_wanted, &wanted);
    return wanted.events;
}
