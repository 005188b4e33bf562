/* test-model.c: items tell of their changes; the list stays cheap with 100,000 entries
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/model/item-list.h"
#include "app/work/error.h"

static GPtrArray *
make_entries (guint n, const char *prefix)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sheaf_entry_unref);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%s%u", prefix, i);

      g_ptr_array_add (entries, sheaf_entry_new ("test", id));
    }
  return entries;
}

static void
count_notify (GObject *object, GParamSpec *pspec, guint *count)
{
  (*count)++;
}

static void
test_item_notifies (void)
{
  g_autoptr (SheafEntry) entry = sheaf_entry_new ("test", "a");
  g_autoptr (SheafItem) item = sheaf_item_new (entry);
  g_autoptr (GFile) file = g_file_new_for_path ("/tmp/a.jpg");
  guint states = 0, progress = 0, files = 0, errors = 0;

  g_signal_connect (item, "notify::state", G_CALLBACK (count_notify), &states);
  g_signal_connect (item, "notify::progress", G_CALLBACK (count_notify), &progress);
  g_signal_connect (item, "notify::file", G_CALLBACK (count_notify), &files);
  g_signal_connect (item, "notify::error", G_CALLBACK (count_notify), &errors);

  g_assert_cmpstr (sheaf_item_get_title (item), ==, "a");
  g_assert_cmpint (sheaf_item_get_state (item), ==, SHEAF_ITEM_LISTED);

  sheaf_item_set_state (item, SHEAF_ITEM_DOWNLOADING);
  sheaf_item_set_state (item, SHEAF_ITEM_DOWNLOADING);
  g_assert_cmpuint (states, ==, 1);

  sheaf_item_set_progress (item, 25, 100);
  sheaf_item_set_progress (item, 25, 100);
  g_assert_cmpuint (progress, ==, 1);
  g_assert_cmpfloat_with_epsilon (sheaf_item_get_progress (item), 0.25, 1e-9);
  sheaf_item_set_progress (item, 30, 0);
  g_assert_cmpfloat_with_epsilon (sheaf_item_get_progress (item), -1, 1e-9);

  sheaf_item_set_file (item, file);
  sheaf_item_set_file (item, file);
  g_assert_cmpuint (files, ==, 1);

  sheaf_item_take_error (item, g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_SHORT, "short"));
  g_assert_cmpint (sheaf_item_get_state (item), ==, SHEAF_ITEM_FAILED);
  g_assert_error (sheaf_item_get_error (item), SHEAF_ERROR, SHEAF_ERROR_SHORT);
  g_assert_cmpuint (errors, ==, 1);

  /* Tried again: the old reason is gone. */
  sheaf_item_set_state (item, SHEAF_ITEM_QUEUED);
  g_assert_no_error (sheaf_item_get_error (item));
  g_assert_cmpuint (errors, ==, 2);
}

static void
test_item_time (void)
{
  g_autoptr (SheafEntry) entry = sheaf_entry_new ("test", "a");
  g_autoptr (SheafItem) item = sheaf_item_new (entry);

  sheaf_item_set_state (item, SHEAF_ITEM_QUEUED);
  g_usleep (30000);
  sheaf_item_set_state (item, SHEAF_ITEM_DOWNLOADING);
  g_usleep (5000);
  sheaf_item_set_state (item, SHEAF_ITEM_THUMBNAILING);
  g_usleep (5000);
  sheaf_item_set_state (item, SHEAF_ITEM_READY);
  g_assert_cmpint (sheaf_item_get_elapsed_ms (item), >=, 10);
}

typedef struct
{
  guint n;
  guint position;
  guint removed;
  guint added;
} Changes;

static void
on_items_changed (GListModel *list, guint position, guint removed, guint added, Changes *changes)
{
  changes->n++;
  changes->position = position;
  changes->removed = removed;
  changes->added = added;
}

static void
test_list_batches (void)
{
  g_autoptr (SheafItemList) list = sheaf_item_list_new ();
  g_autoptr (GPtrArray) entries = make_entries (100000, "e");
  Changes changes = { 0 };
  gint64 began = g_get_monotonic_time ();

  g_signal_connect (list, "items-changed", G_CALLBACK (on_items_changed), &changes);
  sheaf_item_list_append (list, entries);
  g_assert_cmpuint (changes.n, ==, 1);
  g_assert_cmpuint (changes.added, ==, 100000);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 100000);
  g_assert_cmpint (g_get_monotonic_time () - began, <, G_USEC_PER_SEC);

  sheaf_item_list_append (list, entries);
  g_assert_cmpuint (changes.position, ==, 100000);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (list), 200000));

  sheaf_item_list_clear (list);
  g_assert_cmpuint (changes.removed, ==, 200000);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 0);
}

static void
test_list_same_object (void)
{
  g_autoptr (SheafItemList) list = sheaf_item_list_new ();
  g_autoptr (GPtrArray) entries = make_entries (3, "e");
  g_autoptr (SheafItem) first = NULL;
  g_autoptr (SheafItem) again = NULL;
  gpointer weak;

  sheaf_item_list_append (list, entries);
  first = g_list_model_get_item (G_LIST_MODEL (list), 1);
  g_assert_true (sheaf_item_get_entry (first) == g_ptr_array_index (entries, 1));
  weak = first;
  sheaf_item_set_state (first, SHEAF_ITEM_QUEUED);
  g_clear_object (&first);
  again = g_list_model_get_item (G_LIST_MODEL (list), 1);
  g_assert_true (again == weak);
  g_assert_cmpint (sheaf_item_get_state (again), ==, SHEAF_ITEM_QUEUED);
}

/* Everything is where the list itself says it is, whatever was removed before. */
static void
assert_all_found (SheafItemList *list)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr (SheafItem) item = g_list_model_get_item (G_LIST_MODEL (list), i);
      guint position;

      g_assert_true (sheaf_item_list_find (list, item, &position));
      g_assert_cmpuint (position, ==, i);
    }
}

static void
test_list_find (void)
{
  g_autoptr (SheafItemList) list = sheaf_item_list_new ();
  g_autoptr (SheafItemList) other = sheaf_item_list_new ();
  g_autoptr (GPtrArray) entries = make_entries (1000, "e");
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (SheafItem) gone = NULL;
  guint position;

  sheaf_item_list_append (list, entries);
  for (guint i = 0; i < 1000; i += 2)
    g_ptr_array_add (items, g_list_model_get_item (G_LIST_MODEL (list), i));
  gone = g_list_model_get_item (G_LIST_MODEL (list), 101);

  sheaf_item_list_remove (list, 100, 10);
  g_assert_false (sheaf_item_list_find (list, gone, NULL));
  assert_all_found (list);
  sheaf_item_list_remove (list, 980, 10);
  sheaf_item_list_remove (list, 3, 7);
  sheaf_item_list_append (list, entries);
  assert_all_found (list);

  sheaf_item_list_append_items (other, items);
  g_assert_true (sheaf_item_list_find (other, g_ptr_array_index (items, 42), &position));
  g_assert_cmpuint (position, ==, 42);
  g_assert_true (sheaf_item_list_get_entry (other, 42)
                 == sheaf_item_get_entry (g_ptr_array_index (items, 42)));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/item/notifies", test_item_notifies);
  g_test_add_func ("/model/item/time", test_item_time);
  g_test_add_func ("/model/list/batches", test_list_batches);
  g_test_add_func ("/model/list/same-object", test_list_same_object);
  g_test_add_func ("/model/list/find", test_list_find);
  return g_test_run ();
}
