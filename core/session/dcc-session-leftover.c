/* What an earlier life under this name left in its place, when nobody attends it any more. */
#include "dcc-session-private.h"

#include "dcc-error.h"
#include "dcc-json.h"

#include <sys/wait.h>

static gboolean
is_still_alive(DccInstanceDir *instance_dir, DccShimRecord *record)
{
    return dcc_shim_record_read(dcc_instance_dir_get_dir(instance_dir), record) &&
           record->spawned && !record->exited && dcc_identity_is_alive(&record->main);
}

static DccExitInfo *
read_leftover_exit(const DccShimRecord *record)
{
    int status = record->wait_status;

    if (!record->exited)
        return dcc_exit_info_new_lost("it ended while no session attended it");
    if (WIFSIGNALED(status))
        return dcc_exit_info_new_signaled(WTERMSIG(status), WCOREDUMP(status));
    return dcc_exit_info_new_exited(WEXITSTATUS(status));
}

/* Once: its own session may have told so and died before it had cleared the place. */
static void
report_leftover(DccSession *self, const DccShimRecord *record)
{
    const char *incarnation = self->life->incarnation;
    g_autoptr(DccExitInfo) info = NULL;
    g_autoptr(DccVerdict) verdict = NULL;
    g_autoptr(DccResult) result = NULL;
    g_autoptr(JsonObject) event = NULL;

    if (dcc_journal_has(self->journal, "exit", incarnation))
        return;
    info = read_leftover_exit(record);
    verdict = dcc_adapter_judge_exit(self->adapter, info);
    result = dcc_result_new_ended(info, verdict);
    event = dcc_session_event("exit");
    json_object_set_int_member(event, "pid", record->main.pid);
    json_object_set_string_member(event, "incarnation", incarnation);
    json_object_set_object_member(event, "result", dcc_session_result_to_object(result));
    dcc_journal_add(self->journal, event, FALSE);
    dcc_journal_add_death(self->journal, event);
    self->life->bad = !dcc_verdict_is_clean(verdict);
    g_set_object(&self->result, result);
}

/* The former life under this name ended, and no session was there to say so: its end goes into the
 * tally, raw, and what it left behind into safety, before its place is cleared. */
static void
bury_leftover(DccSession *self, const DccShimRecord *record, JsonObject *former)
{
    self->journal = dcc_journal_open(self->instance_dir, FALSE);
    self->rescue_dir = dcc_instance_dir_get_state_file(self->instance_dir, "rescue");
    self->log_path = dcc_instance_dir_get_state_file(self->instance_dir, DCC_INSTANCE_DIR_LOG);
    dcc_session_read_life(self, former);
    self->life->ended_wall = record->ended != 0 ? record->ended : g_get_real_time();
    self->life->pid = record->main.pid;
    report_leftover(self, record);
    dcc_session_rescue_files(self);
    g_clear_pointer(&self->life, dcc_life_free);
    g_clear_object(&self->result);
    g_clear_object(&self->work);
    g_clear_pointer(&self->last_scene, g_free);
    g_clear_pointer(&self->bundle, g_free);
    g_clear_pointer(&self->log_path, g_free);
    g_clear_pointer(&self->rescue_dir, g_free);
    g_clear_pointer(&self->journal, dcc_journal_free);
}

gboolean
dcc_session_settle_leftover(DccSession *self, GError **error)
{
    g_autofree char *path = dcc_instance_dir_get_path(self->instance_dir, DCC_INSTANCE_DIR_RECORD);
    g_autoptr(JsonObject) former = dcc_instance_dir_read_json(path);
    DccShimRecord record = {0};

    if (is_still_alive(self->instance_dir, &record)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "'%s' is running as pid %" G_GINT64_FORMAT
                    " with nobody attending it; 'dcchost adopt %s' takes it over",
                    dcc_session_get_name(self),
                    record.main.pid,
                    dcc_session_get_name(self));
        g_clear_pointer(&self->instance_dir, dcc_instance_dir_free);
        return FALSE;
    }
    if (former != NULL && record.spawned && dcc_json_get_object(former, "status") != NULL)
        bury_leftover(self, &record, former);
    return TRUE;
}
