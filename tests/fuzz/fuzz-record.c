/* fuzz-record.c: what the archive gives back, and types by content
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/download/content.h"
#include "app/download/entry-record.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (GBytes) record = g_bytes_new (data, size);
  SheafEntry *entry = sheaf_entry_from_record (record);

  if (entry != NULL)
    {
      g_autoptr (GBytes) again = sheaf_entry_to_record (entry);
      SheafEntry *same = sheaf_entry_from_record (again);

      if (same == NULL || !g_str_equal (same->id, entry->id))
        g_error ("an entry that does not survive");
      sheaf_entry_unref (same);
      sheaf_entry_unref (entry);
    }
  sheaf_content_extension (sheaf_content_sniff (data, size));
  return 0;
}
