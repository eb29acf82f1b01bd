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

/**
 * DccInstallation:
 *
 * One installed copy of an application.
 *
 * Since: 1.0
 */
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

/**
 * dcc_installation_new:
 * @executable: (type filename): the program to run
 * @version: (nullable): its version, %NULL when it must be asked for
 * @origin: (nullable): where it was found, for people: "PATH", "/opt"
 *
 * One copy of an application.
 *
 * Returns: (transfer full): a new #DccInstallation
 *
 * Since: 1.0
 */
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

/**
 * dcc_installation_get_executable:
 * @self: an #DccInstallation
 *
 * The program to run.
 *
 * Returns: (type filename): its path
 *
 * Since: 1.0
 */
const char *
dcc_installation_get_executable(DccInstallation *self)
{
    g_return_val_if_fail(DCC_IS_INSTALLATION(self), NULL);

    return self->executable;
}

/**
 * dcc_installation_get_version:
 * @self: an #DccInstallation
 *
 * The version.
 *
 * Returns: (nullable): the version, %NULL while it is not known
 *
 * Since: 1.0
 */
const char *
dcc_installation_get_version(DccInstallation *self)
{
    g_return_val_if_fail(DCC_IS_INSTALLATION(self), NULL);

    return self->version;
}

/**
 * dcc_installation_get_origin:
 * @self: an #DccInstallation
 *
 * Where it was found, for people.
 *
 * Returns: (nullable): a word or a directory
 *
 * Since: 1.0
 */
const char *
dcc_installation_get_origin(DccInstallation *self)
{
    g_return_val_if_fail(DCC_IS_INSTALLATION(self), NULL);

    return self->origin;
}

/**
 * dcc_installation_set_version_command:
 * @self: an #DccInstallation
 * @argv: (array zero-terminated=1) (element-type filename) (nullable): the command, or %NULL when
 * the version needs no asking
 *
 * Says which command prints the version. The core runs it; an adapter runs nothing.
 *
 * Since: 1.0
 */
void
dcc_installation_set_version_command(DccInstallation *self, const char *const *argv)
{
    g_return_if_fail(DCC_IS_INSTALLATION(self));

    char **old = self->version_command;

    self->version_command = g_strdupv((char **)argv);
    g_strfreev(old);
}

/**
 * dcc_installation_get_version_command:
 * @self: an #DccInstallation
 *
 * The command that prints the version.
 *
 * Returns: (array zero-terminated=1) (element-type filename) (nullable): the command
 *
 * Since: 1.0
 */
const char *const *
dcc_installation_get_version_command(DccInstallation *self)
{
    g_return_val_if_fail(DCC_IS_INSTALLATION(self), NULL);

    return (const char *const *)self->version_command;
}

/**
 * dcc_installation_set_reservation:
 * @self: an #DccInstallation
 * @reason: (nullable): one line for people, or %NULL when nothing speaks against it
 *
 * Says why this copy is named but not started unless asked for.
 *
 * Since: 1.0
 */
void
dcc_installation_set_reservation(DccInstallation *self, const char *reason)
{
    g_return_if_fail(DCC_IS_INSTALLATION(self));

    dcc_string_replace(&self->reservation, reason);
}

/**
 * dcc_installation_get_reservation:
 * @self: an #DccInstallation
 *
 * Why this copy is not started unless asked for.
 *
 * Returns: (nullable): one line for people
 *
 * Since: 1.0
 */
const char *
dcc_installation_get_reservation(DccInstallation *self)
{
    g_return_val_if_fail(DCC_IS_INSTALLATION(self), NULL);

    return self->reservation;
}

/**
 * dcc_installation_with_version:
 * @self: an #DccInstallation
 * @version: (nullable): the version
 *
 * A copy that knows its version.
 *
 * Returns: (transfer full): a new #DccInstallation
 *
 * Since: 1.0
 */
DccInstallation *
dcc_installation_with_version(DccInstallation *self, const char *version)
{
    g_return_val_if_fail(DCC_IS_INSTALLATION(self), NULL);

    DccInstallation *copy = dcc_installation_new(self->executable, version, self->origin);

    copy->version_command = g_strdupv(self->version_command);
    copy->reservation = g_strdup(self->reservation);
    return copy;
}
