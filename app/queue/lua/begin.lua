-- begin.lua WORKER ENTRY BATCH ID: may this worker start this job?
--
-- Replies "run", or why not: "lost" (another worker has it), "gone" (it has ended), "cancelled".

local worker, entry, b, id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local key = batch_key (b)

if owner (entry) ~= worker then
  return 'lost'
end

local state = redis.call ('HGET', key .. ':j', id)
if not state or (state ~= 'q' and string.sub (state, 1, 2) ~= RUNNING) then
  remove (entry)
  return 'gone'
end
if redis.call ('HGET', key, 'cancel') == '1' then
  remove (entry)
  final (b, id, 'cancelled', '', worker)
  return 'cancelled'
end
redis.call ('HSET', key .. ':j', id, RUNNING .. worker)
return 'run'
