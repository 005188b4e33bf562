/* test-thumbnail-cache.c: the shared cache, as its standard says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/thumbnail/png-text.h"
#include "app/thumbnail/thumbnail-cache.h"
#include "app/work/error.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Between the program and the system: a process that is to die does so when it has written a file
 * and is about to name it. */
static gboolean about_to_die;

int
rename (const char *from, const char *to)
{
  if (about_to_die)
    raise (SIGKILL);
  return (int) syscall (SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
linkat (int from_fd, const char *from, int to_fd, const char *to, int flags)
{
  if (about_to_die)
    raise (SIGKILL);
  return (int) syscall (SYS_linkat, from_fd, from, to_fd, to, flags);
}

static int
memfd_with (const void *data, gsize length)
{
  int fd = memfd_create ("test", MFD_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, length), ==, (gssize) length);
  return fd;
}

/* A PNG with the given words about its original; any may be NULL. */
static GBytes *
make_png (const char *uri, const char *mtime, const char *size)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (GVariant) text = NULL;

  if (uri != NULL)
    g_variant_builder_add (&builder, "{ss}", "Thumb::URI", uri);
  if (mtime != NULL)
    g_variant_builder_add (&builder, "{ss}", "Thumb::MTime", mtime);
  if (size != NULL)
    g_variant_builder_add (&builder, "{ss}", "Thumb::Size", size);
  text = g_variant_ref_sink (g_variant_builder_end (&builder));
  return sheaf_png_text_write_empty (text);
}

static void
store_png (const SheafOriginal *original, GBytes *png)
{
  g_autoptr (GError) error = NULL;
  int fd = memfd_with (g_bytes_get_data (png, NULL), g_bytes_get_size (png));

  sheaf_thumbnail_cache_store (original, SHEAF_CACHE_NORMAL, fd, g_bytes_get_size (png), NULL,
                               &error);
  g_assert_no_error (error);
  close (fd);
}

static gboolean
is_valid (const SheafOriginal *original)
{
  int fd = sheaf_thumbnail_cache_open (original, SHEAF_CACHE_NORMAL, NULL);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

static void
test_names (void)
{
  g_autofree char *path
      = sheaf_thumbnail_cache_dup_path ("file:///home/jens/photos/me.png", SHEAF_CACHE_LARGE);
  g_autofree char *expected = g_build_filename (g_get_user_cache_dir (), "thumbnails", "large",
                                                "c6ee772d9e49320e97ec29a7eb5b1697.png", NULL);

  g_assert_cmpstr (path, ==, expected);
  g_assert_true (sheaf_thumbnail_cache_contains (path));
  g_assert_false (sheaf_thumbnail_cache_contains ("/home/jens/photos/me.png"));
  g_assert_cmpint (sheaf_cache_flavor_for_size (1), ==, SHEAF_CACHE_NORMAL);
  g_assert_cmpint (sheaf_cache_flavor_for_size (128), ==, SHEAF_CACHE_NORMAL);
  g_assert_cmpint (sheaf_cache_flavor_for_size (129), ==, SHEAF_CACHE_LARGE);
  g_assert_cmpint (sheaf_cache_flavor_for_size (512), ==, SHEAF_CACHE_X_LARGE);
  g_assert_cmpint (sheaf_cache_flavor_for_size (4000), ==, SHEAF_CACHE_XX_LARGE);
}

static void
test_validity (void)
{
  static const struct
  {
    const char *uri;
    const char *mtime;
    const char *size;
    gboolean valid;
  } cases[] = {
    { "file:///a.jpg", "1000", "77", TRUE },
    { "file:///a.jpg", "1000", NULL, TRUE },
    { "file:///a.jpg", "1000.250000", "77", TRUE }, /* as tumbler writes it */
    { "file:///a.jpg", "999", "77", FALSE },
    { "file:///a.jpg", "1001", "77", FALSE }, /* newer is as wrong as older */
    { "file:///a.jpg", "1000", "78", FALSE },
    { "file:///b.jpg", "1000", "77", FALSE },
    { "file:///a.jpg", "", "77", FALSE },
    { "file:///a.jpg", NULL, "77", FALSE },
    { NULL, "1000", "77", FALSE },
  };
  const SheafOriginal original = { "file:///a.jpg", 1000, 77 };

  g_assert_false (is_valid (&original));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) png = make_png (cases[i].uri, cases[i].mtime, cases[i].size);

      store_png (&original, png);
      g_test_message ("case %u", i);
      g_assert_cmpint (is_valid (&original), ==, cases[i].valid);
    }
}

