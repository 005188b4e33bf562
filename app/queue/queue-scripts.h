/* queue-scripts.h: the queue's rules, as scripts that the broker runs whole or not at all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The scripts are app/queue/lua/NAME.lua, each with common.lua before it. */
#pragma once

#include "app/queue/redis.h"

G_BEGIN_DECLS

/**
 * sheaf_queue_script:
 * @name: "enqueue", "begin", …
 * @args: (element-type GBytes): its ARGV
 *
 * Runs a script.  One that the broker does not know (any more) is sent along.
 */
void sheaf_queue_script (SheafRedis *redis,
                         const char *name,
                         GPtrArray *args,
                         SheafRedisFunc callback,
                         gpointer user_data);

/* Makes the broker know a script beforehand, so that calls of it keep their order. */
void sheaf_queue_script_load (SheafRedis *redis, const char *name);

/* The same with strings up to %NULL. */
void sheaf_queue_script_strings (SheafRedis *redis,
                                 const char *name,
                                 SheafRedisFunc callback,
                                 gpointer user_data,
                                 ...) G_GNUC_NULL_TERMINATED;

/* A new array for @args, and adding to it. */
GPtrArray *sheaf_queue_args_new (void);
void sheaf_queue_args_add (GPtrArray *args, const char *string);
void sheaf_queue_args_add_int (GPtrArray *args, gint64 number);

G_END_DECLS
