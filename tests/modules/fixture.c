/* One source for every small module that the tests load. What is not asked for by -DFIXTURE_... is
 * sound. */
#include "dcc-adapter-module.h"

#ifndef FIXTURE_MAGIC
#define FIXTURE_MAGIC DCC_ADAPTER_MODULE_MAGIC
#endif
#ifndef FIXTURE_MAJOR
#define FIXTURE_MAJOR DCC_ADAPTER_ABI_MAJOR
#endif
#ifndef FIXTURE_MINOR
#define FIXTURE_MINOR DCC_ADAPTER_ABI_MINOR
#endif
#ifndef FIXTURE_SIZE
#define FIXTURE_SIZE sizeof(DccAdapterModule)
#endif
#ifndef FIXTURE_SYMBOL
#define FIXTURE_SYMBOL dcc_adapter_module
#endif
#ifndef FIXTURE_FLAGS
#define FIXTURE_FLAGS 0
#endif
#ifndef FIXTURE_REGISTERED_TYPE
#define FIXTURE_REGISTERED_TYPE FIXTURE_TYPE
#endif

#ifdef FIXTURE_UNRESOLVED
extern int
dcc_fixture_nobody_defines_this(void);
#endif

static void
fixture_init(GTypeInstance *instance, gpointer klass)
{
#ifdef FIXTURE_OWN_ID
    g_object_set(instance, "id", FIXTURE_OWN_ID, NULL);
#endif
#ifdef FIXTURE_UNRESOLVED
    dcc_fixture_nobody_defines_this();
#endif
}

static GType
fixture_get_type(void)
{
    static GType type;

    if (type == 0) {
#ifdef FIXTURE_NO_ADAPTER
        type = g_type_register_static_simple(G_TYPE_OBJECT,
                                             FIXTURE_REGISTERED_TYPE,
                                             sizeof(GObjectClass),
                                             NULL,
                                             sizeof(GObject),
                                             fixture_init,
                                             FIXTURE_FLAGS);
#else
        type = g_type_register_static_simple(DCC_TYPE_ADAPTER,
                                             FIXTURE_REGISTERED_TYPE,
                                             sizeof(DccAdapterClass),
                                             NULL,
                                             sizeof(DccAdapter),
                                             fixture_init,
                                             FIXTURE_FLAGS);
#endif
    }
    return type;
}

__attribute__((visibility("default"))) extern const DccAdapterModule FIXTURE_SYMBOL;
const DccAdapterModule FIXTURE_SYMBOL = {FIXTURE_MAGIC,
                                         FIXTURE_MAJOR,
                                         FIXTURE_MINOR,
                                         FIXTURE_SIZE,
                                         0,
                                         FIXTURE_ID,
                                         FIXTURE_TYPE,
                                         "1.2.3",
                                         fixture_get_type};
