/* The end of a life: what happened, what it means, what can be rescued. */
#include "dcc-session-private.h"

#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-safe-dir.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAST_LINES     100 /* for the adapter's judgement */
#define LOG_TAIL_LINES 20  /* for people */

guint64
dcc_session_count_oom_kills(void)
{
    g_autofree char *text = NULL;
    const char *line;

    if (!g_file_get_contents("/proc/vmstat", &text, NULL, NULL))
        return 0;
    line = strstr(text, "\noom_kill ");
    return line != NULL ? g_ascii_strtoull(line + strlen("\noom_kill "), NULL, 10) : 0;
}

static DccExitInfo *
read_exit(const DccShimRecord *record)
{
    int status = record->wait_status;

    if (!record->exited)
        return dcc_exit_info_new_lost("its end was seen by nobody who could tell how it ended");
    if (WIFSIGNALED(status))
        return dcc_exit_info_new_signaled(WTERMSIG(status), WCOREDUMP(status));
    return dcc_exit_info_new_exited(WEXITSTATUS(status));
}

/* A life that was refused before it began has no output. */
static char **
list_last_lines(DccLife *life, guint n)
{
    return life->last_lines != NULL ? dcc_line_ring_list(life->last_lines, n) : g_new0(char *, 1);
}

static DccExitInfo *
make_exit_info(DccSession *self, const DccShimRecord *record)
{
    DccLife *life = self->life;
    DccExitInfo *info = read_exit(record);
    g_auto(GStrv) lines = list_last_lines(life, LAST_LINES);

    dcc_exit_info_set_pid(info, life->pid);
    dcc_exit_info_set_headless(info, dcc_launch_request_is_headless(self->request));
    dcc_exit_info_set_job(info, life->plan != NULL && dcc_launch_plan_is_job(life->plan));
    dcc_exit_info_set_ready(info, life->ready);
    dcc_exit_info_set_requested(info, life->requested);
    dcc_exit_info_set_our_signal(info, record->our_signal);
    dcc_exit_info_set_times(
        info, life->began_wall, record->ended != 0 ? record->ended : g_get_real_time());
    dcc_exit_info_set_last_lines(info, (const char *const *)lines);
    dcc_exit_info_set_temp_dir(info, life->temp_dir);
    dcc_exit_info_set_scene(info, life->scene);
    dcc_exit_info_set_args(info, dcc_launch_request_get_args(self->request));
    if (life->progress != NULL)
        dcc_exit_info_set_saved(info, dcc_progress_get_saved(life->progress));
    for (guint i = 0; i < life->telling->len; i++)
        dcc_exit_info_add_event(info, g_ptr_array_index(life->telling, i));
    return info;
}

/* The kernel does not say whom it shot. That it shot somebody meanwhile, and that this one died by
 * a SIGKILL that was not ours, makes it likely, and that is the word. */
static DccVerdict *
judge(DccSession *self, DccExitInfo *info)
{
    gboolean killed = dcc_exit_info_get_kind(info) == DCC_RESULT_SIGNALED &&
                      dcc_exit_info_get_signal(info) == SIGKILL &&
                      !dcc_exit_info_is_our_signal(info);

    if (killed && dcc_session_count_oom_kills() > self->life->oom_kills)
        return dcc_verdict_new(DCC_VERDICT_OOM,
                               "likely killed by the kernel, which ran out of memory meanwhile");
    return dcc_adapter_judge_exit(self->adapter, info);
}

/* Ended in order before it ever was ready: that is no success, but for a short job. */
static gboolean
is_early_exit(DccLife *life, DccExitInfo *info, DccVerdict *verdict)
{
    return !life->ready && !life->requested && life->failure == NULL &&
           !(life->plan != NULL && dcc_launch_plan_is_job(life->plan)) &&
           dcc_exit_info_get_kind(info) == DCC_RESULT_EXITED && dcc_exit_info_get_code(info) == 0 &&
           dcc_verdict_is_clean(verdict);
}

/* A window without a licence does not end: it waits with a dialog, and its output alone says why it
 * was not ready in time. */
static DccResult *
make_failure(DccResult *failure, DccVerdict *verdict)
{
    if (dcc_verdict_get_kind(verdict) == DCC_VERDICT_LICENCE)
        return dcc_result_with_cause(failure, verdict);
    return g_object_ref(failure);
}

