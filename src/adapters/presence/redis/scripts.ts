/** All nodes know within a second that a session has ended. */
const REMEMBER_MS = 5000;

/**
 * The scripts of a shard. KEYS: the leases by device, the stream of transitions, the state, and the devices that have left
 * lately, with the tag of the session and the time. The state is the epoch, the latest offset, the fencing token, time and
 * decision of the latest sweep, and when each node has last read. Times are of Redis, in milliseconds. Numbers that a
 * script returns lose what is below the point, so scores are strings.
 */
const START = `
local state = KEYS[3]
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** The reply of a script that was called in another epoch begins with this code. */
export const OTHER_EPOCH = 'OTHEREPOCH';

/** ARGV[1]: the epoch. */
const IN_EPOCH = `${START}
if redis.call('hget', state, 'epoch') ~= ARGV[1] then
  return redis.error_reply('${OTHER_EPOCH} The epoch has ended.')
end
`;

const WRITE = `${IN_EPOCH}
local before = tonumber(redis.call('hget', state, 'offset') or 0)
local offset = before
local function append(device, ...)
  offset = offset + 1
  redis.call('xadd', KEYS[2], string.format('%.0f-0', offset), 'device', device, 'at', now, ...)
end
local function save()
  if offset > before then redis.call('hset', state, 'offset', string.format('%.0f', offset)) end
