/* transfer.c: the steps of one download that wait for the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order is that of a power cut survived: file synced, renamed, folder synced, and only then is
 * the pool told, which tells the archive. */
#include "config.h"

#include "app/download/transfer.h"

#include "app/download/atomic-file.h"
#include "app/download/embedding.h"
#include "app/download/file-name.h"
#include "app/work/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

SheafTransfer *
sheaf_transfer_new (SheafFolder *folder, SheafEntry *entry)
{
  SheafTransfer *self = g_new0 (SheafTransfer, 1);

  self->folder = sheaf_folder_ref (folder);
  self->entry = sheaf_entry_ref (entry);
  self->part = sheaf_part_name (entry);
  self->fd = -1;
  return self;
}

static void
close_part (SheafTransfer *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

void
sheaf_transfer_free (SheafTransfer *self)
{
  close_part (self);
  g_clear_error (&self->error);
  g_clear_error (&self->warning);
  g_clear_pointer (&self->job, sheaf_job_unref);
  g_clear_pointer (&self->embedded, sheaf_reply_unref);
  sheaf_archive_row_clear (&self->row);
  g_clear_object (&self->archive);
  sheaf_folder_unref (self->folder);
  sheaf_entry_unref (self->entry);
  g_free (self->name_template);
  g_free (self->type);
  g_free (self->validator);
  g_free (self->part);
  g_free (self->path);
  g_free (self);
}

void
sheaf_transfer_discard (SheafTransfer *self)
{
  /* While it is still locked: nobody else begins a part that is about to go. */
  sheaf_part_remove (sheaf_folder_get_fd (self->folder), self->part);
  close_part (self);
}

static SheafTransferStep
have (SheafTransfer *self, const char *path, guint64 bytes)
{
  g_free (self->path);
  self->path = g_strdup (path);
  self->bytes = bytes;
  return SHEAF_TRANSFER_HAVE;
}

static gboolean
has_no_part (SheafTransfer *self)
{
  struct stat status;

  return fstatat (sheaf_folder_get_fd (self->folder), self->part, &status, AT_SYMLINK_NOFOLLOW) != 0
         || status.st_size == 0;
}

/* The archive names the file and it is there as it was. */
static gboolean
is_there_by_archive (SheafTransfer *self)
{
  if (self->row.name == NULL
      || !sheaf_folder_has_file (self->folder, self->row.name, self->row.bytes))
    return FALSE;
  return (self->row.state == SHEAF_ARCHIVE_DONE && self->use_archive)
         /* It was about to get its name when everything ended, and the part is gone: it got it. */
         || (self->row.state == SHEAF_ARCHIVE_PLACING && has_no_part (self));
}

/* No record, but a file of that name which is what the source describes. */
static gboolean
is_there_by_facts (SheafTransfer *self)
{
  g_autofree char *path = NULL;
  const char *extension = sheaf_content_extension (self->entry->type);

  if (!self->use_archive || self->entry->bytes == 0)
    return FALSE;
  path = sheaf_name_for_entry (self->entry, self->name_template, extension, NULL);
  if (path == NULL || !sheaf_folder_has_file (self->folder, path, self->entry->bytes))
    return FALSE;
  have (self, path, self->entry->bytes);
  return TRUE;
}

/* Where it is the folder that lets nobody write, that is what a person knows, not the part. */
static void
name_folder (SheafTransfer *self)
{
  g_autofree char *path = g_file_get_parse_name (sheaf_folder_get_file (self->folder));
  int saved_errno;

  if (sheaf_error_code (self->error) != SHEAF_ERROR_PERMISSION
      || faccessat (sheaf_folder_get_fd (self->folder), ".", W_OK, AT_EACCESS) == 0)
    return;
  saved_errno = errno;
  g_clear_error (&self->error);
  sheaf_file_fail (&self->error, saved_errno, path);
}

static SheafTransferStep
open_part (SheafTransfer *self)
{
  self->fd = sheaf_part_open (sheaf_folder_get_fd (self->folder), self->part, &self->validator,
                              &self->offset, &self->total, &self->error);
  if (self->fd < 0)
    {
      name_folder (self);
      return SHEAF_TRANSFER_ERROR;
    }
  return SHEAF_TRANSFER_FETCH;
}

/* Another Sheaf may have got it since the archive was asked; now that the part is ours, nobody else
 * gets it any more. */
static void
look_again (SheafTransfer *self)
{
  g_auto (SheafArchiveRow) row = { 0 };

  if (self->archive == NULL
      || !sheaf_archive_lookup (self->archive, sheaf_folder_get_file (self->folder), self->entry,
                                &row, NULL)
      || row.state == SHEAF_ARCHIVE_NONE)
    return;
  sheaf_archive_row_clear (&self->row);
  self->row = row;
  row = (SheafArchiveRow){ 0 };
  if (!is_there_by_archive (self))
    return;
  sheaf_transfer_discard (self);
  self->step = have (self, self->row.name, self->row.bytes);
}

/* All of it came before everything ended; or it was even synced and about to get its name. */
static gboolean
is_whole_part (SheafTransfer *self)
{
  struct stat status;

  if (self->total > 0 && self->offset == self->total)
    return TRUE;
  /* One with something embedded has not the checksum it would be judged by. */
  if (self->entry->sha1 != NULL && self->row.bytes != self->entry->bytes)
    return FALSE;
  return self->row.state == SHEAF_ARCHIVE_PLACING && self->row.bytes > 0
         && fstat (self->fd, &status) == 0 && (guint64) status.st_size == self->row.bytes;
}

void
sheaf_transfer_prepare (SheafTransfer *self)
{
  if (!sheaf_folder_check (self->folder, &self->error))
    self->step = SHEAF_TRANSFER_ERROR;
  else if (is_there_by_archive (self))
    self->step = have (self, self->row.name, self->row.bytes);
  else if (is_there_by_facts (self))
    self->step = SHEAF_TRANSFER_HAVE;
  else
    {
      self->step = open_part (self);
      if (self->step == SHEAF_TRANSFER_FETCH)
        look_again (self);
      if (self->step == SHEAF_TRANSFER_FETCH && is_whole_part (self))
        {
          self->length_known = TRUE;
          self->step = SHEAF_TRANSFER_WHOLE;
        }
    }
}

static const char *
choose_extension (SheafTransfer *self, const char *content, char **from_url)
{
  g_autofree char *name = NULL;

  if (content != NULL && sheaf_content_extension (content) != NULL)
    return sheaf_content_extension (content);
  name = self->entry->url != NULL ? sheaf_name_from_url (self->entry->url) : NULL;
  *from_url = name != NULL ? sheaf_name_get_extension (name) : NULL;
  if (*from_url != NULL)
    return *from_url;
  return sheaf_content_extension (self->type);
}

static gboolean
claim_name (SheafTransfer *self, const char *content, gboolean *same)
{
  g_autofree char *from_url = NULL, *wanted = NULL;
  const char *extension = choose_extension (self, content, &from_url);

  if (extension == NULL)
    return sheaf_fail (&self->error, SHEAF_ERROR_NAME,
                       _ ("Neither the address nor the server says what kind of file this is."));
  wanted = sheaf_name_for_entry (self->entry, self->name_template, extension, &self->error);
  if (wanted == NULL)
    return FALSE;
  g_free (self->path);
  self->path = sheaf_folder_claim (self->folder, wanted, self->fd, same, &self->error);
  return self->path != NULL;
}

/* Opens the part once more, for whom must not write to it. */
static SheafJob *
new_embed_job (SheafTransfer *self)
{
  int fd = openat (sheaf_folder_get_fd (self->folder), self->part,
                   O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

  return fd >= 0 ? sheaf_embedding_new_job (self->entry, fd) : NULL;
}

static gboolean
judge (SheafTransfer *self)
{
  SheafContentCheck check = { self->entry, self->any_type, self->length_known };
  struct stat status;

  if (!sheaf_content_check (self->fd, &check, &self->content, &self->error))
    {
      /* Whatever it is: going on with it would give the same again. */
      sheaf_transfer_discard (self);
      return FALSE;
    }
  if (fstat (self->fd, &status) != 0)
    return sheaf_file_fail (&self->error, errno, self->part);
  self->received = (guint64) status.st_size;
  self->judged = TRUE;
  return TRUE;
}

/* What cannot be embedded is a pity; a part that was broken over it is an error. */
static gboolean
take_embedded (SheafTransfer *self)
{
  g_autoptr (SheafReply) reply = g_steal_pointer (&self->embedded);
  g_autoptr (GError) error = NULL;
  gboolean changed = FALSE;

  if (reply == NULL || reply->fd < 0 || sheaf_embedding_take (reply, self->fd, &changed, &error))
    return TRUE;
  if (changed)
    {
      self->error = g_steal_pointer (&error);
      sheaf_transfer_discard (self);
      return FALSE;
    }
  g_clear_error (&self->warning);
  self->warning = g_steal_pointer (&error);
  return TRUE;
}

void
sheaf_transfer_finish (SheafTransfer *self)
{
  struct stat status;
  gboolean same = FALSE;

  self->step = SHEAF_TRANSFER_ERROR;
  if (!self->judged)
    {
      if (!judge (self))
        return;
      self->job = self->embed ? new_embed_job (self) : NULL;
      if (self->job != NULL)
        {
          self->step = SHEAF_TRANSFER_EMBED;
          return;
        }
    }
  if (!take_embedded (self))
    return;
  if (fstat (self->fd, &status) != 0)
    {
      sheaf_file_fail (&self->error, errno, self->part);
      return;
    }
  self->bytes = status.st_size;
  if (!sheaf_folder_check (self->folder, &self->error) || !claim_name (self, self->content, &same))
    return;
  if (same)
    {
      sheaf_transfer_discard (self);
      self->step = SHEAF_TRANSFER_HAVE;
    }
  else if (sheaf_part_sync (self->fd, &self->error))
    self->step = SHEAF_TRANSFER_PLACE;
}

void
sheaf_transfer_place (SheafTransfer *self)
{
  if (sheaf_folder_check (self->folder, &self->error)
      && sheaf_folder_place (self->folder, self->fd, self->part, self->path, &self->error))
    {
      close_part (self);
      self->step = SHEAF_TRANSFER_HAVE;
    }
  else if (g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_EXISTS))
    {
      g_clear_error (&self->error);
      self->step = SHEAF_TRANSFER_WHOLE;
    }
  else
    self->step = SHEAF_TRANSFER_ERROR;
}
