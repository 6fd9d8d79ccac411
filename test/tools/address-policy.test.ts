import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressPolicy } from '../../src/tools/http/address-policy.ts';
import { hostList } from '../../src/tools/http/allowed-hosts.ts';

const isOpen = addressPolicy([]);

describe('the addresses that may be connected to', () => {
  it.each([
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1']],
    ['link-local', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1']],
    ['"this host"', ['0.0.0.0', '0.1.2.3', '::']],
    ['shared by carriers', ['100.64.0.1', '100.127.255.255', '100.100.100.200']],
    ['multicast and broadcast', ['224.0.0.1', '255.255.255.255', '240.0.0.1', 'ff02::1']],
    ['for documentation and tests', ['192.0.2.1', '198.18.0.1', '203.0.113.9', '2001:db8::1', '3fff::1']],
    ["a cloud's inner services", ['168.63.129.16', 'fd00:ec2::254', '192.0.0.192']],
    ['site-local and not handed out', ['fec0::1', '4000::1', '100::1', '64:ff9b:1::1']],
    ['Teredo', ['2001:0:4136:e378:8000:63bf:3fff:fdd2']],
    ['none at all', ['', 'localhost', '1.2.3', '2130706433', '0x7f000001', '::ffff:1.2.3.4.5']],
  ])('leave out what is %s', (_, addresses) => {
    expect(addresses.filter(isOpen)).toEqual([]);
  });

  it('are all public ones', () => {
    const open = ['1.1.1.1', '93.184.216.34', '172.15.255.255', '172.32.0.1', '100.63.0.1', '100.128.0.1', '11.0.0.1'];
    const open6 = [
      '2606:4700:4700::1111',
      '2a00:1450:4001::1',
      '::ffff:8.8.8.8',
      '64:ff9b::808:808',
      '2002:808:808::1',
    ];
    expect([...open, ...open6].filter((address) => !isOpen(address))).toEqual([]);
  });

  it('are judged by the IPv4 address that an IPv6 one stands for, in every notation', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(byte, byte, byte, byte, (a, b, c, d) => {
        const dotted = [a, b, c, d].join('.');
        const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
        const forms = [
          `::ffff:${dotted}`,
          `::FFFF:${hex}`,
          `0:0:0:0:0:ffff:${dotted}`,
          `::${dotted}`,
          `64:ff9b::${hex}`,
        ];
        const carried = `2002:${hex}::1`;
        for (const form of [...forms, carried]) expect([form, isOpen(form)]).toEqual([form, isOpen(dotted)]);
      }),
    );
  });

  it('are also those that the config names, and no others', () => {
    const some = addressPolicy(['10.1.0.0/16', '127.0.0.1', 'fd00::/8']);
    expect(['10.1.2.3', '127.0.0.1', '::ffff:10.1.9.9', 'fd12::1'].filter(some)).toHaveLength(4);
    expect(['10.2.0.1', '127.0.0.2', '::1', 'fe80::1', '192.168.0.1'].filter(some)).toEqual([]);
    expect(() => addressPolicy(['10.1.0.0/33'])).toThrow(/10\.1\.0\.0\/33.*neither an IP address/);
    expect(() => addressPolicy(['localhost'])).toThrow(RangeError);
  });
});

describe('the hosts that may be asked', () => {
  const allows = (entry: string, url: string): boolean => hostList([entry])(new URL(url));

  it.each([
    ['example.com', 'https://example.com/a'],
    ['example.com', 'http://EXAMPLE.com./'],
    ['*.example.com', 'https://a.b.example.com'],
    ['example.com:8080', 'http://example.com:8080'],
    ['*', 'https://anything.org'],
    ['*:81', 'http://anything.org:81'],
    ['bücher.example', 'https://xn--bcher-kva.example'],
    ['[::1]:8080', 'http://[0:0::1]:8080'],
  ])('%s allows %s', (entry, url) => {
    expect(allows(entry, url)).toBe(true);
  });

  it.each([
    ['example.com', 'https://example.com.evil.org'],
    ['example.com', 'https://a.example.com'],
    ['example.com', 'https://evilexample.com'],
    ['*.example.com', 'https://example.com'],
    ['*.example.com', 'https://evilexample.com'],
    ['example.com', 'http://example.com:8080'],
    ['example.com', 'http://example.com:443'],
    ['example.com:8080', 'http://example.com'],
    ['*', 'http://anything.org:22'],
    ['example.com', 'https://example.com@evil.org'],
  ])('%s does not allow %s', (entry, url) => {
    expect(allows(entry, url)).toBe(false);
  });

  it.each(['', 'https://example.com', 'example.com/path', 'a b', 'user@example.com', '*.*.com'])(
    'says that "%s" is no host',
    (entry) => expect(() => hostList([entry])).toThrow(/is no host/),
  );
});
