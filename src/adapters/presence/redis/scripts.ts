/**
 * The scripts of a shard. KEYS: the leases by device, the stream of transitions, and its state: the latest offset,
 * and the fencing token and time of the latest sweep. Times are of Redis, in milliseconds. Numbers that a script returns lose what is
 * below the point, so scores are strings.
 */
const START = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local before = tonumber(redis.call('hget', KEYS[3], 'offset') or 0)
local offset = before
local function append(device, reason)
  offset = offset + 1
  redis.call('xadd', KEYS[2], string.format('%.0f-0', offset), 'device', device, 'reason', reason, 'at', now)
end
local function save()
  if offset > before then redis.call('hset', KEYS[3], 'offset', string.format('%.0f', offset)) end
end
`;

/**
 * ARGV: device and score, see `scoreOf`; each device once. A lease never gets shorter: a node may send a heartbeat after
 * another node has sent a later one.
 */
export const RENEW = `${START}
local devices, leases = {}, {}
for i = 1, #ARGV, 2 do devices[#devices + 1] = ARGV[i] end
for i, known in ipairs(redis.call('zmscore', KEYS[1], unpack(devices))) do
  local score = now + ARGV[2 * i]
  if not known then append(devices[i], '') end
  if not known or tonumber(known) < score then
    leases[#leases + 1] = string.format('%.17g', score)
    leases[#leases + 1] = devices[i]
  end
end
if #leases > 0 then redis.call('zadd', KEYS[1], unpack(leases)) end
save()
`;

/** ARGV: device, the tag of the session that must have sent its latest heartbeat or nothing for any, and reason. */
export const LEAVE = `${START}
for i = 1, #ARGV, 3 do
  local score = redis.call('zscore', KEYS[1], ARGV[i])
  local session = ARGV[i + 1]
  if score and (session == '' or math.floor(tonumber(score) % 1 * 1024) == tonumber(session)) then
    redis.call('zrem', KEYS[1], ARGV[i])
    append(ARGV[i], ARGV[i + 2])
  end
end
save()
`;

/** Ends the script with false if a later sweep has begun. */
const FENCE = `
if tonumber(ARGV[1]) < tonumber(redis.call('hget', KEYS[3], 'token') or 0) then return false end
redis.call('hset', KEYS[3], 'token', ARGV[1])
`;

/**
 * ARGV: the fencing token of the sweep; how many devices. Returns the time, the time since the last sweep or 0, the number
 * of devices, and device and score of those whose leases have ended.
 */
export const FIND = `${START}${FENCE}
local swept = tonumber(redis.call('hget', KEYS[3], 'swept') or now)
redis.call('hset', KEYS[3], 'swept', now)
return {
  now,
  now - swept,
  redis.call('zcard', KEYS[1]),
  redis.call('zrangebyscore', KEYS[1], '-inf', now, 'withscores', 'limit', 0, ARGV[2])
}
`;

/**
 * ARGV: the fencing token of the sweep; device and score as they were found. Returns 1 unless a later sweep has begun, and
 * leaves out leases that were renewed meanwhile.
 */
export const EXPIRE = `${START}${FENCE}
for i = 2, #ARGV, 2 do
  local score = redis.call('zscore', KEYS[1], ARGV[i])
  if score and tonumber(score) == tonumber(ARGV[i + 1]) then
    redis.call('zrem', KEYS[1], ARGV[i])
    append(ARGV[i], tonumber(score) * 2048 % 2 == 1 and 'AUTH_EXPIRED' or 'TIMEOUT')
  end
end
save()
return 1
`;
