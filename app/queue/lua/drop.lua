-- drop.lua BATCH ID…: whoever asked for these jobs has gone; there will be no event

local b = ARGV[1]
local key = batch_key (b)
local dropped = 0

for i = 2, #ARGV do
  local state = redis.call ('HGET', key .. ':j', ARGV[i])
  if state and (state == 'q' or string.sub (state, 1, 2) == RUNNING) then
    redis.call ('HSET', key .. ':j', ARGV[i], 'taken')
    redis.call ('HINCRBY', key, 'cancelled', 1)
    redis.call ('PUBLISH', CTL, 'drop ' .. ARGV[i])
    dropped = dropped + 1
  end
end
if dropped > 0 then
  settle (key)
end
return dropped
