/* Tells the thread sanitizer of GLib's locks, which it cannot see: GLib is not built with it, and
 * its locks are plain futexes. Without this every field behind a GMutex is reported as a race.
 *
 * Use: `./dev threads`, which preloads it. Threading: any. */
#include <dlfcn.h>
#include <glib.h>

void
__tsan_acquire(void *address);
void
__tsan_release(void *address);

/* The function of this name in GLib. Two threads that look at once find the same. */
static gpointer
find(gpointer *known, const char *name)
{
    if (g_atomic_pointer_get(known) == NULL)
        g_atomic_pointer_set(known, dlsym(RTLD_NEXT, name));
    return g_atomic_pointer_get(known);
}

#define REAL(name, type) ((type)find(&(static_##name), #name))

typedef void (*OfMutex)(GMutex *);
typedef gboolean (*TryMutex)(GMutex *);
typedef void (*OfBoth)(GCond *, GMutex *);
typedef gboolean (*OfBothUntil)(GCond *, GMutex *, gint64);
typedef gboolean (*OfOnce)(void *);
typedef void (*LeaveOnce)(void *, gsize);

static gpointer static_g_mutex_lock;
static gpointer static_g_mutex_trylock;
static gpointer static_g_mutex_unlock;
static gpointer static_g_cond_wait;
static gpointer static_g_cond_wait_until;
static gpointer static_g_once_init_enter;
static gpointer static_g_once_init_leave;

void
g_mutex_lock(GMutex *mutex)
{
    REAL(g_mutex_lock, OfMutex)(mutex);
    __tsan_acquire(mutex);
}

gboolean
g_mutex_trylock(GMutex *mutex)
{
    gboolean taken = REAL(g_mutex_trylock, TryMutex)(mutex);

    if (taken)
        __tsan_acquire(mutex);
    return taken;
}

void
g_mutex_unlock(GMutex *mutex)
{
    __tsan_release(mutex);
    REAL(g_mutex_unlock, OfMutex)(mutex);
}

void
g_cond_wait(GCond *cond, GMutex *mutex)
{
    __tsan_release(mutex);
    REAL(g_cond_wait, OfBoth)(cond, mutex);
    __tsan_acquire(mutex);
}

gboolean
g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end)
{
    gboolean told;

    __tsan_release(mutex);
    told = REAL(g_cond_wait_until, OfBothUntil)(cond, mutex, end);
    __tsan_acquire(mutex);
    return told;
}

/* GLib has macros of these names. */
gboolean(g_once_init_enter)(volatile void *location)
{
    gboolean first = REAL(g_once_init_enter, OfOnce)((void *)location);

    if (!first)
        __tsan_acquire((void *)location);
    return first;
}

void(g_once_init_leave)(volatile void *location, gsize result)
{
    __tsan_release((void *)location);
    REAL(g_once_init_leave, LeaveOnce)((void *)location, result);
}
