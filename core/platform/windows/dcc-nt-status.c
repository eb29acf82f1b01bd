/* Exit codes of Windows; see the header.
 *
 * Contract: what an exception ends is no exit, and what nobody knows is no success. A negative code, which a program
 * gave by exit(-1), is told as elsewhere, by its lowest eight bits. Threading: any. */
#include "dcc-nt-status.h"

#include "dcc-signals.h"

/* What Linux's loader ends a program with for the same reason. */
#define CANNOT_START 127
#define MOST_CODE    255

#define IS_ERROR(status)    (((status)&0xc0000000u) == 0xc0000000u)
#define IS_OURS(status)     (((status)&0xffffff00u) == DCC_NT_STATUS_OURS(0))
#define SMALL_NEGATIVE      0xffff0000u /* exit(-65536) and up */
#define IS_NEGATIVE(status) (((status)&0x80000000u) != 0)

/* signal 0: it never began. */
static const struct {
    guint32 status;
    int signal;
    const char *text;
} meanings[] = {
    {0x40010004, DCC_SIGNAL_KILL, "was ended by a debugger"},
    {0x40010005, DCC_SIGNAL_INTERRUPT, "was ended by Ctrl-C"},
    {0x80000002, DCC_SIGNAL_BUS, "used memory at an address that is not aligned"},
    {0x80000003, DCC_SIGNAL_TRAP, "came to a breakpoint"},
    {0x80000004, DCC_SIGNAL_TRAP, "was stopped by a trace"},
    {0xc0000005, DCC_SIGNAL_SEGV, "used memory that is not its own (access violation)"},
    {0xc0000006, DCC_SIGNAL_BUS, "could not read its memory back from disk (in-page error)"},
    {0xc0000017, DCC_SIGNAL_ABORT, "had no memory left"},
    {0xc000001d, DCC_SIGNAL_ILLEGAL, "came to an instruction that this processor does not have"},
    {0xc0000025, DCC_SIGNAL_ABORT, "went on after an exception that allows no going on"},
    {0xc0000026, DCC_SIGNAL_ABORT, "has a broken exception handler"},
    {0xc000007b,
     0,
     "or a DLL that it needs is no program for this machine (32 and 64 bits mixed, or damaged)"},
    {0xc000008c, DCC_SIGNAL_SEGV, "used an array beyond its bounds"},
    {0xc000008d, DCC_SIGNAL_FLOAT, "computed with a denormal number"},
    {0xc000008e, DCC_SIGNAL_FLOAT, "divided by zero"},
    {0xc000008f, DCC_SIGNAL_FLOAT, "computed an inexact number"},
    {0xc0000090, DCC_SIGNAL_FLOAT, "computed what is not defined"},
    {0xc0000091, DCC_SIGNAL_FLOAT, "computed too large a number"},
    {0xc0000092, DCC_SIGNAL_FLOAT, "overran the stack of its floating-point unit"},
    {0xc0000093, DCC_SIGNAL_FLOAT, "computed too small a number"},
    {0xc0000094, DCC_SIGNAL_FLOAT, "divided a whole number by zero"},
    {0xc0000095, DCC_SIGNAL_FLOAT, "computed too large a whole number"},
    {0xc0000096, DCC_SIGNAL_ILLEGAL, "came to an instruction that it may not use"},
    {0xc00000fd, DCC_SIGNAL_SEGV, "overran its stack"},
    {0xc000012d, DCC_SIGNAL_ABORT, "had no memory left (commitment limit)"},
    {0xc0000135, 0, "cannot start: a DLL that it needs is missing"},
    {0xc0000138, 0, "cannot start: a DLL that it needs lacks a numbered function"},
    {0xc0000139, 0, "cannot start: a DLL that it needs lacks a function, it is of another version"},
    {0xc000013a, DCC_SIGNAL_INTERRUPT, "was ended by Ctrl-C or Ctrl-Break"},
    {0xc0000142, 0, "cannot start: a DLL that it needs could not be initialised"},
    {0xc0000194, DCC_SIGNAL_ABORT, "came to a deadlock that Windows noticed"},
    {0xc000026b, DCC_SIGNAL_TERMINATE, "was started while Windows was going down"},
    {0xc0000374, DCC_SIGNAL_ABORT, "damaged its heap"},
    {0xc0000409, DCC_SIGNAL_ABORT, "stopped itself (abort, fail-fast or a damaged stack)"},
    {0xc0000417, DCC_SIGNAL_ABORT, "gave the C library an argument that makes no sense"},
    {0xc0000420, DCC_SIGNAL_ABORT, "came to an assertion that did not hold"},
    {0xe0434352, DCC_SIGNAL_ABORT, "threw a .NET exception that nobody caught"},
    {0xe06d7363, DCC_SIGNAL_ABORT, "threw a C++ exception that nobody caught"},
};

static DccNtStatus
exited(int code, const char *text)
{
    return (DccNtStatus){DCC_RESULT_EXITED, code, 0, text};
}

static DccNtStatus
signaled(int signal, const char *text)
{
    return (DccNtStatus){DCC_RESULT_SIGNALED, -1, signal, text};
}

/* -1 is 255, as it is elsewhere; but no failure becomes 0 by that. */
static int
shorten(guint32 status)
{
    int code = (int)(status & MOST_CODE);

    return code != 0 ? code : MOST_CODE;
}

DccNtStatus
dcc_nt_status_decode(guint32 status)
{
    for (gsize i = 0; i < G_N_ELEMENTS(meanings); i++) {
        if (meanings[i].status != status)
            continue;
        return meanings[i].signal != 0 ? signaled(meanings[i].signal, meanings[i].text)
                                       : exited(CANNOT_START, meanings[i].text);
    }
    if (IS_OURS(status) && (status & MOST_CODE) != 0 && (status & MOST_CODE) <= DCC_SIGNAL_LAST)
        return signaled((int)(status & MOST_CODE), "was ended by dcchost");
    if (IS_ERROR(status) && status < SMALL_NEGATIVE)
        return signaled(DCC_SIGNAL_ABORT, "ended by an exception that is not known here");
    if (IS_NEGATIVE(status))
        return exited(shorten(status), NULL);
    return exited((int)status, NULL);
}

gboolean
dcc_nt_status_is_start_failure(guint32 status)
{
    for (gsize i = 0; i < G_N_ELEMENTS(meanings); i++)
        if (meanings[i].status == status)
            return meanings[i].signal == 0;
    return FALSE;
}
