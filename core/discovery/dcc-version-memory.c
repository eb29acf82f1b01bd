/* Some files and the version cache; see the header. */
#include "dcc-version-memory.h"

#include "dcc-version-cache.h"

DccVersionMemory *
dcc_version_memory_new(void)
{
    DccVersionMemory *self = g_new0(DccVersionMemory, 1);

    self->paths = g_ptr_array_new_with_free_func(g_free);
    self->versions = g_ptr_array_new_with_free_func(g_free);
    return self;
}

void
dcc_version_memory_add(DccVersionMemory *self, const char *path, const char *version)
{
    g_ptr_array_add(self->paths, g_strdup(path));
    g_ptr_array_add(self->versions, g_strdup(version));
}

void
dcc_version_memory_read(gpointer memory)
{
    DccVersionMemory *self = memory;
    g_autoptr(DccVersionCache) cache = NULL;

    if (self->paths->len == 0)
        return;
    cache = dcc_version_cache_load();
    for (guint i = 0; i < self->paths->len; i++) {
        g_free(self->versions->pdata[i]);
        self->versions->pdata[i] =
            g_strdup(dcc_version_cache_get(cache, g_ptr_array_index(self->paths, i)));
    }
}

void
dcc_version_memory_write(gpointer memory)
{
    DccVersionMemory *self = memory;
    g_autoptr(DccVersionCache) cache = dcc_version_cache_load();

    for (guint i = 0; i < self->paths->len; i++) {
        const char *version = g_ptr_array_index(self->versions, i);

        if (version)
            dcc_version_cache_put(cache, g_ptr_array_index(self->paths, i), version);
    }
    dcc_version_cache_save(cache);
}

void
dcc_version_memory_free(gpointer memory)
{
    DccVersionMemory *self = memory;

    g_ptr_array_unref(self->paths);
    g_ptr_array_unref(self->versions);
    g_free(self);
}
