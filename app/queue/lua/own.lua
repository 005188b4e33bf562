-- own.lua WORKER: what this worker was handed, whether or not the answer arrived
--
-- Replies (ENTRY BATCH ID TRY PAYLOAD)….

local pending = redis.call ('XPENDING', Q, GROUP, '-', '+', 1000, ARGV[1])
local reply = {}

for _, p in ipairs (pending) do
  local f = fields (p[1])
  if f then
    reply[#reply + 1] = { p[1], f.b, f.i, f.t, f.p }
  else
    redis.call ('XACK', Q, GROUP, p[1])
  end
end
return reply
