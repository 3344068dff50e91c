namespace DistributedCache.Redis.Schedules;

/// <summary>The steps of a schedule. KEYS 1 is the list; the time is the server's, the same for all processes.</summary>
internal static class ScheduleScripts
{
    private const string Now = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)

        """;

    /// <summary>ARGV 1 how many names the list holds, 2 the list's ms to live, 3... each name and its ms until it is due.
    /// Answers 1; 0 where they would be more.</summary>
    public const string Add = Now + """
        local new = 0
        for i = 3, #ARGV, 2 do
          if not redis.call('ZSCORE', KEYS[1], ARGV[i]) then new = new + 1 end
        end
        if redis.call('ZCARD', KEYS[1]) + new > tonumber(ARGV[1]) then return 0 end
        for i = 3, #ARGV, 2 do redis.call('ZADD', KEYS[1], now + ARGV[i + 1], ARGV[i]) end
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return 1
        """;

    /// <summary>ARGV 1 how many names at most, 2 the claim's ms. Answers when the claim ends, the ms until the next name is due or -1, and
    /// the names.</summary>
    public const string Claim = Now + """
        local names = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
        local lease = now + ARGV[2]
        for _, name in ipairs(names) do redis.call('ZADD', KEYS[1], lease, name) end
        local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
        return { lease, first[2] and math.max(0, first[2] - now) or -1, names }
        """;

    /// <summary>ARGV 1 when the claim ended, 2... the names.</summary>
    public const string Complete = """
        for i = 2, #ARGV do
          if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[i]) or 0) == tonumber(ARGV[1]) then redis.call('ZREM', KEYS[1], ARGV[i]) end
        end
        return 0
        """;
}
