import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { ToolError } from '../../config/tool-error.ts';
import type { AddressPolicy } from './address-policy.ts';

function refusal(host: string, address: string): ToolError {
  const leads = host === address ? host : `${host} leads to ${address}, which`;
  return new ToolError(`${leads} is a private or special address, and none that may be connected to`);
}

/** Resolves a name, and fails when any of its addresses is closed: a connection tries them one after the other. */
function guardedLookup(lookup: LookupFunction, isOpen: AddressPolicy): LookupFunction {
  return (host, options, answer) => {
    lookup(host, options, (error, found, family) => {
      if (error !== null) return answer(error, found, family);
      const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address);
      const closed = addresses.find((address) => !isOpen(address));
      return closed === undefined ? answer(null, found, family) : answer(refusal(host, closed), found, family);
    });
  };
}

/**
 * Connections that lead only where the policy lets them. A name is resolved once, when the connection is made, and that
 * very answer is judged and used, so that a name that changes its address between a check and a connection gains nothing;
 * then the address of the far end is judged again. No connection outlives its request.
 *
 * @param lookup another resolver than the system's.
 */
export function guardedAgent(
  isOpen: AddressPolicy,
  { connectTimeoutMs, lookup = systemLookup }: { connectTimeoutMs: number; lookup?: LookupFunction | undefined },
): Agent {
  const connect = buildConnector({ timeout: connectTimeoutMs, lookup: guardedLookup(lookup, isOpen) });
  return new Agent({
    pipelining: 0,
    connect(options, answer) {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      // An address is connected to without any look-up.
      if (isIP(host) !== 0 && !isOpen(host)) return answer(refusal(host, host), null);
      connect(options, (...[error, socket]) => {
        if (error !== null) return answer(error, null);
        const far = socket.remoteAddress;
        if (far !== undefined && isOpen(far)) return answer(null, socket);
        socket.destroy();
        return answer(refusal(host, far ?? 'nowhere'), null);
      });
    },
  });
}
