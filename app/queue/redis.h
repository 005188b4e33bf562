/* redis.h: one connection to the broker that comes back by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sockets and TLS are GIO's, hiredis only writes and reads the protocol.  Everything happens on
 * the thread-default main context the object was made in; commands are answered in order.  What
 * was under way when the connection broke fails, and its sender decides: every script of the queue
 * may be sent again. */
#pragma once

#include "app/queue/broker-address.h"

#include <gio/gio.h>
#include <hiredis/hiredis.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (redisReply, freeReplyObject)

#define SHEAF_TYPE_REDIS (sheaf_redis_get_type ())
G_DECLARE_FINAL_TYPE (SheafRedis, sheaf_redis, SHEAF, REDIS, GObject)

/**
 * SheafRedisFunc:
 * @reply: (nullable) (transfer none): the answer, or
 * @error: (nullable) (transfer none): %SHEAF_ERROR_BROKER: what the broker said against it, or that
 *   the connection broke
 */
typedef void (*SheafRedisFunc) (redisReply *reply, const GError *error, gpointer user_data);

/**
 * SheafRedisStateFunc:
 * @connected: signed in and ready; commands sent from here on the first to be sent
 * @error: (nullable) (transfer none): why not connected; after this it tries again by itself
 * @fatal: trying again will not help (password, certificate): nothing more happens
 */
typedef void (*SheafRedisStateFunc) (
    SheafRedis *self, gboolean connected, const GError *error, gboolean fatal, gpointer user_data);

/**
 * SheafRedisPushFunc:
 *
 * A message of a channel that sheaf_redis_subscribe() named.
 */
typedef void (*SheafRedisPushFunc) (const char *message, gpointer user_data);

/* Begins to connect at once. @state may be called until sheaf_redis_close(). */
SheafRedis *
sheaf_redis_new (SheafBrokerAddress *address, SheafRedisStateFunc state, gpointer user_data);

/* How long the broker may stay silent over a command before the connection counts as broken, and
 * how long to wait at most between two attempts to connect; 10 seconds unless set. */
void sheaf_redis_set_patience (SheafRedis *self, guint milliseconds);

gboolean sheaf_redis_get_connected (SheafRedis *self);

/**
 * sheaf_redis_send:
 * @block_ms: how much longer than usual the answer may take, for commands that wait
 * @callback: (nullable): called once, never from within this call
 *
 * Sends a command of @n words; @lengths may be %NULL for strings.
 */
void sheaf_redis_send (SheafRedis *self,
                       guint n,
                       const char *const *words,
                       const gsize *lengths,
                       guint block_ms,
                       SheafRedisFunc callback,
                       gpointer user_data);

/* The same for a fixed command: words up to %NULL. */
void sheaf_redis_command (SheafRedis *self, SheafRedisFunc callback, gpointer user_data, ...)
    G_GNUC_NULL_TERMINATED;

/* From now on, over reconnections too, this connection only listens to @channel. */
void sheaf_redis_subscribe (SheafRedis *self,
                            const char *channel,
                            SheafRedisPushFunc push,
                            gpointer user_data);

/* Closes for good; what is under way fails, later, and @state is not called any more. */
void sheaf_redis_close (SheafRedis *self);

G_END_DECLS
