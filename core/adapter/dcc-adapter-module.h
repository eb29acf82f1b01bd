/* What a module dcchost-<id>.so exports: one data symbol, read and checked before any code of the
 * module is called. Write DCC_DEFINE_ADAPTER_MODULE once, in one file of the module. */
#pragma once

#include "dcc-adapter.h"
#include "dcc-error.h"

G_BEGIN_DECLS

/**
 * DCC_ADAPTER_MODULE_MAGIC:
 *
 * The first field of every descriptor: "DccA" as a number.
 *
 * Since: 1.0
 */
#define DCC_ADAPTER_MODULE_MAGIC 0x41636344u /* "DccA" */
/**
 * DCC_ADAPTER_ABI_MAJOR:
 *
 * Modules of another major are refused.
 *
 * Since: 1.0
 */
#define DCC_ADAPTER_ABI_MAJOR 1
/**
 * DCC_ADAPTER_ABI_MINOR:
 *
 * Modules of a newer minor are refused; older ones work.
 *
 * Since: 1.0
 */
#define DCC_ADAPTER_ABI_MINOR (DCC_ADAPTER_N_QUESTIONS - 10)
/**
 * DCC_ADAPTER_MODULE_SYMBOL:
 *
 * The name of the data symbol that a module exports.
 *
 * Since: 1.0
 */
#define DCC_ADAPTER_MODULE_SYMBOL "dcc_adapter_module"

/**
 * DccAdapterModule:
 * @magic: %DCC_ADAPTER_MODULE_MAGIC
 * @abi_major: %DCC_ADAPTER_ABI_MAJOR, as the module was compiled
 * @abi_minor: %DCC_ADAPTER_ABI_MINOR, as the module was compiled
 * @size: of this structure in bytes, as the module knew it
 * @reserved: 0
 * @id: what people type; that of the file's name
 * @type_name: name of the type that @get_type registers
 * @version: the module's own
 * @get_type: (skip): the type, derived from [class@DccHost.Adapter]
 *
 * What a module exports as data, read and checked before any of its code runs.
 *
 * Since: 1.0
 */
typedef struct {
    guint32 magic;
    guint16 abi_major;
    guint16 abi_minor;
    guint32 size;
    guint32 reserved;
    const char *id;
    const char *type_name;
    const char *version;
    GType (*get_type)(void);
} DccAdapterModule;

/**
 * DCC_DEFINE_ADAPTER_MODULE:
 * @id_: what people type; that of the file's name, `dcchost-<id>.so`
 * @type_name_: name of the type
 * @version_: the module's own version
 * @get_type_: the function that registers the type
 *
 * Makes the descriptor of a module. Write it once, in one of its files.
 *
 * Since: 1.0
 */
#define DCC_DEFINE_ADAPTER_MODULE(id_, type_name_, version_, get_type_)                            \
    G_MODULE_EXPORT extern const DccAdapterModule dcc_adapter_module;                              \
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
