/** The reading commands: what looks need passes, every known way to write through them does not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insistReading } from '../../src/world/read-list.ts';

const passes = (line: string): boolean => {
  try {
    insistReading(line.split(' '));
    return true;
  } catch (error) {
    expect(error).toMatchObject({ verdict: 'refused', detail: { data: { state: 'not-done' } } });
    return false;
  }
};

describe('the read list', () => {
  it.each([
    'sysctl -n net.ipv4.ip_forward',
    'sysctl -a',
    'systemctl is-active sshd',
    'systemctl is-enabled auditd.service',
    'systemctl show -p UnitFileState sshd',
    'systemctl --no-pager list-units --type=service',
    'sshd -T',
    'sshd -T -C user=root,host=a,addr=10.0.0.1',
    'ss -lntp',
    'auditctl -l',
    'getenforce',
    'stat -c %a /etc/passwd',
    '/usr/bin/stat -c %a /etc/passwd',
    'id -u',
    'uname -r',
    'df -P /',
    'chronyc tracking',
    'chronyc -n sources',
    'rpm -qa --qf %{NAME}\\n',
    'rpm -q openssl',
    'rpm -V openssh-server',
    'dpkg-query -W -f ${Package}',
    'findmnt -n -o OPTIONS /tmp',
    'lsblk -J',
    'ps -eo pid,args',
    'date +%s',
    'age --version',
    'openssl version',
    'ip -o addr show',
    'ip route',
    'find / -xdev -perm -4000',
    'test -w /journal',
    'tail -c 1 /x',
    'timedatectl show',
    'sudo -n -l',
    'crontab -u root -l',
    'iptables -S',
    'firewall-cmd --state',
    'nft list ruleset',
  ])('lets %s through', (line) => {
    expect(passes(line)).toBe(true);
  });

  it.each([
    'rm x',
    'sh -c id',
    'env rm x',
    './stat x',
    '/tmp/stat x',
    'toString',
    '__proto__',
    '',
    'sysctl -w a=1',
    'sysctl a=1',
    'sysctl -p',
    'sysctl --system',
    'systemctl stop sshd',
    'systemctl -t is-active stop sshd',
    'systemctl --type is-active stop sshd',
    'sshd -T -E /etc/passwd',
    'sshd -D',
    'ss -K dst 10.0.0.1',
    'ss --ki dst 10.0.0.1',
    'ss -tK dst 10.0.0.1',
    'ss -D /etc/passwd',
    'auditctl -D',
    'chronyc makestep',
    'chronyc -m tracking makestep',
    'rpm -e openssl',
    'rpm -qE %{lua:os.execute("id")}',
    'rpm -q --pipe id x',
    'rpm -q --specfile x.spec',
    'rpm -q --define x',
    'date -s 2020-01-01',
    'date --se=2020-01-01',
    'date -us 2020-01-01',
    'find / -delete',
    'find / -exec rm {} +',
    'find / -fprint /etc/passwd',
    'ip link set eth0 down',
    'ip addr a 10.0.0.1/8 dev eth0',
    'ip -b file',
    'ip netns exec x id',
    'iptables -F',
    'iptables -L -Z',
    'iptables-save -f /etc/passwd',
    'nft flush ruleset',
    'nft list ruleset; flush ruleset',
    'dmesg -C',
    'dmesg --clea',
    'journalctl --vacuum-time=1s',
    'journalctl --vacuum-t=1s',
    'journalctl --cursor-file=/etc/passwd',
    'hostname evil',
    'hostnamectl set-hostname evil',
    'timedatectl set-time 1',
    'crontab -r',
    'mount /dev/sda /mnt',
    'modprobe dummy',
    'modprobe dummy -- -n',
    'passwd root',
    'chage -M 1 root',
    'sudo -n id',
    'openssl genrsa',
    'openssl x509 -in a -out /etc/passwd',
    'tail -f /var/log/messages',
    'firewall-cmd --reload',
    'faillock --user x --reset',
  ])('refuses %s', (line) => {
    expect(passes(line)).toBe(false);
  });

  it('refuses every program that it does not name, whatever the arguments', () => {
    const word = fc.stringMatching(/^[a-z]{3,8}$/);
    const writers = [
      'chmod',
      'chown',
      'dd',
      'tee',
      'install',
      'sed',
      'awk',
      'perl',
      'python',
      'kill',
      'reboot',
      'mkfs',
      'xargs',
      'vi',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...writers), fc.array(word, { maxLength: 3 }), (program, args) => {
        expect(passes([program, ...args].join(' '))).toBe(false);
      }),
    );
  });
});
