/* Losses of a directory; see the header. What a session locks keeps its directory here, so there is none to hear of.
 * Threading: any. */
#include "dcc-dir-loss.h"

void
dcc_dir_loss_claim(void)
{
}

GSource *
dcc_dir_loss_source_new(const char *dir)
{
    return NULL;
}
