/* Aligned columns of plain text. */
#pragma once

#include <glib.h>

typedef struct _CliTable CliTable;

CliTable *
cli_table_new(const char *first_header, ...) G_GNUC_NULL_TERMINATED;
/* As many cells as there are headers; NULL or "" is shown as "-". */
void
cli_table_add(CliTable *self, const char *first, ...);
void
cli_table_print(CliTable *self);
void
cli_table_free(CliTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliTable, cli_table_free)
