/* Who uses a state directory now.
 *
 * Problem: names are locked in the runtime directory, which is this machine's; the state directory
 * may lie in a home that several machines share, and then two instances of one name wrote into one
 * log, and judged each other's output. Contract: the one that begins first marks NAME; others, for
 * as long as the mark stands, use NAME@HOST, and go on using it. The mark goes with the instance.
 * One that a dead machine has left is left alone by all but a machine of the same name, for nothing
 * tells from afar whether it is dead. State without a mark (of an older dcchost) is anybody's.
 *
 * Not told apart: machines of one host name, and containers that share host name and boot.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DCC_HOST_MARK "host.json"

/* (transfer full): the directory below state_path that this machine uses for the name. */
char *
dcc_host_mark_find(const char *state_path, const char *runtime_path, const char *name);
/* The same, and marks it; made where it is missing. Error BUSY: another uses it, and another the
 * one of this host's own, too; or UNSAFE. The mark itself is not insisted on: a full disk is no
 * reason not to start. */
char *
dcc_host_mark_claim(const char *state_path,
                    const char *runtime_path,
                    const char *name,
                    GError **error);
/* Takes the mark away, where it is ours. */
void
dcc_host_mark_release(const char *dir, const char *runtime_path, const char *name);
/* (transfer full): the name that a directory below a state path is for, as this host sees it; NULL:
 * for none. */
char *
dcc_host_mark_get_name(const char *entry);

G_END_DECLS
