/* Flags are sockets; see dcc-fds.h. Threading: any. */
#include "dcc-fds.h"

#include <winsock2.h>
#include <ws2tcpip.h>

/* Other main loops wait for sockets alone: this one is connected to itself, and hears nobody else. */
static SOCKET
open_own_ear(void)
{
    struct sockaddr_in place = {.sin_family = AF_INET};
    int length = sizeof place;
    u_long nonblocking = 1;
    SOCKET ear = WSASocketW(AF_INET, SOCK_DGRAM, 0, NULL, 0, WSA_FLAG_NO_HANDLE_INHERIT);

    if (ear == INVALID_SOCKET)
        return ear;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(ear, (struct sockaddr *)&place, length) == 0 &&
        getsockname(ear, (struct sockaddr *)&place, &length) == 0 &&
        connect(ear, (struct sockaddr *)&place, length) == 0 &&
        ioctlsocket(ear, FIONBIO, &nonblocking) == 0)
        return ear;
    closesocket(ear);
    return INVALID_SOCKET;
}

int
dcc_fds_open_flag(gboolean up)
{
    WSADATA data;
    SOCKET ear;

    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return -1;
    ear = open_own_ear();
    if (ear == INVALID_SOCKET)
        return -1;
    if (up)
        dcc_fds_set_flag((int)ear, TRUE);
    return (int)ear;
}

void
dcc_fds_set_flag(int fd, gboolean up)
{
    char byte = 0;

    if (up)
        send((SOCKET)fd, &byte, 1, 0);
    else
        while (recv((SOCKET)fd, &byte, 1, 0) > 0)
            continue;
}

void
dcc_fds_close_flag(int *fd)
{
    if (*fd >= 0)
        closesocket((SOCKET)*fd);
    *fd = -1;
}
