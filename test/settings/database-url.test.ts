import { describe, expect, test } from '@jest/globals';
import { databaseUrlProblem, parseDatabaseUrl } from '../../src/settings/database-url.js';

const host = (name: string, port = 5432, address: string | null = null) => ({ name, address, port });

describe('reads', () => {
  test.each([
    ['postgresql://', { hosts: [host('localhost')] }],
    ['postgres://db', { hosts: [host('db')] }],
    [
      'postgresql://fleet:p%40ss@db.example:6432/fleet',
      { hosts: [host('db.example', 6432)], user: 'fleet', password: 'p@ss', dbname: 'fleet' },
    ],
    // libpq splits at the first colon and the last @ of the authority.
    [
      'postgresql://fleet:p:a@s#s@db/fleet',
      { hosts: [host('db')], user: 'fleet', password: 'p:a@s#s', dbname: 'fleet' },
    ],
    ['postgresql://[::1]/fleet', { hosts: [host('::1')], dbname: 'fleet' }],
    ['postgresql://[2001:db8::5]:6432/fleet', { hosts: [host('2001:db8::5', 6432)], dbname: 'fleet' }],
    [
      'postgresql://a:1,[::1]:2,c/fleet',
      { hosts: [host('a', 1), host('::1', 2), host('c')], dbname: 'fleet' },
    ],
    [
      'postgresql://%2Fvar%2Frun%2Fpostgresql/fleet',
      { hosts: [host('/var/run/postgresql')], dbname: 'fleet' },
    ],
    ['postgresql:///fleet?host=/run/pg&port=6432', { hosts: [host('/run/pg', 6432)], dbname: 'fleet' }],
    ['postgresql://?host=a,b&port=1,2', { hosts: [host('a', 1), host('b', 2)] }],
    ['postgresql://?host=a,b&port=7', { hosts: [host('a', 7), host('b', 7)] }],
    ['postgresql://db/?hostaddr=192.0.2.1', { hosts: [host('db', 5432, '192.0.2.1')] }],
    ['postgresql://?hostaddr=192.0.2.1', { hosts: [host('192.0.2.1', 5432, '192.0.2.1')] }],
    [
      'postgresql://db?dbname=x&user=y&password=z%26',
      { hosts: [host('db')], dbname: 'x', user: 'y', password: 'z&' },
    ],
    ['postgresql://db?ssl=true', { hosts: [host('db')], sslmode: 'require' }],
    ['postgresql://db?ssl=true&sslmode=verify-full', { hosts: [host('db')], sslmode: 'verify-full' }],
    ['postgresql://db?ssl=0', { hosts: [host('db')], sslmode: 'disable' }],
    [
      'postgresql://db?options=-c%20search_path%3Dfleet&connect_timeout=3',
      { hosts: [host('db')], options: '-c search_path=fleet', connect_timeout: 3 },
    ],
  ])('%s', (text, expected) => {
    expect(parseDatabaseUrl(text)).toEqual(expected);
  });
});

describe('refuses by name', () => {
  test.each([
    ['mysql://db/fleet', 'must be a postgresql:// URL'],
    ['db/fleet', 'must be a postgresql:// URL'],
    ['postgresql://db?krbsrvname=x', 'must not have the parameter krbsrvname, which is not supported'],
    [
      'postgresql://db?passfile=x&sslcrldir=y',
      'must not have the parameter passfile, sslcrldir, which is not supported',
    ],
    ['postgresql://db?__proto__=x', 'must not have the parameter __proto__, which is not supported'],
    ['postgresql://db?SSLMODE=require', 'must not have the parameter SSLMODE, which is not supported'],
    ['postgresql://db?sslmode=no-verify', /^has a parameter sslmode that must be disable or allow or /],
    ['postgresql://db?ssl=no-verify', /^has a parameter ssl that must be /],
    ['postgresql://db?connect_timeout=0', 'has a parameter connect_timeout that must be a number of seconds'],
    ['postgresql://db?client_encoding=GBK', 'has a parameter client_encoding that must be UTF8'],
    [
      'postgresql://db?target_session_attrs=standby',
      /^has a parameter target_session_attrs that must be any or /,
    ],
    ['postgresql://db?channel_binding=require', /^has a parameter channel_binding that must be /],
    ['postgresql://db?sslmode=verify-ca', /^must name the certificate of the authority in sslrootcert/],
    ['postgresql://db?sslrootcert=system', /^must have sslmode=verify-full/],
    ['postgresql://db?sslmode=require&sslcert=x', 'must have the parameters sslcert and sslkey together'],
    ['postgresql://db?ssl=false&sslmode=require', /^has the parameters ssl and sslmode, which contradict/],
    ['postgresql://db?sslnegotiation=direct', /^must have sslmode=require or stronger/],
    ['postgresql://db:99999', 'must have ports from 1 to 65535'],
    ['postgresql://::1/fleet', 'must have hosts of the form name:port or [address]:port'],
    ['postgresql://?host=a,b&port=1,2,3', 'must have one port, or as many ports as hosts'],
    ['postgresql://?host=a,b&hostaddr=192.0.2.1', 'must have as many items in hostaddr as in host'],
    ['postgresql://u:50%@db', 'must be percent-encoded correctly'],
  ])('%s', (text, problem) => {
    expect(databaseUrlProblem(text)).toEqual(
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    );
  });
});
