-- retry.lua WORKER ENTRY BATCH ID DELAY: try this job again in DELAY milliseconds, wherever
--
-- Replies "ok", or "lost" where this worker no longer holds it.

local worker, entry, b, id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local key = batch_key (b)

if owner (entry) ~= worker then
  return 'lost'
end

local f = fields (entry)
remove (entry)
if not f or redis.call ('HGET', key .. ':j', id) ~= RUNNING .. worker then
  return 'lost'
end
if redis.call ('HGET', key, 'cancel') == '1' then
  final (b, id, 'cancelled', '', worker)
  return 'ok'
end
redis.call ('HSET', key .. ':j', id, 'q')
redis.call ('ZADD', DELAY, now_ms () + tonumber (ARGV[5]),
            cjson.encode ({ b = b, i = id, t = f.t + 1, p = f.p }))
return 'ok'
