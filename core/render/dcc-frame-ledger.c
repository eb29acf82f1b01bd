/* Which frames of a render are there.
 *
 * Problem: an application tells of files, a user asks for frames. Contract: with a pattern a file
 * is the frame's whose name it makes; without one the last number in the name tells. What was done
 * stays done. Threading: one thread at a time.
 */
#include "dcc-frame-ledger.h"

#include <string.h>

#define MAX_FAILURES 1000

typedef struct {
    DccFrameState state;
    char *file; /* that was told of */
    char *why;
} Entry;

struct _DccFrameLedger {
    DccFrames *frames;
    DccFramePath *expect; /* NULL: what is told of counts */
    Entry *entries;
    guint n;
    guint n_done;
};

DccFrameLedger *
dcc_frame_ledger_new(DccRenderJob *job)
{
    DccFrameLedger *self = g_new0(DccFrameLedger, 1);

    self->frames = g_object_ref(dcc_render_job_get_frames(job));
    g_set_object(&self->expect, dcc_render_job_get_expect(job));
    self->n = dcc_frames_count(self->frames);
    self->entries = g_new0(Entry, self->n);
    return self;
}

void
dcc_frame_ledger_free(DccFrameLedger *self)
{
    if (self == NULL)
        return;
    for (guint i = 0; i < self->n; i++) {
        g_free(self->entries[i].file);
        g_free(self->entries[i].why);
    }
    g_free(self->entries);
    g_clear_object(&self->expect);
    g_object_unref(self->frames);
    g_free(self);
}

guint
dcc_frame_ledger_count(DccFrameLedger *self)
{
    return self->n;
}

guint
dcc_frame_ledger_count_done(DccFrameLedger *self)
{
    return self->n_done;
}

int
dcc_frame_ledger_get_frame(DccFrameLedger *self, guint i)
{
    return dcc_frames_get(self->frames, i);
}

DccFrameState
dcc_frame_ledger_get_state(DccFrameLedger *self, guint i)
{
    return self->entries[i].state;
}

gboolean
dcc_frame_ledger_find_frame(DccFrameLedger *self, int frame, guint *i)
{
    guint low = 0, high = self->n;

    while (low < high) {
        guint middle = (low + high) / 2;

        if (dcc_frames_get(self->frames, middle) < frame)
            low = middle + 1;
        else
            high = middle;
    }
    *i = low;
    return low < self->n && dcc_frames_get(self->frames, low) == frame;
}

/* The number that ends at end, no further back than start; with its sign if a frame has it. */
static gboolean
find_number(DccFrameLedger *self, const char *start, const char *end, guint *i)
{
    const char *p = end;
    int frame;

    while (p > start && g_ascii_isdigit(p[-1]) && end - p < 9)
        p--;
    if (p == end)
        return FALSE;
    frame = (int)g_ascii_strtoll(p, NULL, 10);
    if (p > start && p[-1] == '-' && dcc_frame_ledger_find_frame(self, -frame, i))
        return TRUE;
    return dcc_frame_ledger_find_frame(self, frame, i);
}

static gboolean
find_by_name(DccFrameLedger *self, const char *path, guint *i)
{
    g_autofree char *name = g_path_get_basename(path);
    const char *end = name + strlen(name);

    while (end > name && !g_ascii_isdigit(end[-1]))
        end--;
    /* A digit of the extension ("jp2") is none of the frame's. */
    if (strchr(end, '.') == NULL && strrchr(name, '.') != NULL) {
        end = strrchr(name, '.');
        while (end > name && !g_ascii_isdigit(end[-1]))
            end--;
    }
    return find_number(self, name, end, i);
}

static gboolean
find_by_pattern(DccFrameLedger *self, const char *path, guint *i)
{
    const char *before = dcc_frame_path_get_before(self->expect);
    const char *after = dcc_frame_path_get_after(self->expect);
    g_autofree char *expected = NULL;

    if (dcc_frame_path_get_digits(self->expect) == 0) {
        *i = 0;
        return strcmp(path, before) == 0;
    }
    if (!g_str_has_prefix(path, before) || !g_str_has_suffix(path, after) ||
        strlen(path) <= strlen(before) + strlen(after))
        return FALSE;
    if (!find_number(self, path + strlen(before), path + strlen(path) - strlen(after), i))
        return FALSE;
    expected = dcc_frame_path_expand(self->expect, dcc_frames_get(self->frames, *i));
    return strcmp(path, expected) == 0;
}

gboolean
dcc_frame_ledger_find_file(DccFrameLedger *self, const char *path, guint *i)
{
    return self->expect != NULL ? find_by_pattern(self, path, i) : find_by_name(self, path, i);
}

void
dcc_frame_ledger_note_file(DccFrameLedger *self, guint i, const char *path)
{
    g_free(self->entries[i].file);
    self->entries[i].file = g_strdup(path);
}

