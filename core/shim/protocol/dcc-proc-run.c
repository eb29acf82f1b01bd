/* Runs and names, whatever the system; see dcc-proc.h. Threading: any. */
#include "dcc-proc-run.h"

#include "dcc-proc.h"

#include <string.h>

bool
dcc_proc_has_name(const char *comm, const char *name)
{
    return strncmp(comm, name, sizeof((DccProc *)0)->comm - 1) == 0;
}

/* Whether the text of a variable's beginning is one of a run's number: see the header. */
static bool
is_uuid(const char *text)
{
    for (int i = 0; i < DCC_RUN_NUMBER_LENGTH; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool is_hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');

        if (is_dash ? text[i] != '-' : !is_hex)
            return false;
    }
    return text[DCC_RUN_NUMBER_LENGTH] == 0;
}

bool
dcc_proc_find_run(const char *text, size_t n, bool at_start, char *run)
{
    static const char name[] = DCC_RUN_VARIABLE "=";
    const size_t need = sizeof name - 1 + DCC_RUN_NUMBER_LENGTH + 1;
    const char *at = text;

    while (n >= need && (at = memmem(at, n - (size_t)(at - text), name, sizeof name - 1)) != NULL &&
           (size_t)(at - text) + need <= n) {
        if ((at == text ? at_start : at[-1] == 0) && is_uuid(at + sizeof name - 1)) {
            memcpy(run, at + sizeof name - 1, DCC_RUN_NUMBER_LENGTH + 1);
            return true;
        }
        at++;
    }
    return false;
}
