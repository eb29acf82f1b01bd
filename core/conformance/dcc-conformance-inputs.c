/* What an adapter is asked with: the ordinary, the rare and the senseless, as tables.
 *
 * Contract: nothing here is on any machine, but for the search of this machine itself; so an
 * adapter that opens a scene of these finds none, and may say so. Threading: any thread.
 */
#include "dcc-conformance-inputs.h"
#include "dcc-output-event.h"
#include "dcc-signals.h"
#include <string.h>

#define NOWHERE   "/nonexistent/dcchost"
#define LONG_LINE (64 * 1024)
#define MANY_ARGS 1000

static const struct {
    const char *name;
    const char *root;
    const char *environment[4];
    gboolean own_environment;
    gboolean is_empty;
} searches[] = {
    {"this machine", "/", {NULL}, TRUE, FALSE},
    {"a machine on which nothing is installed", NOWHERE "/machine", {"HOME=/", NULL}, FALSE, TRUE},
    {"an empty environment", "/", {NULL}, FALSE, FALSE},
    {"an environment that is no UTF-8", "/", {"PATH=\xff:bin::/usr/bin", "HOME=\xff", NULL}},
};

guint
dcc_conformance_n_searches(void)
{
    return G_N_ELEMENTS(searches);
}

const char *
dcc_conformance_search_name(guint i)
{
    return searches[i].name;
}

DccSearch *
dcc_conformance_new_search(guint i)
{
    return dcc_search_new(searches[i].root,
                          searches[i].own_environment ? NULL : searches[i].environment);
}

gboolean
dcc_conformance_search_is_empty(guint i)
{
    return searches[i].is_empty;
}

typedef enum { HEADLESS = 1, SAFE = 2, MANY = 4 } Wish;

static const struct {
    const char *name;
    guint wishes;
    const char *scene;
    const char *args[5];
    const char *env;
    const char *cwd;
    const char *version;
} requests[] = {
    {"a window", .wishes = 0},
    {"headless", .wishes = HEADLESS},
    {"safe mode", .wishes = SAFE},
    {"safe mode, headless", .wishes = SAFE | HEADLESS},
    {"a scene", .scene = NOWHERE "/a scene"},
    {"a scene, headless", .scene = NOWHERE "/a.scene", .wishes = HEADLESS},
    {"a scene that is no UTF-8", .scene = NOWHERE "/\xff\xfe.scene"},
    {"a scene whose name is an option", .scene = NOWHERE "/-b --help '\"$(x)\n"},
    {"arguments", .args = {"-x", "--frames", "1", NULL}},
    {"arguments, headless", .args = {"--", "a b", NULL}, .wishes = HEADLESS},
    {"empty arguments", .args = {"", "", NULL}},
    {"arguments that are no UTF-8", .args = {"\xff", "a\nb", NULL}},
    {"a thousand arguments", .wishes = MANY},
    {"an environment that is no UTF-8", .env = "DCCHOST_CHECK=\xff\xfe"},
    {"a directory to start in", .cwd = "/"},
    {"a version", .version = "1.2"},
};

guint
dcc_conformance_n_requests(void)
{
    return G_N_ELEMENTS(requests);
}

const char *
dcc_conformance_request_name(guint i)
{
    return requests[i].name;
}

static void
set_many_args(DccLaunchRequest *request)
{
    const char **args = g_new0(const char *, MANY_ARGS + 1);

    for (guint i = 0; i < MANY_ARGS; i++)
        args[i] = "x";
    dcc_launch_request_set_args(request, args);
    g_free(args);
}

