/* facet-bar.c: a drop-down for each facet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is open was not always chosen here: a search, a category that was pasted.  Then the first
 * drop-down has one more row, which says so; it is the choice without a value. */
#include "config.h"

#include "ui/facet-bar.h"

#include <glib/gi18n.h>

struct _SheafFacetBar
{
  GtkWidget parent_instance;

  const SheafSourceType *type; /* (nullable) */
  GPtrArray *drop_downs;       /* (element-type GtkDropDown): one a facet, borrowed */

  /* Template */
  GtkBox *box;
  GtkSearchEntry *search;

  gboolean filling;
  gboolean has_other; /* the first drop-down has its row more */
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SheafFacetBar, sheaf_facet_bar, GTK_TYPE_WIDGET)

static const char *
chosen_value (SheafFacetBar *self, guint index)
{
  GtkDropDown *drop_down = g_ptr_array_index (self->drop_downs, index);
  guint chosen = gtk_drop_down_get_selected (drop_down);

  return chosen != GTK_INVALID_LIST_POSITION ? self->type->facets[index].choices[chosen].value
                                             : NULL;
}

static gboolean
applies (SheafFacetBar *self, guint index)
{
  const char *to = self->type->facets[index].applies_to;

  return to == NULL || g_strcmp0 (to, chosen_value (self, 0)) == 0;
}

static void
update_visible (SheafFacetBar *self)
{
  for (guint i = 0; i < self->drop_downs->len; i++)
    gtk_widget_set_visible (g_ptr_array_index (self->drop_downs, i), applies (self, i));
}

static char *
compose (SheafFacetBar *self, const char *words)
{
  g_autofree const char **values = g_new0 (const char *, self->drop_downs->len + 1);

  if (self->type->compose == NULL)
    return NULL;
  for (guint i = 0; i < self->drop_downs->len; i++)
    values[i] = applies (self, i) ? chosen_value (self, i) : NULL;
  return self->type->compose (values, words);
}

static void
choose (SheafFacetBar *self, const char *words)
{
  g_autofree char *spec = compose (self, words != NULL && *words != '\0' ? words : NULL);

  if (spec != NULL)
    g_signal_emit (self, signals[CHOSEN], 0, spec);
}

static void
on_selected (SheafFacetBar *self)
{
  if (self->filling)
    return;
  update_visible (self);
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  choose (self, NULL);
}

static void
on_search_activated (SheafFacetBar *self)
{
  g_autofree char *words
      = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search))));

  choose (self, words);
}

static GtkWidget *
drop_down_new (SheafFacetBar *self, const SheafFacet *facet)
{
  g_autoptr (GtkStringList) labels = gtk_string_list_new (NULL);
  GtkWidget *drop_down;

  for (const SheafChoice *choice = facet->choices; choice->value != NULL; choice++)
    gtk_string_list_append (labels, _ (choice->label));
  drop_down = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&labels)), NULL);
  gtk_widget_set_name (drop_down, facet->name);
  gtk_widget_set_valign (drop_down, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (drop_down, _ (facet->label));
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop_down), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (facet->label), -1);
  g_signal_connect_object (drop_down, "notify::selected", G_CALLBACK (on_selected), self,
                           G_CONNECT_SWAPPED);
  return drop_down;
}

static void
fill (SheafFacetBar *self)
{
  self->filling = TRUE;
  for (guint i = 0; i < self->drop_downs->len; i++)
    gtk_box_remove (self->box, g_ptr_array_index (self->drop_downs, i));
  g_ptr_array_set_size (self->drop_downs, 0);
  self->has_other = FALSE;
  if (self->type != NULL && self->type->facets != NULL)
    for (const SheafFacet *facet = self->type->facets; facet->name != NULL; facet++)
      {
        GtkWidget *drop_down = drop_down_new (self, facet);

        gtk_box_append (self->box, drop_down);
        g_ptr_array_add (self->drop_downs, drop_down);
      }
  gtk_widget_set_visible (GTK_WIDGET (self->search), self->type != NULL && self->type->searchable
                                                         && self->type->compose != NULL);
  self->filling = FALSE;
}

