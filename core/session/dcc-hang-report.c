/* The report on a hang; see the header. The kernel's part needs nobody's help; the stacks are asked
 * of the agent's thread, and where even that is silent the report says so instead of guessing. */
#include "dcc-hang-report.h"

#include "dcc-copy-place.h"
#include "dcc-file-open.h"
#include "dcc-journal.h"
#include "dcc-json.h"
#include "dcc-rescue.h"
#include "dcc-threads.h"

#include <glib/gstdio.h>
#include <unistd.h>

/* Of the agent's word; a thousand threads of thirty calls are well below. */
#define MAX_STACKS (1024 * 1024)

typedef struct {
    char *head; /* the report down to the stacks */
    char *target;
    char *temp_dir;
    char *report;
    char *stacks; /* a file whose words are in the report; NULL: none */
    gboolean written;
    DccStoreWriter *writer;
    DccHangReportFunc func;
    gpointer data;
    GDestroyNotify free_data;
} Inquiry;

static void
inquiry_free(Inquiry *inquiry)
{
    if (inquiry->free_data != NULL)
        inquiry->free_data(inquiry->data);
    g_free(inquiry->head);
    g_free(inquiry->target);
    g_free(inquiry->temp_dir);
    g_free(inquiry->report);
    g_free(inquiry->stacks);
    g_free(inquiry);
}

/* What a hung application says is not trusted with our rights: only a plain file of ours, directly
 * in the run's own directory. */
static char *
read_stacks(const char *temp_dir, const char *path)
{
    g_autofree char *raw = NULL;
    gssize length = -1;
    int fd;

    if (!dcc_copy_place_is_in(path, temp_dir) || !dcc_rescue_is_plain_file(path))
        return NULL;
    fd = dcc_file_open_to_read(path);
    if (fd < 0)
        return NULL;
    raw = g_malloc(MAX_STACKS);
    length = read(fd, raw, MAX_STACKS);
    close(fd);
    return length > 0 ? g_utf8_make_valid(raw, length) : NULL;
}

static void
write_report(gpointer data)
{
    Inquiry *inquiry = data;

    inquiry->written = g_file_set_contents(inquiry->target, inquiry->report, -1, NULL);
    if (inquiry->written && inquiry->stacks != NULL)
        g_unlink(inquiry->stacks);
}

static void
on_written(gpointer data)
{
    Inquiry *inquiry = data;

    inquiry->func(inquiry->written ? inquiry->target : NULL, inquiry->data);
}

static void
on_stacks(JsonObject *result, const GError *error, gpointer data)
{
    Inquiry *inquiry = data;
    g_autofree char *file = result != NULL ? dcc_json_get_bytes(result, "path") : NULL;
    g_autofree char *stacks = read_stacks(inquiry->temp_dir, file);
    const char *silence = error != NULL ? error->message : "the agent's file cannot be read";

    inquiry->report = g_strdup_printf("%s\nPython stacks:\n%s%s\n",
                                      inquiry->head,
                                      stacks != NULL ? stacks : "not available: ",
                                      stacks != NULL ? "" : silence);
    if (stacks != NULL)
        inquiry->stacks = g_steal_pointer(&file);
    dcc_store_writer_push_then(
        inquiry->writer, write_report, on_written, inquiry, (GDestroyNotify)inquiry_free);
}

void
dcc_hang_report_write(const DccHangReportFacts *facts,
                      DccAgentLink *agent,
                      DccHangReportFunc func,
                      gpointer data,
                      GDestroyNotify free_data)
{
    gint64 wall = g_get_real_time();
    g_autofree char *now = dcc_journal_time(wall);
    g_autofree char *threads = dcc_threads_describe(facts->pid);
    Inquiry *inquiry = g_new0(Inquiry, 1);

    inquiry->head =
        g_strdup_printf("%s, pid %" G_GINT64_FORMAT ": it neither answers nor works, %s\n\n"
                        "Threads, as the kernel sees them:\n%s",
                        facts->name,
                        facts->pid,
                        now,
                        threads);
    inquiry->target = g_strdup_printf("%s/%.8s-hang-%" G_GINT64_FORMAT ".txt",
                                      facts->rescue_dir,
                                      facts->incarnation,
                                      wall / 1000);
    inquiry->temp_dir = g_strdup(facts->temp_dir);
    inquiry->writer = facts->writer;
    inquiry->func = func;
    inquiry->data = data;
    inquiry->free_data = free_data;
    dcc_agent_link_call(agent, "stacks", NULL, facts->timeout_ms, on_stacks, inquiry);
}