DccLaunchRequest *
dcc_conformance_new_request(guint i, const char *app)
{
    DccLaunchRequest *request = dcc_launch_request_new(app);

    dcc_launch_request_set_headless(request, (requests[i].wishes & HEADLESS) != 0);
    dcc_launch_request_set_safe(request, (requests[i].wishes & SAFE) != 0);
    dcc_launch_request_set_scene(request, requests[i].scene);
    if (requests[i].wishes & MANY)
        set_many_args(request);
    else
        dcc_launch_request_set_args(request, requests[i].args);
    /* The answer is not to depend on whether this machine has a window system. */
    dcc_launch_request_add_env(request, requests[i].env ? requests[i].env : "DISPLAY=:0", NULL);
    dcc_launch_request_set_cwd(request, requests[i].cwd);
    dcc_launch_request_set_version(request, requests[i].version);
    dcc_launch_request_set_private_dir(request, NOWHERE "/private");
    dcc_launch_request_set_temp_dir(request, NOWHERE "/temp");
    return request;
}

static void
append_strings(GString *text, const char *const *strings)
{
    for (; strings && *strings; strings++)
        g_string_append_printf(text, "\n%s", *strings);
    g_string_append_c(text, '\1');
}

char *
dcc_conformance_request_digest(DccLaunchRequest *request)
{
    const char *const facts[] = {
        dcc_launch_request_get_name(request),
        dcc_launch_request_is_headless(request) ? "headless" : "window",
        dcc_launch_request_is_safe(request) ? "safe" : "usual",
        dcc_launch_request_get_private_dir(request),
        dcc_launch_request_get_temp_dir(request),
        NULL,
    };
    const char *scene = dcc_launch_request_get_scene(request);
    const char *cwd = dcc_launch_request_get_cwd(request);
    const char *version = dcc_launch_request_get_version(request);
    GString *text = g_string_new(NULL);

    append_strings(text, facts);
    g_string_append_printf(
        text, "%s\1%s\1%s\1", scene ? scene : "", cwd ? cwd : "", version ? version : "");
    append_strings(text, dcc_launch_request_get_args(request));
    append_strings(text, dcc_launch_request_get_env(request));
    return g_string_free(text, FALSE);
}

typedef enum { READY = 1, REQUESTED = 2, OURS = 4, LAST_LINES = 8, ASKED = REQUESTED | OURS } Trait;

#define NO_EVENT (-1)

/* number: the code or the signal. is_bad: nobody may call it an orderly end. */
static const struct {
    const char *name;
    DccResultKind kind;
    int number;
    guint traits;
    int event;
    gboolean is_bad;
} exits[] = {
    {"exit 0", DCC_RESULT_EXITED, 0, READY, NO_EVENT},
    {"exit 0, asked to quit", DCC_RESULT_EXITED, 0, READY | REQUESTED, NO_EVENT},
    {"exit 0 before it was ready", DCC_RESULT_EXITED, 0, 0, NO_EVENT},
    {"exit 0 after the words of a crash", DCC_RESULT_EXITED, 0, READY, DCC_OUTPUT_CRASH},
    {"exit 1", DCC_RESULT_EXITED, 1, READY, NO_EVENT},
    {"exit 1 without a licence", DCC_RESULT_EXITED, 1, 0, DCC_OUTPUT_LICENCE},
    {"exit 1 for a bad scene", DCC_RESULT_EXITED, 1, 0, DCC_OUTPUT_BAD_SCENE},
    {"exit 1 after a fatal error", DCC_RESULT_EXITED, 1, LAST_LINES, DCC_OUTPUT_FATAL},
    {"exit 1 after an interruption", DCC_RESULT_EXITED, 1, READY, DCC_OUTPUT_CANCELLED},
    {"exit 2", DCC_RESULT_EXITED, 2, LAST_LINES, NO_EVENT},
    {"exit 126", DCC_RESULT_EXITED, 126, 0, NO_EVENT},
    {"exit 127", DCC_RESULT_EXITED, 127, LAST_LINES, NO_EVENT},
    {"exit 139", DCC_RESULT_EXITED, 139, READY, DCC_OUTPUT_CRASH},
    {"exit 255", DCC_RESULT_EXITED, 255, READY, NO_EVENT},
    {"SIGSEGV", DCC_RESULT_SIGNALED, DCC_SIGNAL_SEGV, READY, NO_EVENT, TRUE},
    {"SIGSEGV, asked to quit", DCC_RESULT_SIGNALED, DCC_SIGNAL_SEGV, READY | REQUESTED, NO_EVENT},
    {"SIGABRT", DCC_RESULT_SIGNALED, DCC_SIGNAL_ABORT, READY | LAST_LINES, DCC_OUTPUT_CRASH, TRUE},
    {"SIGBUS before it was ready", DCC_RESULT_SIGNALED, DCC_SIGNAL_BUS, 0, NO_EVENT, TRUE},
    {"SIGKILL from outside", DCC_RESULT_SIGNALED, DCC_SIGNAL_KILL, READY, NO_EVENT, TRUE},
    {"SIGKILL of ours", DCC_RESULT_SIGNALED, DCC_SIGNAL_KILL, READY | ASKED, NO_EVENT},
    {"SIGKILL for want of memory",
     DCC_RESULT_SIGNALED,
     DCC_SIGNAL_KILL,
     READY,
     DCC_OUTPUT_OOM,
     TRUE},
    {"SIGTERM from outside", DCC_RESULT_SIGNALED, DCC_SIGNAL_TERMINATE, READY, NO_EVENT},
    {"SIGTERM of ours", DCC_RESULT_SIGNALED, DCC_SIGNAL_TERMINATE, READY | ASKED, NO_EVENT},
    {"SIGHUP", DCC_RESULT_SIGNALED, DCC_SIGNAL_HANGUP, READY, NO_EVENT},
    {"an end that nobody saw", DCC_RESULT_LOST, 0, READY, NO_EVENT, TRUE},
};

