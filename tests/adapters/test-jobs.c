/* Which arguments make a job of a launch without a window, and which are mere options: one table for each
 * adapter. Starts nothing. */
#include "adapter-fixture.h"
#include SUBJECT_HEADER

typedef struct {
    const char *args;
    gboolean job;
} Case;

#if defined(IS_BLENDER)
#define EXECUTABLE "blender"
#define PROGRAMS   EXECUTABLE
static const Case cases[] = {
    {"", FALSE},
    {"--factory-startup", FALSE},
    {"--threads 4", FALSE},
    {"-noaudio", FALSE},
    {"-E CYCLES -o /out/f -s 1 -e 5 -x 1", FALSE}, /* said, and nothing is asked to be rendered */
    {"--debug-cycles --log-level 1", FALSE},
    {"--addons cycles -y", FALSE},
    {"--python-exit-code 3 --python-use-system-env", FALSE},
    {"-o -a", FALSE}, /* a value is no option */
    {"--some-option-of-tomorrow", FALSE},
    {"-- -a -f 1", FALSE}, /* for scripts, of which there is none */
    {"-a", TRUE},
    {"-f 1", TRUE},
    {"-P job.py", TRUE},
    {"--python-expr pass", TRUE},
    {"--python-text Text", TRUE},
    {"-t 4 -f 1..5 -- more", TRUE},
    {"-c extension list", TRUE},
    {"--version", TRUE},
    {"--help", TRUE},
    {"-E help", TRUE},
};
#elif defined(IS_MAYA)
#define EXECUTABLE "bin/maya"
#define PROGRAMS   EXECUTABLE, "bin/mayapy", "bin/Render"
static const Case cases[] = {
    {"", FALSE},
    {"mayapy", FALSE},
    {"mayapy -u", FALSE},
    {"mayabatch", FALSE},
    {"-batch", FALSE},
    {"-batch -noAutoloadPlugins -proj /p -log /l", FALSE},
    {"mayapy job.py", TRUE},
    {"mayapy -u -W error job.py", TRUE},
    {"mayapy -c pass", TRUE},
    {"mayapy -m job", TRUE},
    {"mayapy --version", TRUE},
    {"job.py", TRUE},
    {"-batch -command quit", TRUE},
    {"mayabatch -script job.mel", TRUE},
    {"-batch -v", TRUE},
    {"-prompt", TRUE},
    {"Render shot.ma", TRUE},
};
#else
#define EXECUTABLE "bin/houdini"
#define PROGRAMS   EXECUTABLE, "bin/hython", "bin/hbatch"
static const Case cases[] = {
    {"", FALSE},
    {"hython", FALSE},
    {"hython -u", FALSE},
    {"-X dev", FALSE},
    {"hython job.py", TRUE},
    {"-u -W error job.py", TRUE},
    {"-c pass", TRUE},
    {"-m job", TRUE},
    {"--version", TRUE},
    {"hbatch", TRUE}, /* it has no agent to live for */
};
#endif

/* What the system's programs are called by. */
#ifdef G_OS_WIN32
#define SUFFIX ".exe"
#else
#define SUFFIX ""
#endif

static void
check(DccAdapter *adapter, DccInstallation *copy, const Case *it)
{
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new(SUBJECT);
    g_auto(GStrv) argv = g_strsplit(it->args, " ", -1);
    g_autoptr(GError) error = NULL;
    g_autoptr(DccLaunchPlan) plan = NULL;

    dcc_launch_request_set_headless(request, TRUE);
    dcc_launch_request_set_private_dir(request, "/private");
    dcc_launch_request_set_temp_dir(request, "/own-tmp");
    if (*it->args)
        dcc_launch_request_set_args(request, (const char *const *)argv);
    plan = dcc_adapter_plan_launch(adapter, copy, request, &error);
    g_assert_no_error(error);
    if (dcc_launch_plan_is_job(plan) != it->job)
        g_error("'%s' is %sa job", it->args, it->job ? "not " : "");
}

static void
test_arguments(void)
{
    static const char *const programs[] = {PROGRAMS};
    g_autofree char *root = fixture_root();
    g_autofree char *program = g_build_filename(root, EXECUTABLE SUFFIX, NULL);
    g_autoptr(DccAdapter) adapter = g_object_new(SUBJECT_TYPE(), NULL);
    g_autoptr(DccInstallation) copy = dcc_installation_new(program, "2025", "test");

    for (guint i = 0; i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *name = g_strconcat("/", programs[i], SUFFIX, NULL);

        fixture_put(root, name, 0755);
    }
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        check(adapter, copy, &cases[i]);
    fixture_clean(root);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/" SUBJECT "/jobs", test_arguments);
    return g_test_run();
}
