/* verb-hash.c: the verb `hash`: work that only a processor can do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PBKDF2 is nettle's.  It cannot be stopped half-way, but the HMAC it is made of is handed to it as
 * a function: once cancelled, ours computes nothing any more and the loop runs out in no time. */
#include "config.h"

#include "app/verbs/verb-cpu.h"
#include "app/work/error.h"

#include <glib/gi18n-lib.h>
#include <nettle/hmac.h>
#include <nettle/pbkdf2.h>
#include <string.h>

#define MAX_INDEX      19
#define MAX_ITERATIONS 100000000u
#define CHECK_EVERY    1024 /* iterations */

typedef struct
{
  struct hmac_sha256_ctx hmac;
  GCancellable *cancellable;
  SheafProgressFunc progress;
  gpointer progress_data;
  guint done;
  guint total;
  gboolean cancelled;
} Hmac;

static void
update (void *data, size_t length, const uint8_t *bytes)
{
  Hmac *hmac = data;

  if (!hmac->cancelled)
    hmac_sha256_update (&hmac->hmac, length, bytes);
}

static void
digest (void *data, size_t length, uint8_t *bytes)
{
  Hmac *hmac = data;

  if (hmac->cancelled)
    return;
  hmac_sha256_digest (&hmac->hmac, length, bytes);
  if (++hmac->done % CHECK_EVERY != 0)
    return;
  hmac->cancelled = g_cancellable_is_cancelled (hmac->cancellable);
  if (hmac->progress != NULL)
    hmac->progress (hmac->done, hmac->total, hmac->progress_data);
}

SheafReply *
sheaf_verb_hash_run (SheafJob *job,
                     SheafProgressFunc progress,
                     gpointer progress_data,
                     GCancellable *cancellable,
                     GError **error)
{
  static const char password[] = "hello world";
  Hmac hmac = { .cancellable = cancellable, .progress = progress, .progress_data = progress_data };
  guint8 result[SHA256_DIGEST_SIZE] = { 0 };
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *salt = NULL;
  g_autoptr (GString) hex = NULL;
  guint index = 0, iterations = 0;

  if (!g_variant_lookup (job->params, "index", "u", &index) || index > MAX_INDEX
      || !g_variant_lookup (job->params, "iterations", "u", &iterations) || iterations == 0
      || iterations > MAX_ITERATIONS)
    {
      sheaf_fail (error, SHEAF_ERROR_USAGE, _ ("A hash needs a number from 0 to %d and iterations"),
                  MAX_INDEX);
      return NULL;
    }

  hmac.total = iterations;
  hmac_sha256_set_key (&hmac.hmac, strlen (password), (const uint8_t *) password);
  salt = g_strdup_printf ("salt%u", index);
  pbkdf2 (&hmac, update, digest, SHA256_DIGEST_SIZE, iterations, strlen (salt),
          (const uint8_t *) salt, sizeof result, result);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  hex = g_string_new (NULL);
  for (guint i = 0; i < sizeof result; i++)
    g_string_append_printf (hex, "%02x", result[i]);
  g_variant_dict_insert (&dict, "digest", "s", hex->str);
  return sheaf_reply_new (g_variant_dict_end (&dict), -1);
}
