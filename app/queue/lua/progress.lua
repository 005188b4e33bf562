-- progress.lua BATCH ID DONE TOTAL: how far a job has come; what is not read soon is forgotten

redis.call ('XADD', batch_key (ARGV[1]) .. ':p', 'MAXLEN', '~', 256, '*',
            'i', ARGV[2], 'd', ARGV[3], 't', ARGV[4])
return 'ok'
