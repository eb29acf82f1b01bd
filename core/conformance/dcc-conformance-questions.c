/* The questions as a table: how each is asked, what its answer says in a word, and what is wrong
 * with an answer that is sound by itself.
 *
 * Contract: what an answer must be is in dcc-questions.c; here stands what it may not claim: health
 * that nobody told, an orderly end that was none, a copy where nothing is installed, a version out
 * of nothing. Threading: that of the adapter.
 */
#include "dcc-conformance-questions.h"
#include "dcc-conformance-inputs.h"
#include "dcc-enum-types.h"
#include "dcc-error.h"
#include <string.h>

/* One line: names of inputs are quoted in messages. */
#define MAX_QUOTE 40

static char *
quote(const char *text)
{
    g_autofree char *start = g_strndup(text, MAX_QUOTE);
    g_autofree char *valid = g_utf8_make_valid(start, -1);
    g_autofree char *escaped = g_strescape(valid, NULL);

    return g_strdup_printf("'%s%s'", escaped, strlen(text) > MAX_QUOTE ? "..." : "");
}

static char *
describe_list(gpointer answer)
{
    return g_strdup(g_list_model_get_n_items(answer) > 0 ? "found some" : "found none");
}

static char *
name_search(guint i)
{
    return g_strdup(dcc_conformance_search_name(i));
}

static gpointer
ask_find_installations(const DccSubject *subject, guint i, GError **error)
{
    g_autoptr(DccSearch) search = dcc_conformance_new_search(i);

    return dcc_adapter_find_installations(subject->adapter, search, error);
}

static char *
judge_installations(guint i, gpointer answer)
{
    g_autoptr(DccInstallation) found = g_list_model_get_item(answer, 0);

    if (!found || !dcc_conformance_search_is_empty(i))
        return NULL;
    return g_strdup_printf("found %s all the same: look through the DccSearch alone",
                           dcc_installation_get_executable(found));
}

static char *
name_output(guint i)
{
    g_autofree char *output = dcc_conformance_new_output(i);

    return quote(output);
}

static gpointer
ask_read_version(const DccSubject *subject, guint i, GError **error)
{
    g_autofree char *output = dcc_conformance_new_output(i);

    return dcc_adapter_read_version(subject->adapter, subject->installation, output);
}

static char *
describe_version(gpointer answer)
{
    return g_strdup("version");
}

static char *
name_request(guint i)
{
    return g_strdup(dcc_conformance_request_name(i));
}

typedef gpointer (*AskWithRequest)(const DccSubject *subject,
                                   DccLaunchRequest *request,
                                   guint i,
                                   GError **error);

/* An adapter reads the request. One that changes it changes what the user asked for. */
static gpointer
ask_with_request(const DccSubject *subject,
                 const char *question,
                 guint request_i,
                 AskWithRequest ask,
                 guint i,
                 GError **error)
{
    const char *id = dcc_adapter_get_id(subject->adapter);
    g_autoptr(DccLaunchRequest) request = dcc_conformance_new_request(request_i, id ? id : "app");
    g_autofree char *before = dcc_conformance_request_digest(request);
    g_autoptr(GObject) answer = ask(subject, request, i, error);
    g_autofree char *after = dcc_conformance_request_digest(request);

    if (!answer || strcmp(before, after) == 0)
        return g_steal_pointer(&answer);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_ADAPTER,
                "adapter '%s' changed the request at %s, which it may only read",
                id ? id : G_OBJECT_TYPE_NAME(subject->adapter),
                question);
    return NULL;
}

static gpointer
plan_launch(const DccSubject *subject, DccLaunchRequest *request, guint i, GError **error)
{
    return dcc_adapter_plan_launch(subject->adapter, subject->installation, request, error);
}

static gpointer
ask_plan_launch(const DccSubject *subject, guint i, GError **error)
{
    return ask_with_request(subject, "plan_launch", i, plan_launch, i, error);
}

static char *
describe_launch_plan(gpointer answer)
{
    return g_strdup(dcc_launch_plan_get_readiness(answer) == DCC_READINESS_AGENT
                        ? "ready by its agent"
                        : "ready by settling");
}

static gpointer
plan_probe(const DccSubject *subject, DccLaunchRequest *request, guint i, GError **error)
{
    return dcc_adapter_plan_probe(subject->adapter, request, error);
}

static gpointer
ask_plan_probe(const DccSubject *subject, guint i, GError **error)
{
    return ask_with_request(subject, "plan_probe", i, plan_probe, i, error);
}

static char *
describe_probe_plan(gpointer answer)
{
    if (dcc_probe_plan_get_kind(answer) != DCC_PROBE_AGENT)
        return g_strdup("cannot be asked");
    return g_strdup_printf("agent's '%s'", dcc_probe_plan_get_method(answer));
}

