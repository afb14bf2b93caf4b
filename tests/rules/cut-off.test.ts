/** What can cut us off is known as such, also behind sudo; what cannot is left alone. */
import { describe, expect, it } from 'vitest';
import { cutsOffCommand, cutsOffFile } from '../../src/rules/cut-off.ts';

describe('files', () => {
  it.each([
    ...[
      '/etc/ssh/sshd_config',
      '/etc/pam.d/sshd',
      '/etc/sudoers',
      '/etc/sudoers.d/x',
      '/etc/passwd',
      '/etc/security/limits.conf',
    ],
    ...[
      '/etc/nftables.conf',
      '/etc/sysconfig/network-scripts/ifcfg-eth0',
      '/etc/netplan/1.yaml',
      '/root/.ssh/authorized_keys',
      '/etc/fstab',
    ],
  ])('%s', (path) => {
    expect(cutsOffFile(path)).toBe(true);
  });
  it.each([
    '/etc/motd',
    '/etc/chrony.conf',
    '/etc/login.defs',
    '/etc/sysctl.d/9.conf',
    '/etc/passwdx',
    '/opt/etc/ssh/x',
  ])('not %s', (path) => {
    expect(cutsOffFile(path)).toBe(false);
  });
});

describe('commands', () => {
  it.each([
    'systemctl restart sshd',
    'systemctl --no-block stop NetworkManager.service',
    'sudo -n systemctl reload firewalld',
    '/usr/sbin/iptables -F',
    'env A=b nft flush ruleset',
    'service network restart',
    'systemctl isolate rescue.target',
    'shutdown -r now',
    'timeout 5 ip link set eth0 down',
    'setenforce 1',
  ])('%s', (line) => {
    expect(cutsOffCommand(line.split(' '))).toBe(true);
  });
  it.each([
    'systemctl restart chronyd',
    'systemctl status sshd',
    'sysctl --system',
    'useradd -- web',
    'sudo -n systemctl restart tomcat',
  ])('not %s', (line) => {
    expect(cutsOffCommand(line.split(' '))).toBe(false);
  });
});
