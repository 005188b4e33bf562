-- cancel.lua BATCH AFTER COUNT: nothing more of this batch shall begin, and what runs shall stop
--
-- Looks at COUNT queued entries after AFTER ("-" at first) and removes those of the batch that
-- nobody was handed; what workers hold they drop themselves.  Replies the entry to go on after,
-- "" at the end, or nil for a batch that is not known.

local b, after, count = ARGV[1], ARGV[2], tonumber (ARGV[3])
local key = batch_key (b)

if redis.call ('EXISTS', key) == 0 then
  return nil
end
if after == '-' then
  redis.call ('HSET', key, 'cancel', 1)
  redis.call ('PUBLISH', CTL, 'cancel ' .. b)
  for _, member in ipairs (redis.call ('ZRANGE', DELAY, 0, -1)) do
    local job = cjson.decode (member)
    if job.b == b then
      redis.call ('ZREM', DELAY, member)
      final (b, job.i, 'cancelled', '', '')
    end
  end
end

local entries = redis.call ('XRANGE', Q, after == '-' and '-' or '(' .. after, '+', 'COUNT', count)
for _, e in ipairs (entries) do
  local list = e[2]
  if list[2] == b and not owner (e[1]) then
    redis.call ('XDEL', Q, e[1])
    if redis.call ('HGET', key .. ':j', list[4]) == 'q' then
      final (b, list[4], 'cancelled', '', '')
    end
  end
end
return #entries == count and entries[#entries][1] or ''
