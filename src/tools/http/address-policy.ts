import { BlockList, isIP } from 'node:net';

/**
 * What is not the public internet, by IANA's registries of special-purpose addresses:
 * https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry.
 * 168.63.129.16 is Azure's internal service, a public number that leads nowhere public.
 */
const notPublic4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Of IPv6 only 2000::/3 is handed out; these parts of it are not public, or hide an IPv4 address that we can't judge. */
const notPublic6 = ['2001::/23', '2001:db8::/32', '2620:4f:8000::/48', '3fff::/20'];

/** @throws RangeError for what is neither an address nor a range such as `10.1.0.0/16`. */
function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', length] = range.split('/');
    const version = isIP(address);
    const bits = length === undefined ? (version === 6 ? 128 : 32) : Number(length);
    if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 6 ? 128 : 32)) {
      throw new RangeError(`"${range}" is neither an IP address nor a range such as 10.1.0.0/16`);
    }
    list.addSubnet(address, bits, version === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

const closed = listOf([...notPublic4, ...notPublic6]);
const handedOut6 = listOf(['2000::/3']);

/** The sixteen-bit groups of an IPv6 address, however it is written. */
function groupsOf(address: string): readonly number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text =
    dotted === null ? address : `${dotted[1]}${hexPair(dotted[2], dotted[3])}:${hexPair(dotted[4], dotted[5])}`;
  const [head = '', tail] = text.split('::');
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [read(head), read(tail ?? '')];
  return tail === undefined ? first : [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

const hexPair = (high = '0', low = '0'): string => (Number(high) * 256 + Number(low)).toString(16);

/**
 * The IPv4 address that an IPv6 one stands for, where it does: mapped (`::ffff:127.0.0.1`), compatible, translated by
 * NAT64 (`64:ff9b::`) or carried by 6to4 (`2002::`).
 */
function embedded4(address: string): string | null {
  const groups = groupsOf(address);
  const starts = (...beginning: number[]): boolean => beginning.every((group, index) => groups[index] === group);
  const at = (index: number): string => {
    const [high = 0, low = 0] = groups.slice(index);
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  };
  if (starts(0x2002)) return at(1);
  if (starts(0x64, 0xff9b, 0, 0, 0, 0) || starts(0, 0, 0, 0, 0, 0xffff) || starts(0, 0, 0, 0, 0xffff, 0)) return at(6);
  return starts(0, 0, 0, 0, 0, 0) ? at(6) : null;
}

/** Says of an IP address whether it may be connected to. */
export type AddressPolicy = (address: string) => boolean;

/**
 * Public addresses, and those that are named: private, loopback, link-local and all other special ones are closed, in
 * every notation.
 *
 * @param allowed addresses or ranges that are open all the same, such as `10.1.0.0/16`.
 * @throws RangeError for a range that is none.
 */
export function addressPolicy(allowed: readonly string[]): AddressPolicy {
  const open = listOf(allowed);
  return (written) => {
    const [address = ''] = written.split('%');
    if (isIP(address) === 4) return open.check(address) || !closed.check(address);
    if (isIP(address) !== 6) return false;
    if (open.check(address, 'ipv6')) return true;
    const inner = embedded4(address);
    if (inner !== null) return open.check(inner) || !closed.check(inner);
    return handedOut6.check(address, 'ipv6') && !closed.check(address, 'ipv6');
  };
}
