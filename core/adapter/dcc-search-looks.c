/* Looks that are put off; see the header. */
#include "dcc-search-looks.h"

typedef struct {
    DccSearchLook look;
    char *argument;
    char **answer; /* NULL: not looked at yet */
} Note;

struct _DccSearchLooks {
    DccSearchWalk *walk;
    GArray *notes;
};

char *
dcc_search_look_name(DccSearchLook look, const char *argument)
{
    return g_strdup_printf("%u:%s", (guint)look, argument);
}

/* (transfer full): takes over one, which may be NULL. */
static char **
make_answer(char *one)
{
    char **answer = g_new0(char *, 2);

    answer[0] = one;
    return answer;
}

char **
dcc_search_look_at(const DccSearchWalk *walk, DccSearchLook look, const char *argument)
{
    switch (look) {
    case DCC_SEARCH_LOOK_GLOB:
        return dcc_search_walk_glob(walk, argument);
    case DCC_SEARCH_LOOK_PROGRAM:
        return make_answer(dcc_search_walk_program(walk, argument));
    case DCC_SEARCH_LOOK_REALPATH:
        return make_answer(dcc_search_walk_realpath(walk, argument));
    case DCC_SEARCH_LOOK_EXECUTABLE:
    default:
        return make_answer(dcc_search_walk_is_executable(walk, argument) ? g_strdup(argument)
                                                                         : NULL);
    }
}

static void
note_clear(gpointer data)
{
    Note *note = data;

    g_free(note->argument);
    g_strfreev(note->answer);
}

DccSearchLooks *
dcc_search_looks_new(DccSearchWalk *walk)
{
    DccSearchLooks *self = g_new0(DccSearchLooks, 1);

    self->walk = dcc_search_walk_ref(walk);
    self->notes = g_array_new(FALSE, FALSE, sizeof(Note));
    g_array_set_clear_func(self->notes, note_clear);
    return self;
}

void
dcc_search_looks_add(DccSearchLooks *self, DccSearchLook look, const char *argument)
{
    Note note = {look, NULL, NULL};

    for (guint i = 0; i < self->notes->len; i++) {
        const Note *other = &g_array_index(self->notes, Note, i);

        if (other->look == look && g_str_equal(other->argument, argument))
            return;
    }
    note.argument = g_strdup(argument);
    g_array_append_val(self->notes, note);
}

void
dcc_search_looks_do(DccSearchLooks *self)
{
    for (guint i = 0; i < self->notes->len; i++) {
        Note *note = &g_array_index(self->notes, Note, i);

        note->answer = dcc_search_look_at(self->walk, note->look, note->argument);
    }
}

void
dcc_search_looks_move(DccSearchLooks *self, GHashTable *known)
{
    for (guint i = 0; i < self->notes->len; i++) {
        Note *note = &g_array_index(self->notes, Note, i);

        g_hash_table_replace(known,
                             dcc_search_look_name(note->look, note->argument),
                             g_steal_pointer(&note->answer));
    }
}

void
dcc_search_looks_free(DccSearchLooks *self)
{
    g_array_unref(self->notes);
    dcc_search_walk_unref(self->walk);
    g_free(self);
}