guint
dcc_conformance_n_exits(void)
{
    return G_N_ELEMENTS(exits);
}

const char *
dcc_conformance_exit_name(guint i)
{
    return exits[i].name;
}

gboolean
dcc_conformance_exit_is_bad(guint i)
{
    return exits[i].is_bad;
}

static DccExitInfo *
new_raw_exit(guint i)
{
    switch (exits[i].kind) {
    case DCC_RESULT_EXITED:
        return dcc_exit_info_new_exited(exits[i].number);
    case DCC_RESULT_SIGNALED:
        return dcc_exit_info_new_signaled(exits[i].number, exits[i].number == DCC_SIGNAL_SEGV);
    default:
        return dcc_exit_info_new_lost("the shim was killed");
    }
}

DccExitInfo *
dcc_conformance_new_exit(guint i)
{
    static const char *const lines[] = {"", "Error: \xff\xfe", "%s%n", "Traceback", NULL};
    DccExitInfo *info = new_raw_exit(i);
    g_autoptr(DccOutputEvent) event = NULL;

    dcc_exit_info_set_pid(info, G_MAXINT32);
    dcc_exit_info_set_headless(info, i % 2 == 1);
    dcc_exit_info_set_ready(info, (exits[i].traits & READY) != 0);
    dcc_exit_info_set_requested(info, (exits[i].traits & REQUESTED) != 0);
    dcc_exit_info_set_our_signal(info, (exits[i].traits & OURS) != 0);
    /* One run whose times nobody knows. */
    if (exits[i].kind != DCC_RESULT_LOST)
        dcc_exit_info_set_times(info, 1700000000000000, 1700000042000000);
    if (exits[i].traits & LAST_LINES)
        dcc_exit_info_set_last_lines(info, lines);
    if (exits[i].event != NO_EVENT)
        event = dcc_output_event_new(exits[i].event, "the words of it");
    if (event)
        dcc_exit_info_add_event(info, event);
    dcc_exit_info_set_temp_dir(info, i == 0 ? g_get_tmp_dir() : NOWHERE "/temp");
    dcc_exit_info_set_scene(info, i % 3 == 0 ? NOWHERE "/\xff.scene" : NULL);
    return info;
}

