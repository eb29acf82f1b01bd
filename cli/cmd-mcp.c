/* dcchost mcp: agents start, wait for, watch, stop and understand applications; see mcp/. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-options.h"
#include "cli-out.h"
#include "dcc-own-process.h"
#include "mcp-config.h"
#include "mcp-reference.h"
#include "mcp-server.h"
#include <string.h>
#include <unistd.h>

static const char notes[] =
    "A client starts it: it speaks the Model Context Protocol on its standard input and output,\n"
    "revision 2026-07-28 and those that begin with initialize. Applications go on when it ends.\n"
    "Agents may end what agents have launched, and look at everything. What else they may do is\n"
    "off unless it is named here. docs/mcp.md tells the rest.\n"
    "\n"
    "Examples:\n"
    "  dcchost mcp --print-config claude-code\n"
    "  dcchost mcp --print-config codex --read-only\n"
    "  claude mcp add dcchost -- $(command -v dcchost) mcp --root ~/shots\n";

typedef struct {
    char **allowed;
    char **roots;
    char *client;
    gboolean reference;
    McpPolicy policy;
} Options;

static void
options_clear(Options *self)
{
    g_strfreev(self->allowed);
    g_strfreev(self->roots);
    g_free(self->client);
    mcp_policy_clear(&self->policy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean
allow(Options *self, GError **error)
{
    for (char **p = self->allowed; p != NULL && *p != NULL; p++) {
        if (strcmp(*p, "run-python") != 0) {
            cli_set_usage_error(error, "--allow takes run-python, not '%s'", *p);
            return FALSE;
        }
        self->policy.run_python = TRUE;
    }
    return TRUE;
}

/* Those that the server is to be started with. */
static char **
list_options(const Options *self)
{
    GPtrArray *words = g_ptr_array_new();

    if (self->policy.read_only)
        g_ptr_array_add(words, g_strdup("--read-only"));
    if (self->policy.manage_all)
        g_ptr_array_add(words, g_strdup("--manage-all"));
    if (self->policy.trust_scenes)
        g_ptr_array_add(words, g_strdup("--trust-scenes"));
    if (self->policy.run_python)
        g_ptr_array_add(words, g_strdup("--allow=run-python"));
    for (char **p = self->roots; p != NULL && *p != NULL; p++) {
        g_autofree char *path = g_canonicalize_filename(*p, NULL);

        g_ptr_array_add(words, g_strconcat("--root=", path, NULL));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

static int
print_config(const Options *self)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) options = list_options(self);
    g_autofree char *program = dcc_own_process_get_program();
    g_autofree char *text = NULL;
    const char *file;

    text = mcp_config_make(program, self->client, (const char *const *)options, &file, &error);
    if (text == NULL)
        return cli_fail(error);
    cli_out("%s\n", text);
    cli_out_flush();
    cli_warn("this belongs into %s", file);
    return CLI_DONE;
}

static int
print_reference(void)
{
    g_autofree char *text = mcp_reference_make();

    cli_out_text(text);
    return CLI_DONE;
}

static int
serve(Options *self)
{
    g_autoptr(GError) error = NULL;

    if (!mcp_policy_set_roots(&self->policy, self->roots, &error))
        return cli_fail(error);
    if (mcp_server_run(&self->policy, STDIN_FILENO, STDOUT_FILENO))
        return CLI_DONE;
    cli_warn("the client takes no answers any more");
    return CLI_FAILED;
}

static gboolean
parse(Options *self, char **argv, int *status)
{
    const GOptionArg flag = G_OPTION_ARG_NONE, text = G_OPTION_ARG_FILENAME;
    const GOptionArg texts = G_OPTION_ARG_FILENAME_ARRAY;
    McpPolicy *may = &self->policy;
    const GOptionEntry entries[] = {
        {"read-only", 0, 0, flag, &may->read_only, "Only tools that look", NULL},
        {"root", 0, 0, texts, &self->roots, "Only scenes below it (default: home, here)", "DIR"},
        {"manage-all", 0, 0, flag, &may->manage_all, "Agents may end what users started", NULL},
        {"trust-scenes", 0, 0, flag, &may->trust_scenes, "Scripts in scenes may run", NULL},
        {"allow", 0, 0, texts, &self->allowed, "run-python: code inside applications", "WHAT"},
        {"print-config", 0, 0, text, &self->client, "Print the configuration for CLIENT", "CLIENT"},
        {"print-reference", 0, G_OPTION_FLAG_HIDDEN, flag, &self->reference, "The tools", NULL},
        {NULL},
    };
    const CliUsage usage = {
        NULL, "Let agents start, watch and stop applications (MCP).", notes, 0, 0};

    return cli_options_parse(&usage, entries, argv, status);
}

int
cmd_mcp(char **argv)
{
    g_auto(Options) options = {NULL};
    g_autoptr(GError) error = NULL;
    int status;

    if (!parse(&options, argv, &status))
        return status;
    if (!allow(&options, &error))
        return cli_options_fail("dcchost mcp", error);
    if (options.reference)
        return print_reference();
    return options.client != NULL ? print_config(&options) : serve(&options);
}
