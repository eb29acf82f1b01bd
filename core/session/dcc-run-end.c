/* How one run ended, as a value; see the header. Threading: the count of references is atomic, the
 * rest does not change. */
#include "dcc-run-end.h"

#include "dcc-enum-types.h"
#include "dcc-result-private.h"

#include <string.h>

DccRunEnd *
dcc_run_end_alloc(void)
{
    DccRunEnd *self = g_atomic_rc_box_new0(DccRunEnd);

    self->uptime_ms = -1;
    self->significant = g_ptr_array_new_with_free_func(g_object_unref);
    self->files = g_ptr_array_new_with_free_func(g_object_unref);
    return self;
}

DccRunEnd *
dcc_run_end_ref(DccRunEnd *self)
{
    return g_atomic_rc_box_acquire(self);
}

static void
clear(gpointer data)
{
    DccRunEnd *self = data;

    g_free(self->incarnation);
    g_clear_object(&self->result);
    g_free(self->scene);
    g_free(self->recovered);
    g_ptr_array_unref(self->significant);
    g_strfreev(self->last_lines);
    g_ptr_array_unref(self->files);
}

void
dcc_run_end_unref(DccRunEnd *self)
{
    g_atomic_rc_box_release_full(self, clear);
}

static gboolean
has_same_path(gconstpointer file, gconstpointer other)
{
    return g_str_equal(dcc_rescue_file_get_path((DccRescueFile *)file),
                       dcc_rescue_file_get_path((DccRescueFile *)other));
}

/* Where a file lies now that the application wrote of in its temporary directory; NULL: nothing was
 * brought from there. */
static const char *
find_rescued(const DccRunEnd *self, const char *name)
{
    for (guint i = 0; i < self->files->len; i++) {
        const char *path = dcc_rescue_file_get_path(g_ptr_array_index(self->files, i));

        if (g_str_has_suffix(path, name) && strlen(path) > strlen(name) &&
            path[strlen(path) - strlen(name) - 1] == '-')
            return path;
    }
    return NULL;
}

/* (transfer full): a text that names a file where it lay when the application wrote of it, with the
 * place that it was brought to. */
static char *
name_anew(const DccRunEnd *self, const char *temp_dir, const char *text)
{
    const char *at = temp_dir != NULL && text != NULL ? strstr(text, temp_dir) : NULL;
    const char *base = at != NULL ? at + strlen(temp_dir) : NULL;
    g_autofree char *name = NULL, *head = NULL;
    const char *target;

    if (base == NULL || *base != '/')
        return g_strdup(text != NULL ? text : "");
    name = g_strndup(base + 1, strcspn(base + 1, "/'\" ,;\t"));
    target = *name != '\0' ? find_rescued(self, name) : NULL;
    if (target == NULL)
        return g_strdup(text);
    head = g_strndup(text, (gsize)(at - text));
    return g_strconcat(head, target, base + 1 + strlen(name), NULL);
}

/* What is told names files where they lie now, not in a directory that is gone. */
static void
name_files(DccRunEnd *self, const char *temp_dir)
{
    g_autofree char *reason = name_anew(self, temp_dir, dcc_result_get_reason(self->result));
    g_autoptr(DccResult) result = g_steal_pointer(&self->result);

    self->result = dcc_result_with_reason(result, reason);
    for (guint i = 0; i < self->significant->len; i++) {
        DccOutputEvent *event = g_ptr_array_index(self->significant, i);
        g_autofree char *text = name_anew(self, temp_dir, dcc_output_event_get_text(event));

        self->significant->pdata[i] = dcc_output_event_new(dcc_output_event_get_kind(event), text);
        g_object_unref(event);
    }
}

void
dcc_run_end_set_files(DccRunEnd *self, GPtrArray *told, GPtrArray *found, const char *temp_dir)
{
    for (guint i = 0; i < told->len; i++)
        if (!g_ptr_array_find_with_equal_func(
                found, g_ptr_array_index(told, i), has_same_path, NULL))
            g_ptr_array_add(self->files, g_object_ref(g_ptr_array_index(told, i)));
    self->n_told_files = self->files->len;
    for (guint i = 0; i < found->len; i++)
        g_ptr_array_add(self->files, g_object_ref(g_ptr_array_index(found, i)));
    name_files(self, temp_dir);
}

gboolean
dcc_run_end_is_bad(const DccRunEnd *self)
{
    DccResultKind kind = dcc_result_get_kind(self->result);

    return kind == DCC_RESULT_START_FAILED || (kind != DCC_RESULT_STOPPED && !self->clean);
}

char *
dcc_run_end_describe(const DccRunEnd *self)
{
    int sig = dcc_result_get_signal(self->result);

    if (sig != 0)
        return g_strdup_printf("signal %d%s: %s",
                               sig,
                               dcc_result_get_core_dumped(self->result) ? " (core dumped)" : "",
                               dcc_result_get_reason(self->result));
    return g_strdup(dcc_result_get_reason(self->result));
}

char *
dcc_run_end_name_cause(const DccRunEnd *self)
{
    const char *verdict =
        dcc_enum_to_nick(DCC_TYPE_VERDICT_KIND, dcc_result_get_verdict(self->result));

    if (dcc_result_get_signal(self->result) != 0)
        return g_strdup_printf("%s, signal %d", verdict, dcc_result_get_signal(self->result));
    return g_strdup_printf("%s, code %d", verdict, dcc_result_get_code(self->result));
}
