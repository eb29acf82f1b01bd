/* Owners and access lists; see the header.
 *
 * Contract: trusted are this user, the system, its administrators and its installer; a right to
 * write, to replace or to take over that anybody else has makes what it is on untrustworthy. What
 * cannot be read counts as such. Threading: any. */
#include "dcc-owner.h"

#include <windows.h>
/* after windows.h */
#include <aclapi.h>
#include <sddl.h>

#define TAKING  (FILE_DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_WRITE | GENERIC_ALL)
#define WRITING (FILE_WRITE_DATA | FILE_APPEND_DATA | TAKING)
#define READING (FILE_READ_DATA | GENERIC_READ | GENERIC_ALL)

/* SYSTEM, Administrators, TrustedInstaller; the owner's rights are the owner's own. */
static const char *const trusted[] = {
    "S-1-5-18",
    "S-1-5-32-544",
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
    "S-1-3-0",
    "S-1-3-4",
};

static PSID
read_own(void)
{
    static gsize once;

    if (g_once_init_enter(&once)) {
        TOKEN_USER *user = NULL;
        HANDLE token;
        DWORD size = 0;

        if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
            GetTokenInformation(token, TokenUser, NULL, 0, &size);
            user = g_malloc0(MAX(size, sizeof *user));
            if (!GetTokenInformation(token, TokenUser, user, size, &size))
                g_clear_pointer(&user, g_free);
            CloseHandle(token);
        }
        /* For the life of the process. */
        g_once_init_leave(&once, user != NULL ? (gsize)user->User.Sid : 1);
    }
    return once != 1 ? (PSID)once : NULL;
}

static gboolean
is_own(PSID sid)
{
    PSID own = read_own();

    return own != NULL && EqualSid(own, sid);
}

static gpointer
read_trusted(gpointer data)
{
    static PSID sids[G_N_ELEMENTS(trusted)];

    /* For the life of the process. */
    for (gsize i = 0; i < G_N_ELEMENTS(trusted); i++)
        ConvertStringSidToSidA(trusted[i], &sids[i]);
    return sids;
}

static gboolean
is_trusted(PSID sid)
{
    static GOnce once = G_ONCE_INIT;
    PSID *sids = g_once(&once, read_trusted, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(trusted); i++)
        if (sids[i] != NULL && EqualSid(sids[i], sid))
            return TRUE;
    return FALSE;
}

static guint
number_of(PSID sid)
{
    guint count = *GetSidSubAuthorityCount(sid);

    return count > 0 ? (guint)*GetSidSubAuthority(sid, count - 1) : 0;
}

guint
dcc_owner_get_own_number(void)
{
    PSID own = read_own();

    return own != NULL ? number_of(own) : 0;
}

/* What is granted to those who are not trusted; inherited: also on what will be in it alone. What is denied to some of them is not taken off. */
static DWORD
rights_of_others(ACL *list, gboolean inherited)
{
    DWORD rights = 0;

    /* No list at all: everybody may do everything. */
    if (list == NULL)
        return GENERIC_ALL;
    for (DWORD i = 0; i < list->AceCount; i++) {
        ACCESS_ALLOWED_ACE *entry = NULL;
        PSID sid;

        if (!GetAce(list, i, (void **)&entry))
            return GENERIC_ALL;
        sid = (PSID)&entry->SidStart;
        if (entry->Header.AceType == ACCESS_ALLOWED_ACE_TYPE &&
            (inherited || !(entry->Header.AceFlags & INHERIT_ONLY_ACE)) && !is_own(sid) &&
            !is_trusted(sid))
            rights |= entry->Mask;
    }
    return rights;
}

void
dcc_owner_judge(gpointer descriptor, DccOwner *owner)
{
    BOOL has_list = FALSE, defaulted;
    PSID sid = NULL;
    ACL *list = NULL;
    DWORD rights;

    *owner = (DccOwner){.others_can_write = TRUE, .others_can_read = TRUE};
    if (descriptor == NULL || !GetSecurityDescriptorOwner(descriptor, &sid, &defaulted) ||
        !GetSecurityDescriptorDacl(descriptor, &has_list, &list, &defaulted))
        return;
    if (!has_list)
        list = NULL;
    if (sid != NULL) {
        owner->number = number_of(sid);
        owner->is_ours = is_own(sid);
        owner->is_roots = is_trusted(sid);
    }
    rights = rights_of_others(list, FALSE);
    owner->others_can_write = (rights & WRITING) != 0;
    owner->others_only_add = (rights & TAKING) == 0;
    owner->others_can_read = (rights_of_others(list, TRUE) & READING) != 0;
}

void
dcc_owner_read(gpointer handle, DccOwner *owner)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;

    if (GetSecurityInfo(handle,
                        SE_FILE_OBJECT,
                        OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                        NULL,
                        NULL,
                        NULL,
                        NULL,
                        &descriptor) != ERROR_SUCCESS)
        descriptor = NULL;
    dcc_owner_judge(descriptor, owner);
    if (descriptor != NULL)
        LocalFree(descriptor);
}

gpointer
dcc_owner_make_private(void)
{
    PSID own = read_own();
    PSECURITY_DESCRIPTOR descriptor = NULL;
    g_autofree char *text = NULL;
    char *sid = NULL;

    if (own == NULL || !ConvertSidToStringSidA(own, &sid))
        return NULL;
    /* Protected from what its parent grants: this user, the system, its administrators. */
    text = g_strdup_printf("O:%sD:P(A;OICI;FA;;;%s)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", sid, sid);
    LocalFree(sid);
    ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &descriptor, NULL);
    return descriptor;
}
