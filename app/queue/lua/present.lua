-- present.lua: how many workers live

return redis.call ('ZCOUNT', P .. 'workers', now_ms (), '+inf')