static char *
name_reply(guint i)
{
    g_autofree char *quoted = quote(dcc_conformance_reply(i));

    return g_strdup_printf("the reply %s", quoted);
}

static gpointer
ask_read_probe(const DccSubject *subject, guint i, GError **error)
{
    return dcc_adapter_read_probe(
        subject->adapter, subject->probe, dcc_conformance_reply(i), error);
}

static char *
describe_probe_reply(gpointer answer)
{
    return g_strdup(dcc_enum_to_nick(DCC_TYPE_HEALTH, dcc_probe_reply_get_health(answer)));
}

static char *
judge_probe_reply(guint i, gpointer answer)
{
    if (!dcc_conformance_reply_is_senseless(i) ||
        dcc_probe_reply_get_health(answer) != DCC_HEALTH_OK)
        return NULL;
    return g_strdup("took what says nothing for health 'ok': answer 'unknown', or an error");
}

/* An agent of its own may speak in a way of its own. */
static gboolean
may_decline_replies(const DccSubject *subject)
{
    return g_strcmp0(dcc_probe_plan_get_method(subject->probe), "ping") != 0;
}

static gpointer
plan_stop(const DccSubject *subject, DccLaunchRequest *request, guint i, GError **error)
{
    return dcc_adapter_plan_stop(subject->adapter, request, error);
}

static gpointer
ask_plan_stop(const DccSubject *subject, guint i, GError **error)
{
    return ask_with_request(subject, "plan_stop", i, plan_stop, i, error);
}

static char *
describe_stop_plan(gpointer answer)
{
    gboolean saves = dcc_stop_plan_get_save_method(answer) != NULL;
    gboolean quits = dcc_stop_plan_get_quit_method(answer) != NULL;

    return g_strdup_printf("by %s%ssignal %d",
                           saves ? "save, " : "",
                           quits ? "quit, " : "",
                           dcc_stop_plan_get_signal(answer));
}

static char *
name_line(guint i)
{
    g_autofree char *line = dcc_conformance_new_line(i);
    g_autofree char *quoted = quote(line);

    return g_strdup_printf("the line %s", quoted);
}

static gpointer
ask_read_line(const DccSubject *subject, guint i, GError **error)
{
    g_autofree char *line = dcc_conformance_new_line(i);

    return dcc_adapter_read_line(subject->adapter, line);
}

static char *
describe_output_event(gpointer answer)
{
    return g_strdup(dcc_enum_to_nick(DCC_TYPE_OUTPUT_KIND, dcc_output_event_get_kind(answer)));
}

static char *
name_exit(guint i)
{
    return g_strdup(dcc_conformance_exit_name(i));
}

static gpointer
ask_judge_exit(const DccSubject *subject, guint i, GError **error)
{
    g_autoptr(DccExitInfo) info = dcc_conformance_new_exit(i);

    return dcc_adapter_judge_exit(subject->adapter, info);
}

static char *
describe_verdict(gpointer answer)
{
    return g_strdup(dcc_enum_to_nick(DCC_TYPE_VERDICT_KIND, dcc_verdict_get_kind(answer)));
}

static char *
judge_verdict(guint i, gpointer answer)
{
    const char *reason = dcc_verdict_get_reason(answer);

    if (!reason || !*reason)
        return g_strdup("gave a verdict without a reason");
    if (!dcc_conformance_exit_is_bad(i) || !dcc_verdict_is_clean(answer))
        return NULL;
    return g_strdup_printf("called it %s",
                           dcc_enum_to_nick(DCC_TYPE_VERDICT_KIND, dcc_verdict_get_kind(answer)));
}

static gpointer
ask_list_rescue_files(const DccSubject *subject, guint i, GError **error)
{
    g_autoptr(DccExitInfo) info = dcc_conformance_new_exit(i);

    return dcc_adapter_list_rescue_files(subject->adapter, info, error);
}

static char *
name_rescue(guint i)
{
    guint n = dcc_conformance_n_rescues();

    return g_strdup_printf(
        "%s, %s", dcc_conformance_rescue_name(i % n), dcc_conformance_request_name(i / n));
}

/* The first four requests: a window, headless, and both in safe mode. */
static guint
n_recoveries(void)
{
    return dcc_conformance_n_rescues() * 4;
}

/* Which files it can go on from is the application's business; made-up ones may be none of them. */
static gboolean
may_decline_recovery(const DccSubject *subject)
{
    return TRUE;
}

static gpointer
plan_recovery(const DccSubject *subject, DccLaunchRequest *request, guint i, GError **error)
{
    g_autoptr(DccRescueFile) file = dcc_conformance_new_rescue(i % dcc_conformance_n_rescues());

    return dcc_adapter_plan_recovery(subject->adapter, subject->installation, request, file, error);
}

