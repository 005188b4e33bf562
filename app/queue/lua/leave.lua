-- leave.lua BATCH: whoever asked for this batch goes; replies 1 if nothing of it is left to find
--
-- The sums stay for a week, for whoever looks at the queue.

local key = batch_key (ARGV[1])

if not ended (key) or redis.call ('XLEN', key .. ':ev') > 0 then
  return 0
end
redis.call ('DEL', key .. ':j', key .. ':ev', key .. ':p')
return 1
