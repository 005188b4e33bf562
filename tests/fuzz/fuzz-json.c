/* fuzz-json.c: what a gallery answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first byte chooses the HTTP status, the rest is the body. */
#include "config.h"

#include "app/gallery/imgur-json.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  static const guint statuses[] = { 200, 400, 401, 403, 404, 429, 500, 503 };
  SheafApiAnswer answer = { 0 };
  SheafImgurList *list;
  SheafQuota quota;

  if (size == 0)
    return 0;
  answer.status = statuses[data[0] % G_N_ELEMENTS (statuses)];
  answer.type = "application/json";
  answer.headers = g_variant_ref_sink (g_variant_new ("a{ss}", NULL));
  answer.body = g_bytes_new (data + 1, size - 1);
  answer.now = 1700000000;
  list = sheaf_imgur_parse_list (&answer, "imgur", NULL);
  g_clear_pointer (&list, sheaf_imgur_list_free);
  list = sheaf_imgur_parse_post (&answer, "imgur", NULL);
  g_clear_pointer (&list, sheaf_imgur_list_free);
  sheaf_imgur_parse_credits (&answer, &quota, NULL);
  g_bytes_unref (answer.body);
  g_variant_unref (answer.headers);
  return 0;
}
