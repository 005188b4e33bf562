-- claim.lua WORKER LEASE COUNT STARTS HOLD ALONE: takes over what nobody renewed for LEASE ms
--
-- A job handed out STARTS times without an end is dead: it takes its workers down.  The last start
-- is for a worker that does nothing else meanwhile (ALONE), so that the jobs that ran beside such a
-- one are not counted dead with it.  With HOLD only what was released on purpose is taken: after an
-- outage every lease looks expired.
-- Replies { whether some wait for ALONE, { { ENTRY BATCH ID TRY PAYLOAD }… } }.

local worker, lease, count = ARGV[1], tonumber (ARGV[2]), tonumber (ARGV[3])
local starts, hold, alone = tonumber (ARGV[4]), ARGV[5] == '1', ARGV[6] == '1'
local claimed, suspects = {}, 0
local pending

if hold then
  pending = redis.call ('XPENDING', Q, GROUP, 'IDLE', lease, '-', '+', 100, 'released')
else
  pending = redis.call ('XPENDING', Q, GROUP, 'IDLE', lease, '-', '+', 100)
end

for _, p in ipairs (pending) do
  local entry, holder, deliveries = p[1], p[2], p[4]
  local f = fields (entry)
  if not f then
    redis.call ('XACK', Q, GROUP, entry)
  elseif deliveries >= starts then
    local state = redis.call ('HGET', batch_key (f.b) .. ':j', f.i)
    remove (entry)
    if state and (state == 'q' or string.sub (state, 1, 2) == RUNNING) then
      redis.call ('XADD', DEAD, '*', 'b', f.b, 'i', f.i, 'p', f.p, 'n', deliveries, 'w', holder)
      final (f.b, f.i, 'dead', '', holder)
    end
  elseif deliveries == starts - 1 and holder ~= 'released' and not alone then
    suspects = suspects + 1
  elseif #claimed < count then
    redis.call ('XCLAIM', Q, GROUP, worker, lease, entry)
    claimed[#claimed + 1] = { entry, f.b, f.i, f.t, f.p }
  end
end
return { suspects, claimed }
