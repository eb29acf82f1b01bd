/* Who owns a file or a directory, and who else may change it, by its access list.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint number;              /* the last of its identity: what tells users of a machine apart */
    gboolean is_ours;          /* this user's */
    gboolean is_roots;         /* the system's, or of its administrators */
    gboolean others_can_write; /* somebody beside them may; also where it cannot be read */
    gboolean others_only_add;  /* to a directory, and take nothing away from it */
    gboolean others_can_read;  /* it, or what will be in it */
} DccOwner;

/* handle: of a file, opened with the right to read its access list. */
void
dcc_owner_read(gpointer handle, DccOwner *owner);
/* The same of a SECURITY_DESCRIPTOR; NULL: it could not be read. */
void
dcc_owner_judge(gpointer descriptor, DccOwner *owner);
/* (transfer full): owner and access list of what is this user's and the system's alone, with all that will be in it: a
 * SECURITY_DESCRIPTOR to be freed with LocalFree(). NULL: the system does not tell who we are. */
gpointer
dcc_owner_make_private(void);
/* The last number of this user's identity. */
guint
dcc_owner_get_own_number(void);

G_END_DECLS
