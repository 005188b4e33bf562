-- promote.lua: queues what has waited long enough for its next try; replies how many

local due = redis.call ('ZRANGEBYSCORE', DELAY, '-inf', now_ms (), 'LIMIT', 0, 100)

for _, member in ipairs (due) do
  local job = cjson.decode (member)
  redis.call ('ZREM', DELAY, member)
  redis.call ('XADD', Q, '*', 'b', job.b, 'i', job.i, 't', job.t, 'p', job.p)
end
return #due
