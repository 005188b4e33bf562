-- renew.lua WORKER (ENTRY BATCH ID)…: these jobs are still being worked on
--
-- Replies for each "ok", "lost" (another worker has it) or "cancel" (it is no longer wanted).

local worker = ARGV[1]
local reply = {}

for i = 2, #ARGV, 3 do
  local entry, b, id = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local key = batch_key (b)
  if owner (entry) ~= worker then
    reply[#reply + 1] = 'lost'
  elseif redis.call ('HGET', key, 'cancel') == '1'
      or redis.call ('HGET', key .. ':j', id) ~= RUNNING .. worker then
    reply[#reply + 1] = 'cancel'
  else
    -- JUSTID: the time since delivery starts anew, the number of deliveries stays.
    redis.call ('XCLAIM', Q, GROUP, worker, 0, entry, 'JUSTID')
    reply[#reply + 1] = 'ok'
  end
end
return reply