static DccResult *
make_result(DccSession *self, DccExitInfo *info, DccVerdict *verdict)
{
    if (self->life->failure != NULL)
        return make_failure(self->life->failure, verdict);
    if (is_early_exit(self->life, info, verdict))
        return dcc_result_new_start_failed(
            "early-exit", 0, "it ended with code 0 before it was ready");
    return dcc_result_new_ended(info, verdict);
}

static void
tell_exit(DccSession *self, DccResult *raw)
{
    DccLife *life = self->life;
    JsonObject *event, *death;

    /* A session that died right after it had told so may have left it to us: once is enough. */
    if (dcc_journal_has(self->journal, "exit", life->incarnation))
        return;
    event = dcc_session_event("exit");
    json_object_set_int_member(event, "pid", life->pid);
    json_object_set_string_member(event, "incarnation", life->incarnation);
    json_object_set_object_member(event, "result", dcc_session_result_to_object(raw));
    json_object_set_double_member(
        event, "uptime_s", (double)(g_get_real_time() - life->began_wall) / G_USEC_PER_SEC);
    death = json_object_ref(event);
    dcc_session_tell(self, event);
    if (!dcc_journal_add_death(self->journal, death))
        dcc_session_tell_degraded(self, "the tally of deaths cannot be written");
    json_object_unref(death);
}

static void
tell_log_tail(DccSession *self)
{
    g_auto(GStrv) lines = list_last_lines(self->life, LOG_TAIL_LINES);
    JsonArray *array = json_array_new();
    JsonObject *event = dcc_session_event("log-tail");

    for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
        json_array_add_string_element(array, lines[i]);
    json_object_set_array_member(event, "lines", array);
    dcc_session_tell(self, event);
}

static char *
describe(DccResult *result)
{
    if (dcc_result_get_signal(result) != 0)
        return g_strdup_printf("signal %d%s: %s",
                               dcc_result_get_signal(result),
                               dcc_result_get_core_dumped(result) ? " (core dumped)" : "",
                               dcc_result_get_reason(result));
    return g_strdup(dcc_result_get_reason(result));
}

static DccEvent
choose_event(DccLife *life, DccResult *result, DccVerdict *verdict)
{
    if (life->refused)
        return DCC_EVENT_EXITED_CRASH; /* another start goes without the file */
    if (dcc_result_get_kind(result) == DCC_RESULT_START_FAILED)
        return DCC_EVENT_EXITED_FOR_GOOD;
    if (dcc_verdict_is_clean(verdict))
        return DCC_EVENT_EXITED_CLEAN;
    if (dcc_verdict_is_permanent(verdict))
        return DCC_EVENT_EXITED_FOR_GOOD;
    return DCC_EVENT_EXITED_CRASH;
}

static gboolean
is_bad_end(DccResult *result, DccVerdict *verdict)
{
    DccResultKind kind = dcc_result_get_kind(result);

    return kind == DCC_RESULT_START_FAILED ||
           (kind != DCC_RESULT_STOPPED && !dcc_verdict_is_clean(verdict));
}

/* The main process has ended: the one place where a life's end is told, so it is told once. */
void
dcc_session_main_ended(DccSession *self)
{
    DccLife *life = self->life;
    DccShimRecord record = {0};
    g_autoptr(DccExitInfo) info = NULL;
    g_autoptr(DccVerdict) verdict = NULL;
    g_autofree char *text = NULL;

    if (life->exited)
        return;
    dcc_agent_link_drain(self->agent);
    life->exited = TRUE;
    life->ended_wall = g_get_real_time();
    dcc_clock_clear(self->clock, &life->start_timer);
    dcc_clock_clear(self->clock, &life->settle_timer);
    dcc_clock_clear(self->clock, &life->reset_timer);
    dcc_clock_clear(self->clock, &life->agent_timer);
    g_clear_pointer(&life->health, dcc_health_watch_free);
    dcc_shim_link_read(life->shim, &record);
    life->our_signal = record.our_signal;
    if (record.ended != 0)
        life->ended_wall = record.ended;
    dcc_log_reader_drain(life->log, TRUE);
    info = make_exit_info(self, &record);
    verdict = judge(self, info);
    g_clear_object(&self->result);
    self->result = make_result(self, info, verdict);
    tell_exit(self, self->result);
    text = describe(self->result);
    life->refused = life->recovered != NULL && !life->ready && !life->requested &&
                    life->failure == NULL && dcc_verdict_is_permanent(verdict);
    if (life->refused)
        dcc_session_refuse_work(self, text);
    life->bad = is_bad_end(self->result, verdict) || self->hang_restart;
    if (is_bad_end(self->result, verdict))
        tell_log_tail(self);
    if (life->stop_sequence != NULL)
        dcc_stop_sequence_main_ended(life->stop_sequence, 0);
    else if (self->state == DCC_STATE_STOPPING)
        dcc_session_descend(self); /* who had begun the way down died on it */
    dcc_session_dispatch(self, choose_event(life, self->result, verdict), text);
}

