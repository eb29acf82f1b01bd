/* What a run took of the machine in its last minutes.
 *
 * Threading: one thread at a time. */
#include "dcc-resource-ring.h"

#include "dcc-journal.h"

typedef struct {
    DccTreeSample sample;
    gint64 now, wall;
} Entry;

struct _DccResourceRing {
    Entry entries[DCC_RESOURCE_RING_SIZE];
    guint64 n; /* that ever came in */
};

DccResourceRing *
dcc_resource_ring_new(void)
{
    return g_new0(DccResourceRing, 1);
}

void
dcc_resource_ring_free(DccResourceRing *self)
{
    g_free(self);
}

void
dcc_resource_ring_add(DccResourceRing *self, const DccTreeSample *sample, gint64 now, gint64 wall)
{
    if (sample->valid)
        self->entries[self->n++ % DCC_RESOURCE_RING_SIZE] = (Entry){*sample, now, wall};
}

guint
dcc_resource_ring_get_length(DccResourceRing *self)
{
    return (guint)MIN(self->n, DCC_RESOURCE_RING_SIZE);
}

/* Of a tree whose members come and go, a sum may also fall: then nothing is claimed. */
static void
append_rates(GString *text, const Entry *entry, const Entry *before)
{
    gint64 span = before != NULL ? entry->now - before->now : 0;
    gint64 cpu = before != NULL ? entry->sample.cpu_us - before->sample.cpu_us : -1;
    gboolean io_known =
        before != NULL && entry->sample.io_bytes >= 0 && before->sample.io_bytes >= 0;
    gint64 io = io_known ? entry->sample.io_bytes - before->sample.io_bytes : -1;

    if (span > 0 && cpu >= 0)
        g_string_append_printf(text, "\t%.1f", (double)cpu * 100 / (double)span);
    else
        g_string_append(text, "\t-");
    g_string_append_printf(text, "\t%" G_GINT64_FORMAT, entry->sample.rss_bytes);
    if (span > 0 && io >= 0)
        g_string_append_printf(text, "\t%.0f", (double)io * G_USEC_PER_SEC / (double)span);
    else
        g_string_append(text, "\t-");
}

char *
dcc_resource_ring_to_text(DccResourceRing *self)
{
    GString *text = g_string_new("time\tcpu_percent\trss_bytes\tio_bytes_per_s\tprocesses\n");
    guint length = dcc_resource_ring_get_length(self);
    const Entry *before = NULL;

    for (guint64 i = self->n - length; i < self->n; i++) {
        const Entry *entry = &self->entries[i % DCC_RESOURCE_RING_SIZE];
        g_autofree char *time = dcc_journal_time(entry->wall);

        g_string_append(text, time);
        append_rates(text, entry, before);
        g_string_append_printf(text, "\t%u\n", entry->sample.n_processes);
        before = entry;
    }
    return g_string_free(text, FALSE);
}
