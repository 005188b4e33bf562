-- heartbeat.lua WORKER SECONDS (FIELD VALUE)…: this worker lives

local worker, seconds = ARGV[1], tonumber (ARGV[2])
local now = now_ms ()

redis.call ('HSET', P .. 'w:' .. worker, unpack (ARGV, 3))
redis.call ('EXPIRE', P .. 'w:' .. worker, seconds)
redis.call ('ZADD', P .. 'workers', now + seconds * 1000, worker)
redis.call ('ZREMRANGEBYSCORE', P .. 'workers', '-inf', now)
return redis.call ('ZCARD', P .. 'workers')
