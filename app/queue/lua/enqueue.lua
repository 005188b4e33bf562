-- enqueue.lua BATCH (ID PAYLOAD)…: queues what is not known yet; sending it again does no harm
--
-- Replies for each: 1 queued, 0 queued or running already, 2 ended (its event waits), 3 ended and
-- its event taken.

local b = ARGV[1]
local key = batch_key (b)
local reply, new = {}, {}

-- A batch that was cancelled and has come to rest may be used again.
if redis.call ('HGET', key, 'cancel') == '1' and ended (key) then
  redis.call ('HDEL', key, 'cancel')
end

for i = 2, #ARGV, 2 do
  local id, payload = ARGV[i], ARGV[i + 1]
  if redis.call ('HSETNX', key .. ':j', id, 'q') == 1 then
    redis.call ('XADD', Q, '*', 'b', b, 'i', id, 't', 0, 'p', payload)
    new[#new + 1] = id
    reply[#reply + 1] = 1
  else
    local state = redis.call ('HGET', key .. ':j', id)
    if state == 'q' or string.sub (state, 1, 2) == RUNNING then
      reply[#reply + 1] = 0
    elseif state == 'taken' then
      reply[#reply + 1] = 3
    else
      reply[#reply + 1] = 2
    end
  end
end

if #new > 0 then
  redis.call ('HSETNX', key, 'created', now_ms ())
  redis.call ('HINCRBY', key, 'total', #new)
  redis.call ('ZADD', BATCHES, 'NX', now_ms (), b)
  for _, suffix in ipairs ({ '', ':j', ':ev', ':p' }) do
    redis.call ('PERSIST', key .. suffix)
  end
end
return reply
