-- take.lua BATCH (ID EVENT)…: these results have arrived where they were wanted

local key = batch_key (ARGV[1])

for i = 2, #ARGV, 2 do
  local state = redis.call ('HGET', key .. ':j', ARGV[i])
  if state and state ~= 'q' and string.sub (state, 1, 2) ~= RUNNING then
    redis.call ('HSET', key .. ':j', ARGV[i], 'taken')
  end
  redis.call ('XDEL', key .. ':ev', ARGV[i + 1])
end
return 'ok'
