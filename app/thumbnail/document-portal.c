/* document-portal.c: org.freedesktop.portal.Documents, and the attribute of its files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A document is a file or a folder, seen at DOC/ID/NAME.  Newer portals say where it lies in an
 * attribute of every file, which costs least; others are asked: GetHostPaths is for who was given
 * the document, Info for who is in no sandbox. */
#include "config.h"

#include "app/thumbnail/document-portal.h"

#include <gio/gio.h>

#include <limits.h>
#include <string.h>
#include <sys/xattr.h>

#define ATTRIBUTE  "user.document-portal.host-path"
#define INTERFACE  "org.freedesktop.portal.Documents"
#define PATH       "/org/freedesktop/portal/documents"
#define TIMEOUT_MS 3000

static GMutex mutex;
static GHashTable
    *known; /* guarded by mutex; ID → path outside, "" where the portal did not tell */

/* What follows DOC/; (nullable) for what is no document's. */
static const char *
skip_mount (const char *path)
{
  static const char in_sandbox[] = "/run/flatpak/doc/";
  g_autofree char *mount = g_strconcat (g_get_user_runtime_dir (), "/doc/", NULL);

  if (g_str_has_prefix (path, mount))
    return path + strlen (mount);
  return g_str_has_prefix (path, in_sandbox) ? path + strlen (in_sandbox) : NULL;
}

static char *
dup_from_attribute (const char *path)
{
  char host[PATH_MAX];
  ssize_t n = getxattr (path, ATTRIBUTE, host, sizeof host);

  return n > 0 && host[0] == '/' ? g_strndup (host, (gsize) n) : NULL;
}

/* (nullable): of the document @id by GetHostPaths. */
static char *
take_host_path (GVariant *reply, const char *id)
{
  g_autoptr (GVariant) paths = g_variant_get_child_value (reply, 0);
  g_autoptr (GVariant) path = g_variant_lookup_value (paths, id, G_VARIANT_TYPE_BYTESTRING);

  return path != NULL ? g_variant_dup_bytestring (path, NULL) : NULL;
}

static char *
take_info (GVariant *reply)
{
  g_autoptr (GVariant) path = g_variant_get_child_value (reply, 0);

  return g_variant_dup_bytestring (path, NULL);
}

static GVariant *
call (GDBusConnection *bus, const char *method, GVariant *parameters, const char *type)
{
  return g_dbus_connection_call_sync (bus, INTERFACE, PATH, INTERFACE, method, parameters,
                                      G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS,
                                      NULL, NULL);
}

/* (nullable) */
static char *
ask (const char *id)
{
  const char *ids[] = { id, NULL };
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GVariant) paths = NULL;
  g_autoptr (GVariant) info = NULL;

  if (bus == NULL)
    return NULL;
  paths = call (bus, "GetHostPaths", g_variant_new ("(^as)", ids), "(a{say})");
  if (paths != NULL)
    return take_host_path (paths, id);
  info = call (bus, "Info", g_variant_new ("(s)", id), "(aya{sas})");
  return info != NULL ? take_info (info) : NULL;
}

/* Where the document lies that is seen as @name; "" where that is not to be known. */
static char *
dup_document (const char *id, const char *name)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&mutex);
  g_autofree char *host = NULL;
  g_autofree char *host_name = NULL;
  gboolean good;

  if (known == NULL)
    known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!g_hash_table_contains (known, id))
    {
      /* Others who want to know wait for this answer rather than ask too. */
      host = ask (id);
      host_name = host != NULL ? g_path_get_basename (host) : NULL;
      good = host != NULL && g_path_is_absolute (host) && strcmp (host_name, name) == 0;
      g_hash_table_insert (known, g_strdup (id), g_strdup (good ? host : ""));
    }
  return g_strdup (g_hash_table_lookup (known, id));
}

char *
sheaf_document_portal_dup_host_path (const char *path)
{
  const char *rest;
  g_auto (GStrv) parts = NULL;
  g_autofree char *document = NULL;
  char *host;

  g_return_val_if_fail (path != NULL, NULL);

  rest = skip_mount (path);
  if (rest == NULL)
    return NULL;
  host = dup_from_attribute (path);
  if (host != NULL)
    return host;

  parts = g_strsplit (rest, "/", 3); /* ID, NAME, what is below the document */
  if (g_strv_length (parts) < 2 || *parts[0] == '\0' || *parts[1] == '\0')
    return NULL;
  document = dup_document (parts[0], parts[1]);
  if (*document == '\0')
    return NULL;
  return parts[2] != NULL ? g_build_filename (document, parts[2], NULL)
                          : g_steal_pointer (&document);
}
