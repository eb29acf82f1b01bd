/* Records of version 1: much of what was to be known stood in the status object alone, and what was
 * wanted in flags. */
#include "dcc-session-record-old.h"

#include "dcc-error.h"
#include "dcc-json.h"

/* Where each member of version 2 stood. What stood where it stands now is not named. */
static const struct {
    const char *now, *before;
} from_record[] =
    {
        {"has_run", "lived"},
        {"next_safe", "safe_wanted"},
        {"next_recover", "recover_wanted"},
        {"next_asked", "recover_asked"},
        {"run_began_wall", "life_began_wall"},
},
  from_status[] =
      {
          {"state", "state"},
          {"app_version", "version"},
          {"executable", "executable"},
          {"restart_count", "restart_count"},
          {"result", "result"},
          {"bundle", "bundle"},
          {"rescued", "rescue"},
          {"degraded", "degraded"},
          {"incarnation", "incarnation"},
          {"scene", "scene"},
          {"run_safe", "safe"},
          {"recovered", "recovered"},
},
  from_work[] = {
      {"work_kind", "kind"},
      {"work_path", "path"},
};

#define TAKE(object, rows, from)                                                                   \
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)                                                 \
    take((object), (rows)[i].now, (from), (rows)[i].before)

static void
take(JsonObject *object, const char *now, JsonObject *from, const char *before)
{
    JsonNode *node = from != NULL ? json_object_get_member(from, before) : NULL;

    if (node != NULL)
        json_object_set_member(object, now, json_node_copy(node));
}

static void
take_all(JsonObject *object, JsonObject *from)
{
    g_autoptr(GList) names = json_object_get_members(from);

    for (GList *l = names; l != NULL; l = l->next)
        take(object, l->data, from, l->data);
}

static const char *
get_wish(JsonObject *old, gboolean stopping)
{
    if (dcc_json_get_boolean(old, "wanted_restart", FALSE))
        return "down-then-up";
    return stopping ? "down" : "up";
}

JsonObject *
dcc_session_record_from_1(JsonObject *old, GError **error)
{
    JsonObject *status = dcc_json_get_object(old, "status");
    JsonObject *work = dcc_json_get_object(status, "recovery");
    gboolean stopping = g_str_equal(dcc_json_get_string(status, "state", ""), "stopping");
    gboolean hang = dcc_json_get_boolean(old, "hang_restart", FALSE);
    JsonObject *object;

    if (status == NULL) {
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_FAILED, "the member 'status' is missing or damaged");
        return NULL;
    }
    object = json_object_new();
    take_all(object, old);
    TAKE(object, from_record, old);
    TAKE(object, from_status, status);
    TAKE(object, from_work, work);
    json_object_set_string_member(object, "wish", get_wish(old, stopping));
    if (hang)
        json_object_set_string_member(object, "next_cause", "hang");
    if (stopping)
        json_object_set_boolean_member(object, "requested", TRUE);
    return object;
}