end
`;

/**
 * ARGV: the epoch; device, score and owner, see `scoreOf`; each device once. A lease never gets shorter: a node may send
 * a heartbeat after another node has sent a later one. Returns the devices that stay offline: a node may have accepted a
 * heartbeat of a session that has ended on another node.
 */
export const RENEW = `${WRITE}
local devices, leases = {}, {}
for i = 2, #ARGV, 3 do
  devices[#devices + 1] = ARGV[i]
  leases[#leases + 1] = now + ARGV[i + 1]
  leases[#leases + 1] = ARGV[i]
end
-- Most often all devices have a shorter lease.
if redis.call('zadd', KEYS[1], 'xx', 'gt', 'ch', unpack(leases)) == #devices then return {} end
leases = {}
local refused = {}
for i, known in ipairs(redis.call('zmscore', KEYS[1], unpack(devices))) do
  local score = now + ARGV[3 * i]
  if not known and redis.call('zscore', KEYS[4], devices[i] .. ':' .. math.floor(score % 1 * 1024)) then
    refused[#refused + 1] = devices[i]
  elseif not known or tonumber(known) < score then
    if not known then append(devices[i], 'owner', ARGV[3 * i + 1]) end
    leases[#leases + 1] = score
    leases[#leases + 1] = devices[i]
  end
end
if #leases > 0 then redis.call('zadd', KEYS[1], unpack(leases)) end
save()
return refused
`;

/** ARGV: the epoch; device and what its score is to have below the point. The time of its lease stays the same. */
export const CHANGE_SESSIONS = `${IN_EPOCH}
for i = 2, #ARGV, 2 do
  local score = redis.call('zscore', KEYS[1], ARGV[i])
  if score then redis.call('zadd', KEYS[1], math.floor(tonumber(score)) + ARGV[i + 1], ARGV[i]) end
end
`;

/**
 * ARGV: the epoch; device, the tag of the session that must have sent its latest heartbeat or nothing for any, and
 * reason. The entry says how long the lease would have lasted.
 */
export const LEAVE = `${WRITE}
redis.call('zremrangebyscore', KEYS[4], '-inf', now - ${REMEMBER_MS})
for i = 2, #ARGV, 3 do
  local score = redis.call('zscore', KEYS[1], ARGV[i])
  local session = ARGV[i + 1]
  if session ~= '' then redis.call('zadd', KEYS[4], now, ARGV[i] .. ':' .. session) end
  if score and (session == '' or math.floor(tonumber(score) % 1 * 1024) == tonumber(session)) then
    redis.call('zrem', KEYS[1], ARGV[i])
    local left = math.max(0, math.floor(tonumber(score)) - now)
    append(ARGV[i], 'reason', ARGV[i + 2], 'session', session, 'left', string.format('%.0f', left))
  end
end
save()
`;

/** ARGV: the epoch; device and change, as JSON. */
export const APPEND = `${WRITE}
for i = 2, #ARGV, 2 do
  local online = redis.call('zscore', KEYS[1], ARGV[i]) and 1 or 0
  append(ARGV[i], 'change', ARGV[i + 1], 'online', online)
end
save()
`;

/**
 * ARGV: the epoch; an offset, how many entries after it to return, the node. Returns whether the latest sweep holds
 * expiries, and the entries.
 */
export const READ = `${IN_EPOCH}
redis.call('hset', state, 'node ' .. ARGV[4], now)
return {
  tonumber(redis.call('hget', state, 'holds') or 0),
  redis.call('xrange', KEYS[2], '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])
}
`;

/** ARGV: the epoch; an offset up to which entries may be dropped. */
export const TRIM = `${IN_EPOCH}
redis.call('xtrim', KEYS[2], 'MINID', '~', ARGV[2] .. '-0')
`;

/** ARGV: the epoch; a node that ends. */
export const FORGET_NODE = `${IN_EPOCH}
redis.call('hdel', state, 'node ' .. ARGV[2])
`;

/** Ends the script with false if a later sweep has begun. */
const FENCE = `
if tonumber(ARGV[2]) < tonumber(redis.call('hget', state, 'token') or 0) then return false end
redis.call('hset', state, 'token', ARGV[2])
`;

/**
 * ARGV: the epoch; the fencing token of the sweep; how many devices; whether expiries are held; after how many
 * milliseconds a node that has not read is lost. Returns the time, the time since the last sweep or 0, how many nodes
 * were lost since, whether another node held expiries until now, the number of devices, that of those whose leases have
 * ended, and device and score of these.
 */
export const FIND = `${IN_EPOCH}
local before = redis.call('hmget', state, 'token', 'holds')
${FENCE}
local isTakenOver = before[1] ~= ARGV[2] and before[2] == '1'
local swept = tonumber(redis.call('hget', state, 'swept') or now)
redis.call('hset', state, 'swept', now, 'holds', ARGV[4])
local lost = 0
local fields = redis.call('hgetall', state)
for i = 1, #fields, 2 do
  if fields[i]:sub(1, 5) == 'node ' and tonumber(fields[i + 1]) < now - ARGV[5] then
    redis.call('hdel', state, fields[i])
    lost = lost + 1
  end
end
return {
  now,
  now - swept,
  lost,
  isTakenOver and 1 or 0,
  redis.call('zcard', KEYS[1]),
  redis.call('zcount', KEYS[1], '-inf', now),
  redis.call('zrangebyscore', KEYS[1], '-inf', now, 'withscores', 'limit', 0, ARGV[3])
}
`;

/**
 * ARGV: the epoch; the fencing token of the sweep; device and score as they were found. Returns 1 unless a later sweep
 * has begun, and leaves out leases that were renewed meanwhile.
 */
export const EXPIRE = `${WRITE}${FENCE}
for i = 3, #ARGV, 2 do
  local score = redis.call('zscore', KEYS[1], ARGV[i])
  if score and tonumber(score) == tonumber(ARGV[i + 1]) then
    redis.call('zrem', KEYS[1], ARGV[i])
    append(ARGV[i], 'reason', tonumber(score) * 2048 % 2 == 1 and 'AUTH_EXPIRED' or 'TIMEOUT')
  end
end
save()
return 1
`;

const RUN_ID = `
local run = redis.call('info', 'server'):match('run_id:(%w+)')
`;

/**
 * ARGV: whether Redis keeps all data over a restart. Returns the epoch, or false if there is no epoch or Redis
 * may have lost data since.
 */
export const READ_EPOCH = `local state = KEYS[3]${RUN_ID}
local epoch = redis.call('hget', state, 'epoch')
if epoch and redis.call('hget', state, 'run') ~= run then
  if ARGV[1] == '0' then return false end
  redis.call('hset', state, 'run', run)
end
return epoch
`;

/** ARGV: the epoch to start. Removes everything. */
export const CLEAR = `${RUN_ID}
redis.call('unlink', unpack(KEYS))
redis.call('hset', KEYS[3], 'next', ARGV[1], 'run', run)
`;

/** ARGV: the epoch to start; device and score. Returns 1 unless another epoch is being started. */
export const RESTORE = `${START}
if redis.call('hget', state, 'next') ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 2 do
  redis.call('zadd', KEYS[1], now + ARGV[i + 1], ARGV[i])
end
return 1
`;

/** ARGV: the epoch to start. Returns 1 unless another epoch is being started, or Redis was restarted since. */
export const COMMIT = `local state = KEYS[3]${RUN_ID}
if redis.call('hget', state, 'next') ~= ARGV[1] or redis.call('hget', state, 'run') ~= run then return 0 end
redis.call('hset', state, 'epoch', ARGV[1])
return 1
`;
