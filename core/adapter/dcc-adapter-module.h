/* What a module dcchost-<id>.so exports: one data symbol, read and checked before any code of the
 * module is called. Write DCC_DEFINE_ADAPTER_MODULE once, in one file of the module. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

#define DCC_ADAPTER_MODULE_MAGIC  0x41636344u /* "DccA" */
#define DCC_ADAPTER_ABI_MAJOR     1
#define DCC_ADAPTER_ABI_MINOR     0
#define DCC_ADAPTER_MODULE_SYMBOL "dcc_adapter_module"

typedef struct {
    guint32 magic;
    guint16 abi_major;
    guint16 abi_minor;
    guint32 size; /* of this structure, as the module knew it */
    guint32 reserved;
    const char *id;
    const char *type_name;
    const char *version; /* the module's own */
    GType (*get_type)(void);
} DccAdapterModule;

#define DCC_DEFINE_ADAPTER_MODULE(id_, type_name_, version_, get_type_)                            \
    __attribute__((visibility("default"))) extern const DccAdapterModule dcc_adapter_module;       \
    const DccAdapterModule dcc_adapter_module = {DCC_ADAPTER_MODULE_MAGIC,                         \
                                                 DCC_ADAPTER_ABI_MAJOR,                            \
                                                 DCC_ADAPTER_ABI_MINOR,                            \
                                                 sizeof(DccAdapterModule),                         \
                                                 0,                                                \
                                                 id_,                                              \
                                                 type_name_,                                       \
                                                 version_,                                         \
                                                 get_type_}

G_END_DECLS
