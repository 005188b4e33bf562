/* quota-button.c: one line on a button, three in its popover
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ui/quota-button.h"

#include "ui/error-text.h"

#include <glib/gi18n.h>

/* Below this share of the quota the button says so in colour too. */
#define LOW_SHARE 10

struct _SheafQuotaButton
{
  GtkWidget parent_instance;

  SheafEngine *engine; /* (nullable) */
  const char *source;  /* (nullable): its nick */

  /* Template */
  GtkMenuButton *button;
  GtkLabel *left;
  GtkLabel *user;
  GtkLabel *client;
  GtkLabel *reset;

  gboolean narrow;
};

G_DEFINE_FINAL_TYPE (SheafQuotaButton, sheaf_quota_button, GTK_TYPE_WIDGET)

static void
set_numbers (GtkLabel *label, gint64 remaining, gint64 limit)
{
  g_autofree char *text = NULL;

  if (remaining < 0)
    text = g_strdup (C_ ("quota", "not told"));
  else if (limit < 0)
    text = g_strdup_printf ("%" G_GINT64_FORMAT, remaining);
  else
    /* Translators: what is left of a quota, and how much it is in all: “480 of 500” */
    text = g_strdup_printf (C_ ("quota", "%d of %d"), (int) remaining, (int) limit);
  gtk_label_set_text (label, text);
}

static gboolean
is_low (gint64 remaining, gint64 limit)
{
  return remaining >= 0 && limit > 0 && remaining * 100 / limit < LOW_SHARE;
}

static void
set_class (SheafQuotaButton *self, const char *name, gboolean set)
{
  if (set)
    gtk_widget_add_css_class (GTK_WIDGET (self->button), name);
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->button), name);
}

static void
update (SheafQuotaButton *self)
{
  SheafQuota quota = { -1, -1, -1, -1, -1, -1, -1 };
  g_autofree char *text = NULL;
  g_autofree char *when = NULL;
  gboolean used_up;

  if (self->engine != NULL && self->source != NULL)
    sheaf_engine_get_quota (self->engine, self->source, &quota);
  text = sheaf_format_quota (&quota);
  gtk_widget_set_visible (GTK_WIDGET (self), text != NULL);
  if (text == NULL)
    return;

  gtk_label_set_text (self->left, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
  set_numbers (self->user, quota.user_remaining, quota.user_limit);
  set_numbers (self->client, quota.client_remaining, quota.client_limit);
  if (quota.user_reset > 0)
    when = sheaf_format_time (quota.user_reset);
  gtk_label_set_text (self->reset, when != NULL ? when : C_ ("quota", "not told"));

  used_up = quota.user_remaining == 0 || quota.client_remaining == 0;
  set_class (self, "error", used_up);
  set_class (self, "warning",
             !used_up
                 && (is_low (quota.user_remaining, quota.user_limit)
                     || is_low (quota.client_remaining, quota.client_limit)));
}

static void
sheaf_quota_button_dispose (GObject *object)
{
  SheafQuotaButton *self = SHEAF_QUOTA_BUTTON (object);
  GtkWidget *child;

  if (self->engine != NULL)
    g_signal_handlers_disconnect_by_data (self->engine, self);
  g_clear_object (&self->engine);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (sheaf_quota_button_parent_class)->dispose (object);
}

static void
sheaf_quota_button_class_init (SheafQuotaButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sheaf_quota_button_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               SHEAF_RESOURCES "templates/quota-button.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafQuotaButton, button);
  gtk_widget_class_bind_template_child (widget_class, SheafQuotaButton, left);
  gtk_widget_class_bind_template_child (widget_class, SheafQuotaButton, user);
  gtk_widget_class_bind_template_child (widget_class, SheafQuotaButton, client);
  gtk_widget_class_bind_template_child (widget_class, SheafQuotaButton, reset);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sheaf_quota_button_init (SheafQuotaButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

void
sheaf_quota_button_set_engine (SheafQuotaButton *self, SheafEngine *engine)
{
  g_return_if_fail (SHEAF_IS_QUOTA_BUTTON (self));

  if (!g_set_object (&self->engine, engine))
    return;
  g_signal_connect_object (engine, "quota-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

void
sheaf_quota_button_set_spec (SheafQuotaButton *self, const char *spec)
{
  const SheafSourceType *type;

  g_return_if_fail (SHEAF_IS_QUOTA_BUTTON (self));
  g_return_if_fail (spec != NULL);

  type = sheaf_source_type_for (spec);
  self->source = type != NULL ? type->nick : NULL;
  update (self);
}

void
sheaf_quota_button_set_narrow (SheafQuotaButton *self, gboolean narrow)
{
  g_return_if_fail (SHEAF_IS_QUOTA_BUTTON (self));

  /* Half a number would be worse than none. */
  if (self->narrow != narrow && narrow)
    gtk_menu_button_set_icon_name (self->button, "hourglass-symbolic");
  else if (self->narrow != narrow)
    gtk_menu_button_set_child (self->button, GTK_WIDGET (self->left));
  self->narrow = narrow;
  update (self);
}
