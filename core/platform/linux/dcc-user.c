/* The effective user. Threading: any. */
#include "dcc-user.h"

#include <unistd.h>

guint
dcc_user_get_id(void)
{
    return (guint)geteuid();
}