static gpointer
ask_plan_recovery(const DccSubject *subject, guint i, GError **error)
{
    return ask_with_request(
        subject, "plan_recovery", i / dcc_conformance_n_rescues(), plan_recovery, i, error);
}

static char *
name_scene(guint i)
{
    return g_strdup(dcc_conformance_scene_name(i));
}

static gpointer
ask_read_scene_version(const DccSubject *subject, guint i, GError **error)
{
    g_autoptr(GBytes) head = dcc_conformance_new_scene(i);

    return dcc_adapter_read_scene_version(subject->adapter, head);
}

static char *
judge_scene_version(guint i, gpointer answer)
{
    if (!dcc_conformance_scene_is_senseless(i))
        return NULL;
    return g_strdup_printf("read the version %s out of what names none: answer nothing",
                           (const char *)answer);
}

static char *
name_render(guint i)
{
    return g_strdup_printf("frames %s", dcc_conformance_render_name(i));
}

/* What an application cannot render (negative frames, another format) it may say. */
static gboolean
may_decline_render(const DccSubject *subject)
{
    return TRUE;
}

static gpointer
plan_render(const DccSubject *subject, DccLaunchRequest *request, guint i, GError **error)
{
    g_autoptr(DccRenderJob) job = dcc_conformance_new_render(i);

    dcc_launch_request_set_render(request, job);
    return dcc_adapter_plan_render(subject->adapter, subject->installation, request, error);
}

static gpointer
ask_plan_render(const DccSubject *subject, guint i, GError **error)
{
    return ask_with_request(
        subject, "plan_render", dcc_conformance_render_request(i), plan_render, i, error);
}

static char *
describe_render_plan(gpointer answer)
{
    return g_strdup(dcc_launch_plan_is_job(answer) ? "ends by itself" : "stays");
}

static char *
judge_render_plan(guint i, gpointer answer)
{
    if (dcc_launch_plan_is_job(answer))
        return NULL;
    return g_strdup("planned a render that does not end by itself: dcc_launch_plan_set_job()");
}

#define ASKING(slot_) [DCC_QUESTION_INDEX(slot_)]

const DccAsking dcc_askings[DCC_ADAPTER_N_QUESTIONS] = {
    ASKING(find_installations) = {.n_inputs = dcc_conformance_n_searches,
                                  .name_input = name_search,
                                  .ask = ask_find_installations,
                                  .describe = describe_list,
                                  .judge = judge_installations},
    ASKING(read_version) = {.n_inputs = dcc_conformance_n_outputs,
                            .name_input = name_output,
                            .ask = ask_read_version,
                            .describe = describe_version},
    ASKING(plan_launch) = {.n_inputs = dcc_conformance_n_requests,
                           .name_input = name_request,
                           .ask = ask_plan_launch,
                           .describe = describe_launch_plan},
    ASKING(plan_probe) = {.n_inputs = dcc_conformance_n_requests,
                          .name_input = name_request,
                          .ask = ask_plan_probe,
                          .describe = describe_probe_plan},
    ASKING(read_probe) = {.n_inputs = dcc_conformance_n_replies,
                          .name_input = name_reply,
                          .ask = ask_read_probe,
                          .describe = describe_probe_reply,
                          .judge = judge_probe_reply,
                          .may_decline = may_decline_replies},
    ASKING(plan_stop) = {.n_inputs = dcc_conformance_n_requests,
                         .name_input = name_request,
                         .ask = ask_plan_stop,
                         .describe = describe_stop_plan},
    ASKING(read_line) = {.n_inputs = dcc_conformance_n_lines,
                         .name_input = name_line,
                         .ask = ask_read_line,
                         .describe = describe_output_event,
                         .strictness = 100},
    ASKING(judge_exit) = {.n_inputs = dcc_conformance_n_exits,
                          .name_input = name_exit,
                          .ask = ask_judge_exit,
                          .describe = describe_verdict,
                          .judge = judge_verdict},
    ASKING(list_rescue_files) = {.n_inputs = dcc_conformance_n_exits,
                                 .name_input = name_exit,
                                 .ask = ask_list_rescue_files,
                                 .describe = describe_list},
    ASKING(plan_recovery) = {.n_inputs = n_recoveries,
                             .name_input = name_rescue,
                             .ask = ask_plan_recovery,
                             .describe = describe_launch_plan,
                             .may_decline = may_decline_recovery},
    ASKING(read_scene_version) = {.n_inputs = dcc_conformance_n_scenes,
                                  .name_input = name_scene,
                                  .ask = ask_read_scene_version,
                                  .describe = describe_version,
                                  .judge = judge_scene_version},
    ASKING(plan_render) = {.n_inputs = dcc_conformance_n_renders,
                           .name_input = name_render,
                           .ask = ask_plan_render,
                           .describe = describe_render_plan,
                           .judge = judge_render_plan,
                           .may_decline = may_decline_render},
};
