/* Loads one module file. Exit status: 0 loaded, 1 refused with a reason (on stdout); a signal says
 * that the file killed us. */
#include "dcc-adapter-registry.h"
#include <stdio.h>

int
main(int argc, char **argv)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(GError) error = NULL;

    if (argc != 2)
        return 2;
    if (dcc_adapter_registry_load_file(registry, argv[1], &error))
        return 0;
    puts(error->message);
    return 1;
}
