/* The adapter kit: answers that are the same whatever the application. A module calls what it
 * needs; nothing of it is asked of an adapter. For C alone: none of it is introspected. */
#pragma once

#include "dcc-adapter-module.h"
#include "dcc-kit-exit.h"
#include "dcc-kit-files.h"
#include "dcc-kit-find.h"
#include "dcc-kit-launch.h"

/**
 * DCC_KIT_DEFINE_ADAPTER:
 * @TypeName: name of the type, as G_DECLARE_FINAL_TYPE has it
 * @type_name: the same as a prefix of functions
 * @ID: what people type; that of the file's name, `dcchost-<id>.so`
 * @TITLE: the application's name for people
 * @VERSION: the module's own version
 *
 * Makes the type of an adapter without a state of its own, and the descriptor of its module. What
 * is left to write is `type_name_class_init()`, which names the answers.
 *
 * Since: 1.1
 */
#define DCC_KIT_DEFINE_ADAPTER(TypeName, type_name, ID, TITLE, VERSION)                            \
    struct _##TypeName {                                                                           \
        DccAdapter parent_instance;                                                                \
    };                                                                                             \
    G_DEFINE_TYPE(TypeName, type_name, DCC_TYPE_ADAPTER)                                           \
    static void type_name##_init(TypeName *self)                                                   \
    {                                                                                              \
        g_object_set(self, "id", ID, "title", TITLE, NULL);                                        \
    }                                                                                              \
    DCC_DEFINE_ADAPTER_MODULE(ID, #TypeName, VERSION, type_name##_get_type)
