-- finish.lua WORKER ENTRY BATCH ID STATE RESULT BODY: this job has ended
--
-- STATE is "done", "failed" or "cancelled".  BODY is "" for none, "b" and the bytes, or "r" where
-- they lie under a key of the worker already.  Only who holds the job may end it: a worker that
-- slept past its lease is told "lost", so a job has one result.

local worker, entry, b, id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local state, result, body = ARGV[5], ARGV[6], ARGV[7]
local own_body, shared_body = P .. 't:' .. id .. ':' .. worker, P .. 't:' .. id

if owner (entry) ~= worker then
  redis.call ('DEL', own_body)
  return 'lost'
end
if redis.call ('HGET', batch_key (b) .. ':j', id) ~= RUNNING .. worker then
  redis.call ('DEL', own_body)
  remove (entry)
  return 'lost'
end

local f = fields (entry)
remove (entry)
if body == 'r' then
  redis.call ('RENAME', own_body, shared_body)
  redis.call ('EXPIRE', shared_body, 3600)
elseif body ~= '' then
  redis.call ('SET', shared_body, string.sub (body, 2), 'EX', 3600)
end
-- What failed after tries of its own is kept for a person to look at.
if state == 'failed' and f and tonumber (f.t) > 0 then
  redis.call ('XADD', DEAD, '*', 'b', b, 'i', id, 'p', f.p, 'n', f.t + 1, 'w', worker)
end
final (b, id, state, result, worker)
return 'ok'
