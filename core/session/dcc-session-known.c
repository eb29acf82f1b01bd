/* Sessions for instances that there were before: one whose session died, one that has ended. */
#include "dcc-session-private.h"

#include "dcc-claim.h"
#include "dcc-error.h"
#include "dcc-last-record.h"
#include "dcc-request-json.h"
#include "dcc-session-record.h"

static DccAdapter *
find_adapter(DccAdapterRegistry *registry, DccLaunchRequest *request, GError **error)
{
    const char *app = dcc_launch_request_get_app(request);

    dcc_adapter_registry_load_for(registry, app);
    return dcc_adapter_registry_lookup(registry, app, error);
}

/**
 * dcc_session_adopt:
 * @registry: where its adapter is
 * @runtime: the directories
 * @name: the instance's name
 * @error: return location for an error
 *
 * Takes over an instance whose session died. What happened meanwhile is reported, once, with the
 * code it ended with.
 *
 * Returns: (transfer full) (nullable): its new session. Errors: `NOT_FOUND`, `BUSY` (another
 * session attends it, or one that dies still holds its lock), `FAILED` (its record is damaged)
 *
 * Since: 1.0
 */
DccSession *
dcc_session_adopt(DccAdapterRegistry *registry,
                  DccRuntime *runtime,
                  const char *name,
                  GError **error)
{
    g_autoptr(DccInstanceDir) dir = NULL;
    g_autoptr(DccSessionRecord) record = NULL;
    g_autoptr(DccLaunchRequest) request = NULL;
    g_autoptr(DccSession) self = NULL;
    DccAdapter *adapter = NULL;

    g_return_val_if_fail(DCC_IS_ADAPTER_REGISTRY(registry), NULL);
    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    g_return_val_if_fail(name != NULL, NULL);

    dir = dcc_claim_unattended(runtime, name, error);
    record = dir != NULL ? dcc_session_record_read(dir, error) : NULL;
    request = record != NULL ? dcc_request_from_json(record->request, error) : NULL;
    adapter = request != NULL ? find_adapter(registry, request, error) : NULL;
    if (adapter == NULL)
        return NULL;
    self = dcc_session_make(adapter, request, runtime);
    return dcc_supervisor_take_up(
               dcc_session_get_supervisor(self), g_steal_pointer(&dir), record, error)
               ? g_steal_pointer(&self)
               : NULL;
}

static DccLaunchRequest *
read_request(DccRuntime *runtime, const char *name, GError **error)
{
    g_autofree char *path =
        dcc_instance_dir_is_name(name)
            ? dcc_instance_dir_find_state_file(runtime, name, DCC_INSTANCE_DIR_REQUEST)
            : NULL;
    g_autoptr(JsonObject) stored = path != NULL ? dcc_instance_dir_read_json(path) : NULL;

    if (stored != NULL)
        return dcc_request_from_json(stored, error);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_FOUND,
                "nothing was launched under the name '%s' before",
                name);
    return NULL;
}

/**
 * dcc_session_again:
 * @registry: where its adapter is
 * @runtime: the directories
 * @name: the name of an instance that has ended
 * @error: return location for an error
 *
 * Prepares another launch of what was last launched under this name; start it with
 * dcc_session_start().
 *
 * Returns: (transfer full) (nullable): a session that has not started. Errors: `NOT_FOUND`,
 * `UNKNOWN_APP`
 *
 * Since: 1.0
 */
DccSession *
dcc_session_again(DccAdapterRegistry *registry,
                  DccRuntime *runtime,
                  const char *name,
                  GError **error)
{
    g_autoptr(DccLaunchRequest) request = NULL;
    g_autoptr(DccLastRecord) last = NULL;
    DccAdapter *adapter = NULL;
    DccSession *self;

    g_return_val_if_fail(DCC_IS_ADAPTER_REGISTRY(registry), NULL);
    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    g_return_val_if_fail(name != NULL, NULL);

    request = read_request(runtime, name, error);
    adapter = request != NULL ? find_adapter(registry, request, error) : NULL;
    if (adapter == NULL)
        return NULL;
    self = dcc_session_make(adapter, request, runtime);
    last = dcc_instance_dir_read_last(runtime, name, NULL);
    if (last != NULL)
        dcc_supervisor_know_work(dcc_session_get_supervisor(self), last->status);
    return self;
}