static char *
make_rescue_path(DccSession *self, const char *path)
{
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *name = g_strdup_printf("%.8s-%s", self->life->incarnation, base);

    return g_build_filename(self->rescue_dir, name, NULL);
}

/* The copy is as old as what it is a copy of: which is the newest work is told by it. */
static void
copy_times(const char *source, const char *target)
{
    struct stat st;

    if (lstat(source, &st) == 0)
        utimensat(
            AT_FDCWD, target, (struct timespec[]){st.st_atim, st.st_mtim}, AT_SYMLINK_NOFOLLOW);
}

static gboolean
copy_file(const char *from, const char *to)
{
    g_autoptr(GFile) source = g_file_new_for_path(from);
    g_autoptr(GFile) target = g_file_new_for_path(to);

    if (!g_file_copy(source,
                     target,
                     G_FILE_COPY_OVERWRITE | G_FILE_COPY_NOFOLLOW_SYMLINKS,
                     NULL,
                     NULL,
                     NULL,
                     NULL))
        return FALSE;
    copy_times(from, to);
    return TRUE;
}

static gboolean
is_plain_file_of_ours(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid();
}

/* A stop has asked for a copy of its own. */
static gboolean
is_saved_elsewhere(DccSession *self, DccRescueFile *file)
{
    return dcc_rescue_file_get_kind(file) == DCC_RESCUE_COPY && self->life->requested &&
           !self->hang_restart && g_strcmp0(self->saved, "saved") == 0;
}

/* FALSE: it is where it was, and must stay there. */
static gboolean
rescue_file(DccSession *self, DccRescueFile *file)
{
    const char *path = dcc_rescue_file_get_path(file);
    g_autofree char *target = make_rescue_path(self, path);

    if (!is_plain_file_of_ours(path))
        return TRUE;
    if (is_saved_elsewhere(self, file))
        return TRUE;
    if (rename(path, target) != 0 && !copy_file(path, target)) {
        dcc_session_tell_degraded(self,
                                  "a file could not be brought into safety; it stays where it was");
        dcc_session_report_rescue(self, dcc_rescue_file_get_kind(file), path);
        return FALSE;
    }
    dcc_session_report_rescue(self, dcc_rescue_file_get_kind(file), target);
    return TRUE;
}

static gboolean
rescue_listed(DccSession *self)
{
    DccShimRecord record = {0};
    g_autoptr(DccExitInfo) info = NULL;
    g_autoptr(GListModel) files = NULL;
    gboolean all = TRUE;

    if (self->life->shim != NULL)
        dcc_shim_link_read(self->life->shim, &record);
    info = make_exit_info(self, &record);
    files = dcc_adapter_list_rescue_files(self->adapter, info, NULL);
    for (guint i = 0; files != NULL && i < g_list_model_get_n_items(files); i++) {
        g_autoptr(DccRescueFile) file = g_list_model_get_item(files, i);

        all = rescue_file(self, file) && all;
    }
    return all;
}

/* What holds work or evidence goes to the state directory, what is left of the life's own files
 * goes away. Where something could not be brought away, the directory it lies in stays. */
void
dcc_session_rescue_files(DccSession *self)
{
    DccLife *life = self->life;

    if (life->temp_dir != NULL && rescue_listed(self))
        dcc_safe_dir_remove(life->temp_dir);
    dcc_session_gather(self);
    if (life->private_dir != NULL)
        dcc_safe_dir_remove(life->private_dir);
    g_clear_pointer(&life->temp_dir, g_free);
    g_clear_pointer(&life->private_dir, g_free);
}
