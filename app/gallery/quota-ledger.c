/* quota-ledger.c: one record for every Sheaf that asks with the same client ID
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Beside the record stands a file that is never written, only locked: its first byte by who reads
 * or writes the record, and a byte of its own by everybody with questions on their way.  The kernel
 * lets go of both when a program ends, however it does, also seen from another sandbox.  Nothing is
 * synced: after a power cut there may be no record, which costs one careful question. */
#include "config.h"

#include "app/gallery/quota-ledger.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/* Whoever has it is done within a millisecond; who is stopped meanwhile is not waited for. */
#define PATIENCE (2 * G_USEC_PER_SEC)
#define STEP     2000

struct _SheafQuotaLedger
{
  char *path; /* (nullable) */
  char *boot;
  SheafQuotaRecord record;
  guint32 owner;
  int fd;          /* what is locked; -1 for none yet */
  gboolean locked; /* the first byte is */
};

static gboolean
lock (int fd, short type, gint64 byte)
{
  struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

  return fcntl (fd, F_OFD_SETLK, &lock) == 0;
}

/* Whether somebody else has locked @byte. */
static gboolean
is_locked (int fd, gint64 byte)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

  return fcntl (fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static gboolean
is_there (guint32 owner, gpointer data)
{
  SheafQuotaLedger *self = data;

  return owner == self->owner || (self->fd >= 0 && is_locked (self->fd, (gint64) owner + 1));
}

static void
open_file (SheafQuotaLedger *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *name = g_strconcat (self->path, ".lock", NULL);

  g_mkdir_with_parents (folder, 0700);
  self->fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->fd < 0)
    {
      g_debug ("%s: %s", name, g_strerror (errno));
      return;
    }
  for (guint i = 0; i < 100 && !lock (self->fd, F_WRLCK, (gint64) self->owner + 1); i++)
    self->owner = g_random_int ();
}

static gboolean
lock_record (SheafQuotaLedger *self)
{
  gint64 limit = g_get_monotonic_time () + PATIENCE;

  while (!lock (self->fd, F_WRLCK, 0))
    {
      if ((errno != EAGAIN && errno != EACCES) || g_get_monotonic_time () > limit)
        return FALSE;
      g_usleep (STEP);
    }
  return TRUE;
}

static void
read_clock (SheafQuotaLedger *self, SheafQuotaTime *now)
{
  struct timespec since_boot;

  clock_gettime (CLOCK_BOOTTIME, &since_boot);
  now->clock = since_boot.tv_sec * G_USEC_PER_SEC + since_boot.tv_nsec / 1000;
  now->wall = g_get_real_time ();
  now->boot = self->boot;
}

SheafQuotaLedger *
sheaf_quota_ledger_new (const char *path)
{
  SheafQuotaLedger *self = g_new0 (SheafQuotaLedger, 1);

  self->path = g_strdup (path);
  self->fd = -1;
  self->owner = g_random_int ();
  sheaf_quota_record_init (&self->record);
  if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &self->boot, NULL, NULL))
    self->boot = g_uuid_string_random ();
  g_strstrip (self->boot);
  return self;
}

void
sheaf_quota_ledger_free (SheafQuotaLedger *self)
{
  if (self->fd >= 0)
    close (self->fd);
  sheaf_quota_record_clear (&self->record);
  g_free (self->path);
  g_free (self->boot);
  g_free (self);
}

SheafQuotaRecord *
sheaf_quota_ledger_open (SheafQuotaLedger *self, SheafQuotaTime *now)
{
  g_autofree char *text = NULL;

  if (self->path != NULL && self->fd < 0)
    open_file (self);
  self->locked = self->fd >= 0 && lock_record (self);
  read_clock (self, now);
  if (self->locked && g_file_get_contents (self->path, &text, NULL, NULL))
    {
      sheaf_quota_record_take_text (&self->record, text, now);
    }
  else if (self->locked)
    {
      sheaf_quota_record_clear (&self->record);
      sheaf_quota_record_init (&self->record);
    }
  sheaf_quota_record_drop_lost (&self->record, is_there, self, now);
  return &self->record;
}

static gboolean
write_record (SheafQuotaLedger *self, const SheafQuotaTime *now)
{
  g_autofree char *text = sheaf_quota_record_to_text (&self->record, now);
  g_autofree char *fresh = g_strconcat (self->path, ".new", NULL);
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents_full (fresh, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error)
      && g_rename (fresh, self->path) == 0)
    return TRUE;
  g_debug ("%s: %s", fresh, error != NULL ? error->message : g_strerror (errno));
  g_unlink (fresh);
  return FALSE;
}

void
sheaf_quota_ledger_close (SheafQuotaLedger *self, const SheafQuotaTime *now)
{
  if (!self->locked)
    return;
  self->locked = FALSE;
  if (sheaf_quota_record_is_empty (&self->record, now))
    g_unlink (self->path);
  else if (!write_record (self, now))
    {
      /* What this program knows is not lost with it. */
      g_clear_pointer (&self->path, g_free);
      close (self->fd);
      self->fd = -1;
      return;
    }
  lock (self->fd, F_UNLCK, 0);
}

guint32
sheaf_quota_ledger_get_owner (SheafQuotaLedger *self)
{
  return self->owner;
}

char *
sheaf_quota_ledger_dup_path (const char *api_url, const char *client_id)
{
  g_autoptr (GUri) uri = g_uri_parse (api_url, G_URI_FLAGS_NONE, NULL);
  g_autofree char *host
      = uri != NULL ? g_strdup_printf ("%s:%d", g_uri_get_host (uri), g_uri_get_port (uri))
                    : g_strdup (api_url);
  g_autofree char *both = g_strconcat (host, "\n", client_id, NULL);
  g_autofree char *name = g_compute_checksum_for_string (G_CHECKSUM_SHA256, both, -1);

  return g_build_filename (g_get_user_state_dir (), "sheaf", "quota", name, NULL);
}