/* What the search entry would have to hold to open @spec, or %NULL. */
static const char *
words_of (SheafFacetBar *self, const char *spec)
{
  g_autofree char *some = compose (self, "x");

  if (some == NULL || !g_str_has_suffix (some, "x"))
    return NULL;
  some[strlen (some) - 1] = '\0';
  return g_str_has_prefix (spec, some) ? spec + strlen (some) : NULL;
}

static gboolean
is_composed (SheafFacetBar *self, const char *spec)
{
  g_autofree char *composed = compose (self, NULL);

  return g_strcmp0 (spec, self->type->default_spec) == 0 || g_strcmp0 (composed, spec) == 0
         || (composed != NULL && g_str_has_prefix (composed, spec)
             && composed[strlen (spec)] == '/');
}

/* Tries every choice of the facets from @index on. */
static gboolean
choose_for (SheafFacetBar *self, const char *spec, guint index)
{
  GtkDropDown *drop_down;
  guint n;

  if (index == self->drop_downs->len)
    return is_composed (self, spec);
  drop_down = g_ptr_array_index (self->drop_downs, index);
  n = applies (self, index) ? g_list_model_get_n_items (gtk_drop_down_get_model (drop_down)) : 1;
  for (guint i = 0; i < n; i++)
    {
      gtk_drop_down_set_selected (drop_down, i);
      if (choose_for (self, spec, index + 1))
        return TRUE;
    }
  return FALSE;
}

static void
set_other (SheafFacetBar *self, const char *label)
{
  GtkDropDown *first = g_ptr_array_index (self->drop_downs, 0);
  GtkStringList *labels = GTK_STRING_LIST (gtk_drop_down_get_model (first));
  guint n = g_list_model_get_n_items (G_LIST_MODEL (labels)) - (self->has_other ? 1 : 0);

  if (self->has_other)
    gtk_string_list_remove (labels, n);
  self->has_other = label != NULL;
  if (label == NULL)
    return;
  gtk_string_list_append (labels, label);
  gtk_drop_down_set_selected (first, n);
}

static void
show (SheafFacetBar *self, const char *spec)
{
  const char *words = words_of (self, spec);

  self->filling = TRUE;
  /* What was just typed stays as it is, the cursor too. */
  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->search)), words) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->search), words != NULL ? words : "");
  if (self->drop_downs->len > 0)
    {
      set_other (self, NULL);
      if (words != NULL)
        set_other (self, _ ("Search results"));
      else if (!choose_for (self, spec, 0))
        /* Translators: in place of a collection's name, where none of the collections is open */
        set_other (self, C_ ("collection", "Other"));
      update_visible (self);
    }
  self->filling = FALSE;
}

static void
sheaf_facet_bar_dispose (GObject *object)
{
  SheafFacetBar *self = SHEAF_FACET_BAR (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (sheaf_facet_bar_parent_class)->dispose (object);
}

static void
sheaf_facet_bar_finalize (GObject *object)
{
  g_ptr_array_unref (SHEAF_FACET_BAR (object)->drop_downs);

  G_OBJECT_CLASS (sheaf_facet_bar_parent_class)->finalize (object);
}

static void
sheaf_facet_bar_class_init (SheafFacetBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sheaf_facet_bar_dispose;
  G_OBJECT_CLASS (klass)->finalize = sheaf_facet_bar_finalize;

  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               SHEAF_RESOURCES "templates/facet-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, SheafFacetBar, box);
  gtk_widget_class_bind_template_child (widget_class, SheafFacetBar, search);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activated);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sheaf_facet_bar_init (SheafFacetBar *self)
{
  self->drop_downs = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sheaf_facet_bar_set_spec (SheafFacetBar *self, const char *spec)
{
  const SheafSourceType *type;

  g_return_if_fail (SHEAF_IS_FACET_BAR (self));
  g_return_if_fail (spec != NULL);

  type = sheaf_source_type_for (spec);
  if (type != self->type)
    {
      self->type = type;
      fill (self);
    }
  if (self->type != NULL && self->type->compose != NULL)
    show (self, spec);
}

void
sheaf_facet_bar_start_search (SheafFacetBar *self)
{
  g_return_if_fail (SHEAF_IS_FACET_BAR (self));

  if (gtk_widget_get_visible (GTK_WIDGET (self->search)))
    gtk_widget_grab_focus (GTK_WIDGET (self->search));
}
