/* One installed copy of an application.
 *
 * Contract: filled in by an adapter, unchanged after; paths are bytes. Threading: one thread at a
 * time while it is filled. The order of versions is in dcc-version-order.c.
 */
#include "dcc-installation.h"

#include "dcc-strings.h"

struct _DccInstallation {
    GObject parent_instance;
    char *executable;
    char *version;
    char *origin;
    char **version_command;
    char *reservation;
};

G_DEFINE_TYPE(DccInstallation, dcc_installation, G_TYPE_OBJECT)

static void
dcc_installation_finalize(GObject *object)
{
    DccInstallation *self = DCC_INSTALLATION(object);

    g_free(self->executable);
    g_free(self->version);
    g_free(self->origin);
    g_strfreev(self->version_command);
    g_free(self->reservation);
    G_OBJECT_CLASS(dcc_installation_parent_class)->finalize(object);
}

static void
dcc_installation_class_init(DccInstallationClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_installation_finalize;
}

static void
dcc_installation_init(DccInstallation *self)
{
}

DccInstallation *
dcc_installation_new(const char *executable, const char *version, const char *origin)
{
    g_return_val_if_fail(executable != NULL, NULL);

    DccInstallation *self = g_object_new(DCC_TYPE_INSTALLATION, NULL);

    self->executable = g_strdup(executable);
    self->version = g_strdup(version);
    self->origin = g_strdup(origin);
    return self;
}

const char *
dcc_installation_get_executable(DccInstallation *self)
{
    g_return_val_if_fail(DCC_IS_INSTALLATION(self), NULL);

    return self->executable;
}

const char *
dcc_installation_get_version(DccInstallation *self)
{
    g_return_val_if_fail(DCC_IS_INSTALLATION(self), NULL);

    return self->version;
}

const char *
dcc_installation_get_origin(DccInstallation *self)
{
    g_return_val_if_fail(DCC_IS_INSTALLATION(self), NULL);

    return self->origin;
}

void
dcc_installation_set_version_command(DccInstallation *self, const char *const *argv)
{
    g_return_if_fail(DCC_IS_INSTALLATION(self));

    char **old = self->version_command;

    self->version_command = g_strdupv((char **)argv);
    g_strfreev(old);
}

const char *const *
dcc_installation_get_version_command(DccInstallation *self)
{
    g_return_val_if_fail(DCC_IS_INSTALLATION(self), NULL);

    return (const char *const *)self->version_command;
}

void
dcc_installation_set_reservation(DccInstallation *self, const char *reason)
{
    g_return_if_fail(DCC_IS_INSTALLATION(self));

    dcc_string_replace(&self->reservation, reason);
}

const char *
dcc_installation_get_reservation(DccInstallation *self)
{
    g_return_val_if_fail(DCC_IS_INSTALLATION(self), NULL);

    return self->reservation;
}

DccInstallation *
dcc_installation_with_version(DccInstallation *self, const char *version)
{
    g_return_val_if_fail(DCC_IS_INSTALLATION(self), NULL);

    DccInstallation *copy = dcc_installation_new(self->executable, version, self->origin);

    copy->version_command = g_strdupv(self->version_command);
    copy->reservation = g_strdup(self->reservation);
    return copy;
}
