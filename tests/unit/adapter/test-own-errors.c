/* Errors that dcchost has given the adapter's name already, handed on by the adapter. */
#include "dcc-adapter.h"

typedef struct {
    DccAdapter parent_instance;
} PassingAdapter;
typedef struct {
    DccAdapterClass parent_class;
} PassingAdapterClass;
/* It answers a question with what it says to another one, as an adapter may. */
static GType
passing_adapter_get_type(void);
G_DEFINE_TYPE(PassingAdapter, passing_adapter, DCC_TYPE_ADAPTER)

static const char *passing_words; /* NULL: a bad answer */

static DccLaunchPlan *
passing_plan_launch(DccAdapter *self,
                    DccInstallation *installation,
                    DccLaunchRequest *request,
                    GError **error)
{
    if (passing_words)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_BUSY, passing_words);
    return NULL;
}

static DccLaunchPlan *
passing_plan_recovery(DccAdapter *self,
                      DccInstallation *installation,
                      DccLaunchRequest *request,
                      DccRescueFile *file,
                      GError **error)
{
    return dcc_adapter_plan_launch(self, installation, request, error);
}

static void
passing_adapter_class_init(PassingAdapterClass *klass)
{
    DCC_ADAPTER_CLASS(klass)->plan_launch = passing_plan_launch;
    DCC_ADAPTER_CLASS(klass)->plan_recovery = passing_plan_recovery;
}

static void
passing_adapter_init(PassingAdapter *self)
{
}

static gpointer
ask_recovery(DccAdapter *adapter, GError **error)
{
    g_autoptr(DccInstallation) installation = dcc_installation_new("/opt/app/app", "1.2", "test");
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("rude");
    g_autoptr(DccRescueFile) file = dcc_rescue_file_new(DCC_RESCUE_COPY, "/tmp/copy.scene");

    return dcc_adapter_plan_recovery(adapter, installation, request, file, error);
}

/* The adapter is named once, however many of its questions an error went through; also where its
 * own words look like ours. */
static void
test_one_name(void)
{
    static const struct {
        const char *words;
        const char *message;
    } cases[] = {
        {NULL, "adapter 'rude' gave a bad answer to plan_launch: nothing, and no reason"},
        {"the moon is full", "rude: the moon is full"},
        {"rude: said the moon", "rude: rude: said the moon"},
        {"the server gave a bad answer to us", "rude: the server gave a bad answer to us"},
    };

    g_autoptr(DccAdapter) adapter = g_object_new(passing_adapter_get_type(), "id", "rude", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GError) again = NULL;

        passing_words = cases[i].words;
        g_assert_null(ask_recovery(adapter, &error));
        g_assert_cmpstr(error->message, ==, cases[i].message);
        g_assert_null(ask_recovery(adapter, &again));
        g_assert_cmpstr(again->message, ==, cases[i].message);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/own-errors/one-name", test_one_name);
    return g_test_run();
}
