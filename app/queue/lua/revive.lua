-- revive.lua COUNT: queues dead jobs again; replies how many

local entries = redis.call ('XRANGE', DEAD, '-', '+', 'COUNT', tonumber (ARGV[1]))
local revived = 0

for _, e in ipairs (entries) do
  local map, list = {}, e[2]
  for i = 1, #list, 2 do
    map[list[i]] = list[i + 1]
  end
  redis.call ('XDEL', DEAD, e[1])
  local key = batch_key (map.b)
  local state = redis.call ('HGET', key .. ':j', map.i)
  if state ~= 'q' and not (state and string.sub (state, 1, 2) == RUNNING) then
    redis.call ('HSET', key .. ':j', map.i, 'q')
    redis.call ('HINCRBY', key, 'total', 1)
    redis.call ('HDEL', key, 'cancel')
    redis.call ('XADD', Q, '*', 'b', map.b, 'i', map.i, 't', 0, 'p', map.p)
    for _, suffix in ipairs ({ '', ':j', ':ev', ':p' }) do
      redis.call ('PERSIST', key .. suffix)
    end
    revived = revived + 1
  end
end
return revived
