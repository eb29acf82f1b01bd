/* Aligned columns of plain text. Cells are escaped: a row is one line, whatever a name holds. */
#include "cli-table.h"

#include "cli-out.h"
#include "cli-text.h"

struct _CliTable {
    guint n_columns;
    GPtrArray *cells; /* row by row, the headers first */
};

CliTable *
cli_table_new(const char *first_header, ...)
{
    CliTable *self = g_new0(CliTable, 1);
    va_list args;

    self->cells = g_ptr_array_new_with_free_func(g_free);
    va_start(args, first_header);
    for (const char *header = first_header; header != NULL; header = va_arg(args, const char *))
        g_ptr_array_add(self->cells, g_strdup(header));
    va_end(args);
    self->n_columns = self->cells->len;
    return self;
}

void
cli_table_add(CliTable *self, const char *first, ...)
{
    const char *cell = first;
    va_list args;

    va_start(args, first);
    for (guint i = 0; i < self->n_columns; i++) {
        gboolean empty = cell == NULL || *cell == '\0';

        g_ptr_array_add(self->cells, empty ? g_strdup("-") : cli_escape(cell));
        if (i + 1 < self->n_columns)
            cell = va_arg(args, const char *);
    }
    va_end(args);
}

static glong
column_width(CliTable *self, guint column)
{
    glong width = 0;

    for (guint i = column; i < self->cells->len; i += self->n_columns)
        width = MAX(width, g_utf8_strlen(self->cells->pdata[i], -1));
    return width;
}

void
cli_table_print(CliTable *self)
{
    g_autofree glong *widths = g_new(glong, self->n_columns);

    for (guint i = 0; i < self->n_columns; i++)
        widths[i] = column_width(self, i);
    for (guint i = 0; i < self->cells->len; i++) {
        const char *cell = self->cells->pdata[i];
        guint column = i % self->n_columns;

        if (column + 1 == self->n_columns)
            cli_out("%s\n", cell);
        else
            cli_out("%s%*s", cell, (int)(widths[column] - g_utf8_strlen(cell, -1)) + 2, "");
    }
}

void
cli_table_free(CliTable *self)
{
    g_ptr_array_unref(self->cells);
    g_free(self);
}