static void
test_permissions (void)
{
  const SheafOriginal original = { "file:///private.jpg", 1, 2 };
  g_autoptr (GBytes) png = make_png (original.uri, "1", "2");
  g_autofree char *path = sheaf_thumbnail_cache_dup_path (original.uri, SHEAF_CACHE_NORMAL);
  g_autofree char *dir = g_path_get_dirname (path);
  g_autoptr (GDir) entries = NULL;
  const char *name;
  struct stat info;

  store_png (&original, png);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (dir, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);

  /* Nothing half written stays behind. */
  entries = g_dir_open (dir, 0, NULL);
  while ((name = g_dir_read_name (entries)) != NULL)
    g_assert_true (g_str_has_suffix (name, ".png"));
}

static void
test_failures (void)
{
  const SheafOriginal original = { "file:///broken.jpg", 5, 6 };
  const SheafOriginal changed = { "file:///broken.jpg", 6, 6 };
  g_autoptr (GError) reason = g_error_new_literal (SHEAF_ERROR, SHEAF_ERROR_NOT_A_PICTURE, "no");
  g_autoptr (GError) error = NULL;
  g_autofree char *fail = g_build_filename (sheaf_thumbnail_cache_get_root (), "fail",
                                            "sheaf-" PACKAGE_VERSION, NULL);

  g_assert_true (sheaf_thumbnail_cache_check_failure (&original, &error));
  sheaf_thumbnail_cache_store_failure (&original, reason, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_test (fail, G_FILE_TEST_IS_DIR));

  g_assert_false (sheaf_thumbnail_cache_check_failure (&original, &error));
  g_assert_error (error, SHEAF_ERROR, SHEAF_ERROR_NOT_A_PICTURE);
  g_clear_error (&error);
  g_assert_true (sheaf_thumbnail_cache_check_failure (&changed, &error));

  sheaf_thumbnail_cache_forget (original.uri);
  g_assert_true (sheaf_thumbnail_cache_check_failure (&original, &error));
}

static void
test_hostile_text (void)
{
  g_autoptr (GBytes) png = make_png ("file:///a.jpg", "1000", "77");
  gsize length;
  const guint8 *data = g_bytes_get_data (png, &length);
  g_autofree guint8 *damaged = g_malloc (length);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  /* Cut anywhere. */
  for (gsize cut = 0; cut < length; cut++)
    {
      int fd = memfd_with (data, cut);
      g_autoptr (GHashTable) text = sheaf_png_text_read (fd);

      g_assert_true ((text != NULL) == (cut >= 8));
      close (fd);
    }

  /* Any byte replaced: whatever is read, nothing is read beyond the file (ASan looks on). */
  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (GHashTable) text = NULL;
      int fd;

      memcpy (damaged, data, length);
      for (guint n = 0; n < 3; n++)
        damaged[g_rand_int_range (random, 8, (gint32) length)] = (guint8) g_rand_int (random);
      fd = memfd_with (damaged, length);
      text = sheaf_png_text_read (fd);
      g_assert_nonnull (text);
      close (fd);
    }
}