static const struct {
    const char *text;
    gboolean is_senseless;
} replies[] = {
    {"{\"pid\":1,\"main_thread_age_ms\":12,\"busy\":null,\"scene\":\"/a.scene\"}"},
    {"{\"main_thread_age_ms\":900000,\"busy\":null}"},
    {"{\"main_thread_age_ms\":900000,\"busy\":\"render\"}"},
    {"{\"main_thread_age_ms\":null,\"busy\":null}"},
    {"{\"main_thread_age_ms\":-7}"},
    {"{\"main_thread_age_ms\":\"soon\",\"busy\":7,\"scene\":[]}"},
    {"{\"main_thread_age_ms\":1e300}"},
    {"{}", TRUE},
    {"[]", TRUE},
    {"null", TRUE},
    {"", TRUE},
    {"nonsense", TRUE},
    {"{\"main_thread_age_ms\":", TRUE},
};

guint
dcc_conformance_n_replies(void)
{
    return G_N_ELEMENTS(replies);
}

const char *
dcc_conformance_reply(guint i)
{
    return replies[i].text;
}

gboolean
dcc_conformance_reply_is_senseless(guint i)
{
    return replies[i].is_senseless;
}

static const char *const lines[] = {
    "",
    " ",
    "ordinary words",
    "%s%s%s%n",
    "\t\x1b[31mred\x1b[0m \x07",
    "Fra:1 Mem:8.00M | Remaining:00:01.00 | Sample 1/4",
    "Fra:99999999999999999999 | Sample 99999999999999999999/0",
    "Progress: 50% of -1",
    "100%",
    "Saved: '",
    "Saved: '/a/b.png'",
    "Error: out of memory",
    "Segmentation fault (core dumped)",
    "licence not found",
    "Traceback (most recent call last):",
    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x92 \xef\xbf\xbd",
};

guint
dcc_conformance_n_lines(void)
{
    return G_N_ELEMENTS(lines) + 1;
}

char *
dcc_conformance_new_line(guint i)
{
    return i < G_N_ELEMENTS(lines) ? g_strdup(lines[i]) : g_strnfill(LONG_LINE, '9');
}

static const char *const outputs[] = {
    "App 4.2.1\n",
    "4.2",
    "App 3D, build 77 (v4.2.1.)\nhash: deadbeef 1.0\n",
    "",
    "no number at all",
    "............",
    "error while loading shared libraries: libX.so.6: cannot open shared object file\n",
};

guint
dcc_conformance_n_outputs(void)
{
    return G_N_ELEMENTS(outputs) + 1;
}

char *
dcc_conformance_new_output(guint i)
{
    return i < G_N_ELEMENTS(outputs) ? g_strdup(outputs[i]) : g_strnfill(LONG_LINE, '9');
}

static const struct {
    const char *name;
    DccRescueKind kind;
    const char *path;
} rescues[] = {
    {"a rescue copy", DCC_RESCUE_COPY, NOWHERE "/rescue/untitled-1.scene"},
    {"an autosave", DCC_RESCUE_AUTOSAVE, NOWHERE "/rescue/a autosave.scene"},
    {"a recovery file", DCC_RESCUE_RECOVERY, NOWHERE "/rescue/quit.scene"},
    {"a path that is no UTF-8", DCC_RESCUE_COPY, NOWHERE "/rescue/\xff.scene"},
};

guint
dcc_conformance_n_rescues(void)
{
    return G_N_ELEMENTS(rescues);
}

const char *
dcc_conformance_rescue_name(guint i)
{
    return rescues[i].name;
}

DccRescueFile *
dcc_conformance_new_rescue(guint i)
{
    return dcc_rescue_file_new(rescues[i].kind, rescues[i].path);
}

