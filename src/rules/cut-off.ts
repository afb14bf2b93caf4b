/** Changes that can cut us off from a host (sshd, PAM, accounts, firewall, network): a runbook that cannot arm its undo on the target must not make them. */

const FILES =
  /^\/etc\/(ssh|pam\.d|security|sudoers(\.d)?|passwd|shadow|group|gshadow|nsswitch\.conf|sssd|login\.defs\.d|hosts\.(allow|deny)|securetty|nologin|fstab|crypttab|selinux|nftables(\.conf)?|iptables|firewalld|ufw|network|netplan|NetworkManager|systemd\/network|sysconfig\/(network(-scripts)?|iptables|ip6tables)|iproute2)(\/|$)|^\/(boot|root\/\.ssh|home\/[^/]+\/\.ssh)(\/|$)/;

const UNITS =
  /^(ssh|sshd|network|networking|NetworkManager|systemd-networkd|systemd-logind|firewalld|nftables|iptables|ip6tables|ufw|sssd|nscd|dbus|wpa_supplicant|openvpn.*|wg-quick.*)(\.(service|socket|target))?$/;
const UNIT_VERBS = [
  'start',
  'restart',
  'try-restart',
  'reload',
  'reload-or-restart',
  'stop',
  'kill',
  'disable',
  'mask',
  'enable',
];
const HALTS = [
  'isolate',
  'poweroff',
  'reboot',
  'halt',
  'kexec',
  'rescue',
  'emergency',
  'suspend',
  'hibernate',
  'set-default',
];

const PROGRAMS = new Set([
  ...[
    'iptables',
    'ip6tables',
    'iptables-restore',
    'nft',
    'firewall-cmd',
    'ufw',
    'ip',
    'ifconfig',
    'route',
    'ifup',
    'ifdown',
  ],
  ...['nmcli', 'netplan', 'tc', 'brctl', 'authselect', 'authconfig', 'pam-auth-update'],
  ...['visudo', 'setenforce', 'reboot', 'poweroff', 'halt', 'shutdown', 'init', 'telinit', 'kexec'],
]);
const CARRIERS = /^(env|sudo|nohup|timeout|nice|setsid|stdbuf)$/;

/** Does writing this file change who gets in, or whether the host is reached? */
export function cutsOffFile(path: string): boolean {
  return FILES.test(path);
}

/** Does this command change who gets in, whether the host is reached, or stop it? Words before the program (sudo, env) are seen through. */
export function cutsOffCommand(argv: readonly string[]): boolean {
  const names = argv.map((word) => word.slice(word.lastIndexOf('/') + 1));
  const [program = ''] = names;
  if (CARRIERS.test(program)) return names.slice(1).some((name, at) => startsCutOff(name, argv.slice(at + 2)));
  return startsCutOff(program, argv.slice(1));
}

function startsCutOff(program: string, args: readonly string[]): boolean {
  if (PROGRAMS.has(program)) return true;
  const words = args.filter((word) => !word.startsWith('-'));
  if (program === 'service') return UNITS.test(words[0] ?? '');
  if (program !== 'systemctl') return false;
  const [verb = '', ...units] = words;
  return HALTS.includes(verb) || (UNIT_VERBS.includes(verb) && units.some((unit) => UNITS.test(unit)));
}
