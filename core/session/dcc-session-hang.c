/* What is done about a hang. One that is the end of a crash is ended; of any other a report is
 * written, once each time the application becomes unresponsive, while it still hangs. The kernel's
 * part needs nobody's help; the Python stacks are asked of the agent's thread, and where even that
 * is silent the report says so instead of guessing. */
#include "dcc-session-private.h"

#include "dcc-json.h"
#include "dcc-threads.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of the agent's word; a thousand threads of thirty calls are well below. */
#define MAX_STACKS (1024 * 1024)

/* Of one life: who hangs every other minute for a week fills no disk with it. */
#define MAX_REPORTS 5

typedef struct {
    DccSession *session;
    char *incarnation; /* the life that hung: another may have begun before the answer came */
    char *threads;
} Inquiry;

static void
inquiry_free(Inquiry *inquiry)
{
    g_object_unref(inquiry->session);
    g_free(inquiry->incarnation);
    g_free(inquiry->threads);
    g_free(inquiry);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inquiry, inquiry_free)

/* What a hung application says is not trusted with our rights: only a plain file of ours, directly
 * in the launch's own directory. */
static char *
read_stacks(DccLife *life, const char *path)
{
    g_autofree char *parent = path != NULL ? g_path_get_dirname(path) : NULL;
    g_autofree char *raw = NULL;
    struct stat st;
    gssize length;
    int fd;

    if (parent == NULL || g_strcmp0(parent, life->temp_dir) != 0)
        return NULL;
    fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    raw = g_malloc(MAX_STACKS);
    length = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, raw, MAX_STACKS) : -1;
    close(fd);
    return length > 0 ? g_utf8_make_valid(raw, length) : NULL;
}

static char *
make_report(DccSession *self, const char *threads, const char *stacks, const char *silence)
{
    g_autofree char *now = dcc_journal_time(g_get_real_time());

    return g_strdup_printf("%s, pid %" G_GINT64_FORMAT ": it neither answers nor works, %s\n\n"
                           "Threads, as the kernel sees them:\n%s\n"
                           "Python stacks:\n%s%s\n",
                           dcc_session_get_name(self),
                           self->life->pid,
                           now,
                           threads,
                           stacks != NULL ? stacks : "not available: ",
                           stacks != NULL ? "" : silence);
}

static void
on_stacks(JsonObject *result, const GError *error, gpointer data)
{
    g_autoptr(Inquiry) inquiry = data;
    DccSession *self = inquiry->session;
    g_autofree char *name = NULL, *path = NULL, *file = NULL, *stacks = NULL, *report = NULL;

    if (self->life == NULL || self->life->exited || self->over ||
        g_strcmp0(self->life->incarnation, inquiry->incarnation) != 0)
        return;
    file = result != NULL ? dcc_json_get_bytes(result, "path") : NULL;
    stacks = read_stacks(self->life, file);
    report = make_report(self,
                         inquiry->threads,
                         stacks,
                         error != NULL ? error->message : "the agent's file cannot be read");
    name = g_strdup_printf(
        "%.8s-hang-%" G_GINT64_FORMAT ".txt", inquiry->incarnation, g_get_real_time() / 1000);
    path = g_build_filename(self->rescue_dir, name, NULL);
    if (!g_file_set_contents(path, report, -1, NULL)) {
        dcc_session_tell_degraded(self, "the report on a hang cannot be written");
        return;
    }
    if (stacks != NULL)
        unlink(file); /* it is in the report */
    if (dcc_health_watch_get_health(self->life->health) == DCC_HEALTH_UNRESPONSIVE) {
        g_free(self->life->hang_report);
        self->life->hang_report = g_strdup(path);
    }
    dcc_session_report_rescue(self, DCC_RESCUE_STACKS, path);
}

static gboolean
has_told_crash(DccLife *life)
{
    for (guint i = 0; i < life->telling->len; i++)
        if (dcc_output_event_get_kind(g_ptr_array_index(life->telling, i)) == DCC_OUTPUT_CRASH)
            return TRUE;
    return FALSE;
}

static gboolean
has_saved_crash(DccSession *self)
{
    DccLife *life = self->life;
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_lost("it has not ended");
    g_autoptr(GListModel) files = NULL;

    dcc_exit_info_set_pid(info, life->pid);
    dcc_exit_info_set_times(info, life->began_wall, g_get_real_time());
    dcc_exit_info_set_temp_dir(info, life->temp_dir);
    files = dcc_adapter_list_rescue_files(self->adapter, info, NULL);
    for (guint i = 0; files != NULL && i < g_list_model_get_n_items(files); i++) {
        g_autoptr(DccRescueFile) file = g_list_model_get_item(files, i);

        if (dcc_rescue_file_get_kind(file) == DCC_RESCUE_RECOVERY)
            return TRUE;
    }
    return FALSE;
}

/* What said that it crashed, has written its recovery file, and neither answers nor works any more
 * is dead: a crash dialog holds it (Houdini's), and nobody but us will end it. */
static gboolean
end_what_crashed(DccSession *self)
{
    if (!has_told_crash(self->life) || !has_saved_crash(self))
        return FALSE;
    dcc_shim_link_order(self->life->shim, DCC_SHIM_KILL_TREE);
    return TRUE;
}

void
dcc_session_report_hang(DccSession *self)
{
    Inquiry *inquiry;

    if (end_what_crashed(self))
        return;
    if (self->life->n_hang_reports >= MAX_REPORTS)
        return;
    self->life->n_hang_reports++;
    inquiry = g_new0(Inquiry, 1);
    inquiry->session = g_object_ref(self);
    inquiry->incarnation = g_strdup(self->life->incarnation);
    inquiry->threads = dcc_threads_describe(self->life->pid);
    dcc_agent_link_call(self->agent,
                        "stacks",
                        NULL,
                        dcc_settings_get(self->settings, DCC_SETTING_PROBE_TIMEOUT),
                        on_stacks,
                        inquiry);
}
