/* A shared wait; see the header.
 *
 * An instant of the monotonic clock is the same for all processes of one boot; a file of another boot,
 * and one that claims more than a day, says nothing. */
#include "dcc-cooldown.h"

#include "dcc-identity.h"
#include "dcc-json.h"
#include "dcc-lock.h"
#include "dcc-store-file.h"

#include <unistd.h>

#define MAX_WAIT_MS    (24 * 60 * 60 * G_GINT64_CONSTANT(1000))
#define SPREAD_PARTS   10 /* of the delay: its tenth */
#define LOCK_TRIES     50
#define LOCK_PERIOD_US 2000

static int
take_lock(const char *path)
{
    gboolean held = FALSE;
    int lock = dcc_lock_take(path, FALSE, &held);

    for (int i = 0; lock < 0 && held && i < LOCK_TRIES; i++) {
        g_usleep(LOCK_PERIOD_US);
        lock = dcc_lock_take(path, FALSE, &held);
    }
    return lock;
}

/* 0: nobody waits. */
static gint64
read_left_ms(const char *path, gint64 now)
{
    g_autoptr(JsonObject) object = dcc_store_file_read_json(path);
    gint64 left;

    if (object == NULL ||
        g_strcmp0(dcc_json_get_string(object, "boot_id", NULL), dcc_boot_id()) != 0)
        return 0;
    left = (dcc_json_get_int(object, "until", 0) - now) / 1000;
    return left > 0 && left <= MAX_WAIT_MS ? left : 0;
}

static void
write_until(const char *path, gint64 until)
{
    g_autoptr(JsonObject) object = json_object_new();

    json_object_set_string_member(object, "boot_id", dcc_boot_id());
    json_object_set_int_member(object, "until", until);
    /* Where it cannot be written each waits alone, as long as it would have anyway. */
    dcc_store_file_write_json(path, object, DCC_STORE_RUNTIME, NULL);
}

static gint64
spread(gint64 delay_ms)
{
    gint64 most = MIN(delay_ms / SPREAD_PARTS, G_MAXINT32 - 1);

    return most > 0 ? g_random_int_range(0, (gint32)most + 1) : 0;
}

gint64
dcc_cooldown_join(const char *runtime_path, const char *what, gint64 now, gint64 delay_ms)
{
    g_autofree char *path = g_build_filename(runtime_path, what, NULL);
    g_autofree char *lock_path = g_strconcat(path, ".lock", NULL);
    gint64 wait = CLAMP(delay_ms, 0, MAX_WAIT_MS);
    int lock = take_lock(lock_path);
    gint64 left;

    if (lock < 0)
        return wait;
    left = read_left_ms(path, now);
    if (left == 0 && wait > 0)
        write_until(path, now + wait * 1000);
    close(lock);
    return left > 0 ? left + spread(wait) : wait;
}
