-- Fills the tables of a migrated database with `bench.rows` rows each, with Chinese names as they occur.
set synchronous_commit = off;
create temp table size as select current_setting('bench.rows')::int as rows;
create temp table characters as select
  string_to_array('王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴', null) as family,
  string_to_array('伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂文辉玲华红建国志海燕鹏飞宇浩然梓涵子轩欣怡雨泽思远佳琪晨曦嘉俊', null) as given;

insert into users (username, phone, email, name, nickname, type, user_code, created_at)
select 'user' || n, '86150' || lpad(n::text, 8, '0'), 'user' || n || '@example' || n % 50 || '.com',
  family[1 + h1 % cardinality(family)] || given[1 + h2 % cardinality(given)]
    || case when n % 3 > 0 then given[1 + h3 % cardinality(given)] else '' end,
  'nick-' || n, 1, (300000000000 + n)::text, timestamptz '2025-01-01' + n * interval '30 seconds'
from size, characters, generate_series(1, rows) as n,
  lateral (select hashint4(n) & 1023 as h1, hashint4(n + 1000003) & 1023 as h2, hashint4(n + 2000003) & 1023 as h3) as hashes;

create temp table account as
select id as user_id, row_number() over (order by id)::int as n, gen_random_uuid() as session_id
from users where username like 'user%';

insert into user_roles (user_id, role_id)
select user_id, roles.id from account, roles where code = 'MEMBER';

insert into sessions (id, user_id, door, capped, token_hash, token_expires_at, device_id, device_model,
  client_version, address, created_at, last_seen_at, expires_at)
select session_id, user_id, (array['graphql', 'uims', 'console', 'bms', 'upgrade', 'teacher'])[1 + n % 6], true,
  encode(sha256(n::text::bytea), 'hex'), now() + interval '90 days', 'serial-' || n, 'Mate ' || n % 40,
  '2.' || n % 30 || '.0', '10.0.' || n % 250 || '.' || n % 240, now() - n * interval '3 seconds', now(),
  now() + interval '90 days'
from account;

insert into devices (user_id, client_id, door, name, client_version, session_id, online, first_seen_at, last_seen_at)
select user_id, 'serial-' || n, 'upgrade',
  case n % 3 when 0 then '教室平板' || n % 5000 when 1 then 'Tablet ' || n % 10000 else 'SmartBoard-' || n end,
  '2.' || n % 30 || '.0', session_id, n % 10 = 0, now() - n * interval '3 seconds', now()
from account;

insert into audit_entries (at, action, actor_id, target, address, detail)
select now() - n * interval '10 seconds',
  case when n % 1000 = 0 then 'release.publish' when n % 100 < 70 then 'session.open' else 'session.close' end,
  user_id, 'user_' || user_id, '10.0.0.' || n % 250, 'graphql'
from account;

insert into releases (channel, version, version_form, version_order, package_name, file_name, size, sha256, published_at)
select 'stable', '2.' || n || '.0', 'SEMVER', '2.' || lpad(n::text, 5, '0') || '.0', 'package-' || n, 'package.zip',
  1000, encode(sha256(n::text::bytea), 'hex'), now()
from generate_series(0, 29) as n;
