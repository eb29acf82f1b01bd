/* What the checks of `dcchost doctor` found. */
#include "cli-findings.h"

#include "dcc-json.h"

static const char *const level_names[] = {
    [CLI_FINDING_OK] = "ok",
    [CLI_FINDING_WARN] = "warn",
    [CLI_FINDING_FAIL] = "fail",
};

static void
finding_free(gpointer data)
{
    CliFinding *finding = data;

    g_free(finding->check);
    g_free(finding->detail);
    g_free(finding->advice);
    g_free(finding);
}

GPtrArray *
cli_findings_new(void)
{
    return g_ptr_array_new_with_free_func(finding_free);
}

void
cli_findings_add(GPtrArray *findings,
                 CliLevel level,
                 const char *check,
                 const char *advice,
                 const char *format,
                 ...)
{
    CliFinding *finding = g_new0(CliFinding, 1);
    va_list args;

    va_start(args, format);
    finding->detail = g_strdup_vprintf(format, args);
    va_end(args);
    finding->level = level;
    finding->check = g_strdup(check);
    finding->advice = g_strdup(advice);
    g_ptr_array_add(findings, finding);
}

const char *
cli_finding_level_name(CliLevel level)
{
    return level_names[level];
}

JsonObject *
cli_finding_to_json(const CliFinding *finding)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "level", level_names[finding->level]);
    dcc_json_set_bytes(object, "check", finding->check);
    dcc_json_set_bytes(object, "detail", finding->detail);
    dcc_json_set_bytes(object, "advice", finding->advice);
    return object;
}

void
cli_findings_add_json(GPtrArray *findings, JsonObject *object)
{
    const char *name = dcc_json_get_string(object, "level", "fail");
    g_autofree char *check = dcc_json_get_bytes(object, "check");
    g_autofree char *detail = dcc_json_get_bytes(object, "detail");
    g_autofree char *advice = dcc_json_get_bytes(object, "advice");
    CliLevel level = CLI_FINDING_FAIL;

    for (guint i = 0; i < G_N_ELEMENTS(level_names); i++)
        if (g_str_equal(name, level_names[i]))
            level = i;
    cli_findings_add(
        findings, level, check != NULL ? check : "?", advice, "%s", detail != NULL ? detail : "");
}
