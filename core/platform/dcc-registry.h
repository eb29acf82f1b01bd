/* Where installers of Windows write down what they put where: its registry. Other systems have none.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) (array zero-terminated=1): the texts that are there under a key and the name of a value:
 * "HKLM/SOFTWARE/Vendor/Product/InstallPath". Parts of the key may hold '*', '?' and '[...]'. Each once; those that
 * 32-bit installers wrote beside those of 64-bit ones. */
char **
dcc_registry_find(const char *pattern);

G_END_DECLS
