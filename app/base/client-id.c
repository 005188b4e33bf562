/* client-id.c: where a person's client ID comes from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * This part needs no service; what does is in client-id-store.c. */
#include "config.h"

#include "app/base/client-id.h"

#include "app/work/error.h"

#include <glib/gi18n-lib.h>

#include <string.h>

/* No ID is nearly as long; a file that is was given by mistake. */
#define MAX_LENGTH 256

char *
sheaf_client_id_clean (const char *text, GError **error)
{
  static const char prefix[] = "Client-ID";
  g_autofree char *id = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  id = g_strstrip (g_strdup (text));
  if (g_ascii_strncasecmp (id, prefix, strlen (prefix)) == 0
      && g_ascii_isspace (id[strlen (prefix)]))
    {
      char *rest = g_strdup (g_strstrip (id + strlen (prefix)));

      g_free (id);
      id = rest;
    }

  if (*id == '\0')
    {
      sheaf_fail (error, SHEAF_ERROR_CLIENT_ID, _ ("The client ID is empty."));
      return NULL;
    }
  if (strlen (id) > MAX_LENGTH)
    {
      sheaf_fail (error, SHEAF_ERROR_CLIENT_ID, _ ("That is too long for a client ID."));
      return NULL;
    }
  /* It becomes part of an HTTP header. */
  for (const char *p = id; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '-' && *p != '_')
      {
        sheaf_fail (error, SHEAF_ERROR_CLIENT_ID,
                    _ ("A client ID is made of letters and digits only."));
        return NULL;
      }
  return g_steal_pointer (&id);
}

char *
sheaf_client_id_from_environment (GError **error)
{
  const char *text = g_getenv (SHEAF_CLIENT_ID_VARIABLE);

  if (text == NULL || *text == '\0')
    return NULL;
  return sheaf_client_id_clean (text, error);
}

char *
sheaf_client_id_from_file (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  char *id;
  char *end;

  g_return_val_if_fail (path != NULL, NULL);

  if (!g_file_get_contents (path, &text, NULL, error))
    {
      sheaf_error_normalize (error);
      return NULL;
    }
  end = strpbrk (text, "\r\n");
  if (end != NULL)
    *end = '\0';
  id = sheaf_client_id_clean (text, error);
  if (id == NULL)
    {
      g_autofree char *name = g_filename_display_name (path);

      sheaf_fail (error, SHEAF_ERROR_CLIENT_ID, "%s", name);
    }
  return id;
}
