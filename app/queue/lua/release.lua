-- release.lua WORKER: this worker goes; what it holds is as if it had never been handed out

local worker = ARGV[1]
local pending = redis.call ('XPENDING', Q, GROUP, '-', '+', 10000, worker)

for _, p in ipairs (pending) do
  local entry, deliveries = p[1], p[4]
  local f = fields (entry)
  if f then
    local key = batch_key (f.b) .. ':j'
    redis.call ('XCLAIM', Q, GROUP, 'released', 0, entry, 'IDLE', 1000000000,
                'RETRYCOUNT', math.max (deliveries - 1, 0), 'JUSTID')
    if redis.call ('HGET', key, f.i) == RUNNING .. worker then
      redis.call ('HSET', key, f.i, 'q')
    end
  else
    redis.call ('XACK', Q, GROUP, entry)
  end
end
if #pending > 0 then
  redis.call ('PUBLISH', CTL, 'claim')
end
-- A consumer takes its pending entries with it when it is deleted; here it has none any more.
redis.call ('XGROUP', 'DELCONSUMER', Q, GROUP, worker)
redis.call ('ZREM', P .. 'workers', worker)
redis.call ('DEL', P .. 'w:' .. worker)
return #pending