static void
on_cleaned (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/* Returns: how many entries went */
static guint
clean_up (guint64 *bytes)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint n_removed = 0;

  sheaf_thumbnail_cache_clean_up_async (NULL, on_cleaned, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  sheaf_thumbnail_cache_clean_up_finish (result, &n_removed, bytes, &error);
  g_assert_no_error (error);
  return n_removed;
}

/* What a sandbox hides is not gone.  The folder of this original is its root, which is seen, but is
 * not the one of everybody else. */
static void
test_clean_up_in_sandbox (void)
{
  const SheafOriginal hidden = { "file:///sheaf-test-hidden.jpg", 1, 2 };
  g_autoptr (GBytes) png = make_png (hidden.uri, "1", "2");
  guint64 bytes;

  g_assert_false (g_file_test ("/sheaf-test-hidden.jpg", G_FILE_TEST_EXISTS));
  store_png (&hidden, png);
  g_setenv ("FLATPAK_ID", "io.github.sheaf_app.Sheaf", TRUE);
  clean_up (&bytes);
  g_assert_true (is_valid (&hidden));

  g_unsetenv ("FLATPAK_ID");
  g_assert_cmpuint (clean_up (&bytes), >=, 1);
  g_assert_false (is_valid (&hidden));
}

static void
test_clean_up (void)
{
  g_autofree char *dir = g_dir_make_tmp ("sheaf-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "here.jpg", NULL);
  g_autofree char *gone_path = g_build_filename (dir, "gone.jpg", NULL);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autofree char *gone_uri = g_filename_to_uri (gone_path, NULL, NULL);
  const SheafOriginal here = { uri, 1, 2 };
  const SheafOriginal gone = { gone_uri, 1, 2 };
  const SheafOriginal stick = { "file:///media/stick/not/plugged/in.jpg", 1, 2 };
  const SheafOriginal remote = { "sftp://example.org/a.jpg", 1, 2 };
  const SheafOriginal *all[] = { &here, &gone, &stick, &remote };
  g_autofree char *old
      = g_build_filename (sheaf_thumbnail_cache_get_root (), "fail", "sheaf-0.0.0", NULL);
  g_autofree char *old_entry = g_build_filename (old, "x.png", NULL);
  g_autofree char *foreign = g_build_filename (sheaf_thumbnail_cache_get_root (), "fail",
                                               "gnome-thumbnail-factory", NULL);
  g_autofree char *foreign_entry = g_build_filename (foreign, "x.png", NULL);
  guint n_removed;
  guint64 bytes;

  g_file_set_contents (path, "x", 1, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GBytes) png = make_png (all[i]->uri, "1", "2");

      store_png (all[i], png);
    }
  g_mkdir_with_parents (old, 0700);
  g_mkdir_with_parents (foreign, 0700);
  g_file_set_contents (old_entry, "x", 1, NULL);
  g_file_set_contents (foreign_entry, "x", 1, NULL);

  n_removed = clean_up (&bytes);

  g_assert_true (is_valid (&here));
  g_assert_false (is_valid (&gone));
  g_assert_true (is_valid (&stick));
  g_assert_true (is_valid (&remote));
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (foreign_entry, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (n_removed, >=, 2);
  g_assert_cmpuint (bytes, >, 0);

  g_unlink (path);
  g_rmdir (dir);
}

/* Nothing of it stays, neither a thumbnail nor half of one. */
static void
test_killed (void)
{
  SheafOriginal original = { .uri = (char *) "file:///killed.jpg", .mtime = 1000, .size = 77 };
  g_autoptr (GBytes) png = make_png (original.uri, "1000", "77");
  g_autofree char *path = sheaf_thumbnail_cache_dup_path (original.uri, SHEAF_CACHE_NORMAL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint n = 0;
  int status;
  pid_t pid;

  store_png (&original, png); /* its folder is there */
  g_assert_cmpint (g_unlink (path), ==, 0);
  pid = fork ();
  if (pid == 0)
    {
      about_to_die = TRUE;
      store_png (&original, png);
      _exit (0);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_suffix (name, ".tmp") || g_str_has_suffix (path, name);
  g_assert_cmpuint (n, ==, 0);

  /* And over one that is there. */
  store_png (&original, png);
  store_png (&original, png);
  g_assert_true (is_valid (&original));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/thumbnail-cache/names", test_names);
  g_test_add_func ("/thumbnail-cache/validity", test_validity);
  g_test_add_func ("/thumbnail-cache/permissions", test_permissions);
  g_test_add_func ("/thumbnail-cache/failures", test_failures);
  g_test_add_func ("/thumbnail-cache/hostile-text", test_hostile_text);
  g_test_add_func ("/thumbnail-cache/killed", test_killed);
  g_test_add_func ("/thumbnail-cache/clean-up", test_clean_up);
  g_test_add_func ("/thumbnail-cache/clean-up-in-sandbox", test_clean_up_in_sandbox);
  return g_test_run ();
}
