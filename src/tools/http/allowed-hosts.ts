const usualPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

interface HostRule {
  readonly host: string;
  readonly below: boolean;
  readonly port: string | null;
}

/** @throws RangeError for what is no host. */
function ruleOf(written: string): HostRule {
  const [, wanted = '', port = null] = /^(.*?)(?::(\d+))?$/s.exec(written.trim().toLowerCase()) ?? [];
  if (wanted === '*') return { host: '', below: true, port };
  const below = wanted.startsWith('*.');
  const name = below ? wanted.slice(2) : wanted;
  const url = /[/?#@*\s]/.test(name) ? null : URL.parse(`http://${name}`);
  if (url === null || url.port !== '') {
    throw new RangeError(`"${written}" is no host: write example.com, *.example.com, example.com:8080 or *`);
  }
  return { host: plain(url.hostname), below, port };
}

/** A name with a dot at its end is the same one. */
function plain(hostname: string): string {
  return hostname.replace(/\.$/, '');
}

/** Says of a URL whether its host and port are on the list. */
export type HostList = (url: URL) => boolean;

/**
 * Hosts that may be asked: `example.com` is that host alone, `*.example.com` all names below it, `*` every host; without a
 * port, the usual one of http or https is meant.
 *
 * @throws RangeError for an entry that is no host.
 */
export function hostList(hosts: readonly string[]): HostList {
  const rules = hosts.map(ruleOf);
  return (url) => {
    const host = plain(url.hostname);
    const usual = usualPorts[url.protocol];
    const port = url.port === '' ? usual : url.port;
    return rules.some((rule) => {
      if (port !== (rule.port ?? usual)) return false;
      return rule.below ? rule.host === '' || host.endsWith(`.${rule.host}`) : host === rule.host;
    });
  };
}
