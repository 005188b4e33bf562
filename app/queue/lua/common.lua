-- common.lua: what every script of the queue begins with; see app/queue/queue.h
--
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Keys are built from their names: everything lies under one hash tag, so in one slot.

local P = '{sheaf}:'
local Q, GROUP = P .. 'q', 'w'
local DELAY, DEAD, CTL, BATCHES = P .. 'delay', P .. 'dead', P .. 'ctl', P .. 'batches'
local WEEK = 7 * 24 * 3600
local RUNNING = 'r:'

local function batch_key (b)
  return P .. 'b:' .. b
end

local function now_ms ()
  local t = redis.call ('TIME')
  return t[1] * 1000 + math.floor (t[2] / 1000)
end

local function ended (key)
  local sums = redis.call ('HMGET', key, 'total', 'done', 'failed', 'dead', 'cancelled')
  local n = 0
  for i = 2, 5 do
    n = n + tonumber (sums[i] or 0)
  end
  return n >= tonumber (sums[1] or 0)
end

-- A batch whose jobs have all ended is forgotten after a week.
local function settle (key)
  if ended (key) then
    for _, suffix in ipairs ({ '', ':j', ':ev', ':p' }) do
      redis.call ('EXPIRE', key .. suffix, WEEK)
    end
  end
end

-- The one place where a job gets its result: its state, its batch's sum, and the event.
local function final (b, i, state, result, worker)
  local key = batch_key (b)
  redis.call ('HSET', key .. ':j', i, state)
  redis.call ('HINCRBY', key, state, 1)
  redis.call ('XADD', key .. ':ev', '*', 'i', i, 's', state, 'r', result, 'w', worker)
  settle (key)
end

local function remove (entry)
  redis.call ('XACK', Q, GROUP, entry)
  redis.call ('XDEL', Q, entry)
end

-- Who holds an entry, and how often it was handed out.  Before the first worker there is no group.
local function owner (entry)
  local pending = redis.pcall ('XPENDING', Q, GROUP, entry, entry, 1)
  if pending.err or #pending == 0 then
    return nil, 0
  end
  return pending[1][2], pending[1][4]
end

local function fields (entry)
  local found = redis.call ('XRANGE', Q, entry, entry)
  if #found == 0 then
    return nil
  end
  local map, list = {}, found[1][2]
  for i = 1, #list, 2 do
    map[list[i]] = list[i + 1]
  end
  return map
end
