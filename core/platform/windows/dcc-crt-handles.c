/* Descriptors handed down; see the header. The block: how many (an int), what each is (a byte), its handle; nothing is
 * aligned. Threading: any. */
#include "dcc-crt-handles.h"

#include <string.h>

#include <windows.h>

#define IS_OPEN   0x01
#define IS_PIPE   0x08
#define IS_DEVICE 0x40

static guint8
kind_of(HANDLE handle)
{
    switch (GetFileType(handle)) {
    case FILE_TYPE_PIPE:
        return IS_OPEN | IS_PIPE;
    case FILE_TYPE_CHAR:
        return IS_OPEN | IS_DEVICE;
    default:
        return IS_OPEN;
    }
}

gpointer
dcc_crt_handles_make_block(gpointer const *handles, guint n, guint16 *size)
{
    guint8 *block;
    int count = (int)n;

    *size = (guint16)(sizeof count + n + n * sizeof(HANDLE));
    block = g_malloc(*size);
    memcpy(block, &count, sizeof count);
    for (guint i = 0; i < n; i++)
        block[sizeof count + i] = kind_of(handles[i]);
    memcpy(block + sizeof count + n, handles, n * sizeof(HANDLE));
    return block;
}