/* No row has a version that some application must find: what is one is the application's business. */
static const struct {
    const char *name;
    const char *bytes;
    gsize length;
    gboolean is_senseless;
} scenes[] = {
    {"an empty scene", "", 0, TRUE},
    {"a scene of one byte", "B", 1, TRUE},
    {"a scene of zeros", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, TRUE},
    {"a text", "once upon a time\n", 17, TRUE},
    {"a Blender scene", "BLENDER-v304", 12},
    {"a Blender scene without its version", "BLENDER-v", 9, TRUE},
    {"a gzip that is cut off", "\x1f\x8b\x08\0\0\0", 6, TRUE},
    {"a zstd that is cut off", "\x28\xb5\x2f\xfd", 4, TRUE},
    {"a Maya scene", "//Maya ASCII 2024 scene\nrequires maya \"2024\";\n", 47},
    {"a Maya scene that is cut off", "//Maya ASCII 20", 15, TRUE},
    {"a Houdini scene", "070707set -g _HIP_SAVEVERSION = '20.5.493'\n", 43},
    {"a Houdini scene that is cut off", "070707set -g _HIP_SAVEVERSION = '", 33, TRUE},
};

guint
dcc_conformance_n_scenes(void)
{
    return G_N_ELEMENTS(scenes) + 1;
}

const char *
dcc_conformance_scene_name(guint i)
{
    return i < G_N_ELEMENTS(scenes) ? scenes[i].name : "a long scene of one character";
}

gboolean
dcc_conformance_scene_is_senseless(guint i)
{
    return i >= G_N_ELEMENTS(scenes) || scenes[i].is_senseless;
}

GBytes *
dcc_conformance_new_scene(guint i)
{
    if (i < G_N_ELEMENTS(scenes))
        return g_bytes_new_static(scenes[i].bytes, scenes[i].length);
    return g_bytes_new_take(g_strnfill(DCC_ADAPTER_SCENE_HEAD, '9'), DCC_ADAPTER_SCENE_HEAD);
}

/* request: the name of one of the requests above. */
static const struct {
    const char *name;
    const char *frames;
    const char *output;
    const char *request;
} renders[] = {
    {"1, where the scene says", "1", NULL, "a scene, headless"},
    {"1-10, to PNG", "1-10", NOWHERE "/out_####.png", "a scene, headless"},
    {"1-240x2, to EXR", "1-240x2", NOWHERE "/out.%04d.exr", "a scene, headless"},
    {"1,2,5,9-12, to JPEG", "1,2,5,9-12", NOWHERE "/out_#.jpg", "a scene, headless"},
    {"that are negative", "-5--1", NOWHERE "/out_####.png", "a scene, headless"},
    {"to a format that nobody has", "1-2", NOWHERE "/out_####.xyz", "a scene, headless"},
    {"to a path that is no UTF-8", "1-2", NOWHERE "/\xff_####.png", "a scene, headless"},
    {"without a scene", "1", NULL, "headless"},
    {"with arguments", "1-3", NOWHERE "/out_####.png", "arguments, headless"},
    {"in safe mode", "1-3", NOWHERE "/out_####.png", "safe mode, headless"},
    {"1-100000x7 and another", "1-100000x7,3", NOWHERE "/out_####.png", "a scene, headless"},
};

guint
dcc_conformance_n_renders(void)
{
    return G_N_ELEMENTS(renders);
}

const char *
dcc_conformance_render_name(guint i)
{
    return renders[i].name;
}

DccRenderJob *
dcc_conformance_new_render(guint i)
{
    g_autoptr(DccFrames) frames = dcc_frames_parse(renders[i].frames, NULL);
    g_autoptr(DccFramePath) output =
        renders[i].output ? dcc_frame_path_parse(renders[i].output, NULL) : NULL;

    return dcc_render_job_new(frames, output, NULL, NULL);
}

guint
dcc_conformance_render_request(guint i)
{
    for (guint k = 0; k < G_N_ELEMENTS(requests); k++) {
        if (strcmp(requests[k].name, renders[i].request) == 0)
            return k;
    }
    g_assert_not_reached();
}