char *
dcc_frame_ledger_get_file(DccFrameLedger *self, guint i)
{
    if (self->expect != NULL)
        return dcc_frame_path_expand(self->expect, dcc_frames_get(self->frames, i));
    return g_strdup(self->entries[i].file);
}

static gboolean
is_done(DccFrameState state)
{
    return state == DCC_FRAME_DONE || state == DCC_FRAME_UNCHECKED;
}

void
dcc_frame_ledger_note(DccFrameLedger *self, guint i, const char *why)
{
    g_free(self->entries[i].why);
    self->entries[i].why = g_strdup(why);
}

void
dcc_frame_ledger_set(DccFrameLedger *self, guint i, DccFrameState state, const char *why)
{
    Entry *entry = &self->entries[i];

    if (is_done(entry->state))
        return;
    entry->state = state;
    if (is_done(state))
        self->n_done++;
    dcc_frame_ledger_note(self, i, why);
}

void
dcc_frame_ledger_give_up(DccFrameLedger *self, DccFrames *frames, const char *why)
{
    for (guint i = 0; i < self->n; i++) {
        Entry *entry = &self->entries[i];

        if (entry->state != DCC_FRAME_MISSING ||
            (frames != NULL && !dcc_frames_contains(frames, dcc_frames_get(self->frames, i))))
            continue;
        entry->state = DCC_FRAME_FAILED;
        if (entry->why == NULL)
            entry->why = g_strdup(why);
    }
}

DccFrames *
dcc_frame_ledger_list(DccFrameLedger *self, DccFrameState state)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(int));

    for (guint i = 0; i < self->n; i++) {
        int frame = dcc_frames_get(self->frames, i);

        if (self->entries[i].state == state)
            g_array_append_val(numbers, frame);
    }
    return numbers->len > 0 ? dcc_frames_new((const int *)numbers->data, numbers->len) : NULL;
}

/* reason -> GArray of int, in the order in which they are met. */
static GHashTable *
group_failures(DccFrameLedger *self, GPtrArray *reasons)
{
    GHashTable *groups =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);

    for (guint i = 0; i < self->n; i++) {
        const char *why = self->entries[i].why != NULL ? self->entries[i].why : "not known";
        int frame = dcc_frames_get(self->frames, i);
        GArray *group;

        if (self->entries[i].state != DCC_FRAME_FAILED)
            continue;
        group = g_hash_table_lookup(groups, why);
        if (group == NULL) {
            group = g_array_new(FALSE, FALSE, sizeof(int));
            g_hash_table_insert(groups, (gpointer)why, group);
            g_ptr_array_add(reasons, (gpointer)why);
        }
        g_array_append_val(group, frame);
    }
    return groups;
}

/* Those of one reason together. */
static JsonArray *
list_failures(DccFrameLedger *self)
{
    g_autoptr(GPtrArray) reasons = g_ptr_array_new();
    g_autoptr(GHashTable) groups = group_failures(self, reasons);
    JsonArray *array = json_array_new();

    for (guint i = 0; i < MIN(reasons->len, MAX_FAILURES); i++) {
        const char *why = g_ptr_array_index(reasons, i);
        GArray *group = g_hash_table_lookup(groups, why);
        g_autoptr(DccFrames) frames = dcc_frames_new((const int *)group->data, group->len);
        g_autofree char *text = dcc_frames_to_text(frames);
        JsonObject *object = json_object_new();

        json_object_set_string_member(object, "frames", text);
        json_object_set_string_member(object, "reason", why);
        json_array_add_object_element(array, object);
    }
    return array;
}

static void
set_text(JsonObject *object, const char *member, const char *text)
{
    if (text != NULL)
        json_object_set_string_member(object, member, text);
    else
        json_object_set_null_member(object, member);
}

static void
set_frames(DccFrameLedger *self, JsonObject *object, const char *member, DccFrameState state)
{
    g_autoptr(DccFrames) frames = dcc_frame_ledger_list(self, state);
    g_autofree char *text = frames != NULL ? dcc_frames_to_text(frames) : NULL;

    set_text(object, member, text);
}

JsonObject *
dcc_frame_ledger_to_json(DccFrameLedger *self, const char *verdict)
{
    JsonObject *object = json_object_new();

    set_text(object, "verdict", verdict);
    json_object_set_int_member(object, "frames", self->n);
    json_object_set_int_member(object, "done", self->n_done);
    set_frames(self, object, "unchecked", DCC_FRAME_UNCHECKED);
    set_frames(self, object, "missing", DCC_FRAME_MISSING);
    set_frames(self, object, "failed", DCC_FRAME_FAILED);
    json_object_set_array_member(object, "failures", list_failures(self));
    return object;
}
