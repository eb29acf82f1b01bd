/* A path is bytes and stays so. */
#include "dcc-rescue-file.h"

static void
test_facts(void)
{
    g_autoptr(DccRescueFile) file = dcc_rescue_file_new(DCC_RESCUE_AUTOSAVE, "/tmp/caf\xe9.blend");

    g_assert_cmpint(dcc_rescue_file_get_kind(file), ==, DCC_RESCUE_AUTOSAVE);
    g_assert_cmpstr(dcc_rescue_file_get_path(file), ==, "/tmp/caf\xe9.blend");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rescue-file/facts", test_facts);
    return g_test_run();
}
