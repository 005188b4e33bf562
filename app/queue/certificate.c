/* certificate.c: a certificate that a machine makes for itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "app/queue/certificate.h"

#include "app/work/error.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/random.h>
#include <unistd.h>

#define YEARS       10
#define DAY_SECONDS (24 * 3600)

typedef struct gnutls_x509_crt_int Certificate;
typedef struct gnutls_x509_privkey_int PrivateKey;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Certificate, gnutls_x509_crt_deinit)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrivateKey, gnutls_x509_privkey_deinit)

/* GnuTLS' results: negative is an error. */
static gboolean
check (int result, GError **error)
{
  if (result >= 0)
    return TRUE;
  return sheaf_fail (error, SHEAF_ERROR_BROKER, _ ("No certificate can be made: %s"),
                     gnutls_strerror (result));
}

static gboolean
add_name (Certificate *certificate, const char *name, GError **error)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (name);

  if (address != NULL)
    return check (gnutls_x509_crt_set_subject_alt_name (
                      certificate, GNUTLS_SAN_IPADDRESS, g_inet_address_to_bytes (address),
                      g_inet_address_get_native_size (address), GNUTLS_FSAN_APPEND),
                  error);
  return check (gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, name,
                                                      strlen (name), GNUTLS_FSAN_APPEND),
                error);
}

static gboolean
fill (Certificate *certificate, PrivateKey *key, const char *const *names, GError **error)
{
  guint8 serial[16];
  time_t now = time (NULL);

  if (getrandom (serial, sizeof serial, 0) != sizeof serial)
    return check (GNUTLS_E_RANDOM_FAILED, error);
  serial[0] &= 0x7f; /* a positive number */
  for (guint i = 0; names[i] != NULL; i++)
    if (!add_name (certificate, names[i], error))
      return FALSE;
  return check (gnutls_x509_crt_set_version (certificate, 3), error)
         && check (gnutls_x509_crt_set_serial (certificate, serial, sizeof serial), error)
         && check (gnutls_x509_crt_set_dn (certificate, "CN=Sheaf broker", NULL), error)
         && check (gnutls_x509_crt_set_activation_time (certificate, now - DAY_SECONDS), error)
         && check (gnutls_x509_crt_set_expiration_time (certificate,
                                                        now + (time_t) YEARS * 365 * DAY_SECONDS),
                   error)
         && check (gnutls_x509_crt_set_basic_constraints (certificate, 1, 0), error)
         && check (gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE
                                                                   | GNUTLS_KEY_KEY_CERT_SIGN),
                   error)
         && check (gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_SERVER, 0),
                   error)
         && check (gnutls_x509_crt_set_key (certificate, key), error)
         && check (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0),
                   error);
}

static gboolean
save (const char *path, gnutls_datum_t *pem, int mode, GError **error)
{
  gboolean ok = g_file_set_contents_full (path, (const char *) pem->data, pem->size,
                                          G_FILE_SET_CONTENTS_CONSISTENT, mode, error);

  gnutls_free (pem->data);
  return ok;
}

gboolean
sheaf_certificate_make (const char *const *names,
                        const char *certificate_file,
                        const char *key_file,
                        GError **error)
{
  g_autoptr (Certificate) certificate = NULL;
  g_autoptr (PrivateKey) key = NULL;
  gnutls_datum_t pem;

  if (!check (gnutls_x509_privkey_init (&key), error)
      || !check (gnutls_x509_privkey_generate2 (key, GNUTLS_PK_ECDSA,
                                                GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1),
                                                0, NULL, 0),
                 error)
      || !check (gnutls_x509_crt_init (&certificate), error)
      || !fill (certificate, key, names, error))
    return FALSE;
  return check (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &pem), error)
         && save (key_file, &pem, 0600, error)
         && check (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &pem), error)
         && save (certificate_file, &pem, 0644, error);
}

gboolean
sheaf_certificate_fits (const char *const *names, const char *certificate_file)
{
  g_autoptr (Certificate) certificate = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (certificate_file, &text, &length, NULL)
      || gnutls_x509_crt_init (&certificate) < 0)
    return FALSE;

  gnutls_datum_t pem = { (unsigned char *) text, length };

  if (gnutls_x509_crt_import (certificate, &pem, GNUTLS_X509_FMT_PEM) < 0
      || gnutls_x509_crt_get_expiration_time (certificate) < time (NULL) + 30 * DAY_SECONDS)
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    if (!gnutls_x509_crt_check_hostname (certificate, names[i]))
      return FALSE;
  return TRUE;
}
