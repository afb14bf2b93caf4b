/** Services, kernel, network and logging of the sandbox server. */
import type { HostSeed, HostText } from './seed.ts';

const OS_RELEASE = `NAME="Kylin Linux Advanced Server"
VERSION="V10 (Lance)"
ID="kylin"
VERSION_ID="V10"
PRETTY_NAME="Kylin Linux Advanced Server V10 (Lance)"
ANSI_COLOR="0;31"
`;

const SSHD_CONFIG = `# Server side of OpenSSH. The first value found for a keyword is used.

Port 22
AddressFamily inet
#ListenAddress 0.0.0.0

HostKey /etc/ssh/ssh_host_ecdsa_key
HostKey /etc/ssh/ssh_host_ed25519_key

# Logging
SyslogFacility AUTHPRIV
LogLevel ERROR

# Authentication
LoginGraceTime 2m
PermitRootLogin no
#StrictModes yes
#MaxAuthTries 6
#MaxSessions 10
PubkeyAuthentication yes
AuthorizedKeysFile	.ssh/authorized_keys
#HostbasedAuthentication no
#IgnoreRhosts yes
PasswordAuthentication yes
#PermitEmptyPasswords no
ChallengeResponseAuthentication no
UsePAM yes

# Kept for the file exchange with the old network equipment
Ciphers aes256-ctr,aes192-ctr,aes128-ctr,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes128-cbc,3des-cbc
MACs hmac-sha2-512,hmac-sha2-256,hmac-sha1,hmac-md5
KexAlgorithms curve25519-sha256,ecdh-sha2-nistp256,diffie-hellman-group-exchange-sha256,diffie-hellman-group14-sha1

X11Forwarding yes
PrintMotd no
#ClientAliveInterval 0
#ClientAliveCountMax 3
AcceptEnv LANG LC_CTYPE LC_NUMERIC LC_TIME LC_COLLATE LC_MONETARY LC_MESSAGES
Subsystem	sftp	/usr/libexec/openssh/sftp-server

# File exchange with the bank: no shell, no tunnel.
Match Group bankxfer
	X11Forwarding no
	AllowTcpForwarding no
	ForceCommand internal-sftp
`;

const SYSCTL = `# Kernel parameters of the database and application hosts
fs.aio-max-nr = 1048576
fs.file-max = 6815744
kernel.shmmni = 4096
kernel.sem = 250 32000 100 128
net.ipv4.ip_local_port_range = 9000 65500
net.core.rmem_default = 262144
net.core.rmem_max = 4194304
`;

const SYSCTL_NETWORK = `# Set when the second network card was added
net.ipv4.conf.all.rp_filter = 0
net.ipv4.conf.all.accept_redirects = 1
net.ipv4.tcp_keepalive_time = 600
`;

const PROFILE = `# System-wide environment of login shells

pathmunge () {
    case ":\${PATH}:" in
        *:"$1":*) ;;
        *) PATH=$1:$PATH ;;
    esac
}

if [ "$(id -u)" = 0 ]; then
    pathmunge /usr/sbin
    pathmunge /usr/local/sbin
fi

HOSTNAME=$(/usr/bin/hostname 2>/dev/null)
HISTSIZE=1000
export PATH USER LOGNAME MAIL HOSTNAME HISTSIZE

umask 022

for i in /etc/profile.d/*.sh ; do
    if [ -r "$i" ]; then
        . "$i" >/dev/null
    fi
done

unset i
unset -f pathmunge
`;

const BASHRC = `# System-wide functions and aliases of interactive shells

if [ "$PS1" ]; then
  PS1="[\\u@\\h \\W]\\\\$ "
fi
shopt -s histappend checkwinsize
`;

const REPOSITORIES = `# The installation disc, and the mirror of the data centre
[local-iso]
name=Installation disc
baseurl=file:///mnt/iso
enabled=1
gpgcheck=0

[mirror]
name=Mirror
baseurl=http://mirror.inv.example/v10/
enabled=1
gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-kylin
`;

const CRONTAB = `SHELL=/bin/bash
PATH=/sbin:/bin:/usr/sbin:/usr/bin
MAILTO=root

# minute hour day month weekday user command
20 2 * * *  root    /usr/local/sbin/clean-spool
*/10 * * * * invoice /home/invoice/bin/push-status
`;

const AUDITD = `#
# The audit daemon
#
local_events = yes
write_logs = yes
log_file = /var/log/audit/audit.log
log_group = root
log_format = ENRICHED
flush = INCREMENTAL_ASYNC
freq = 50
max_log_file = 8
num_logs = 5
priority_boost = 4
name_format = NONE
max_log_file_action = ROTATE
space_left = 75
space_left_action = SYSLOG
verify_email = yes
action_mail_acct = root
admin_space_left = 50
admin_space_left_action = SUSPEND
disk_full_action = HALT
disk_error_action = SUSPEND
tcp_listen_queue = 5
`;

const JOURNALD = `# The journal of this host. Commented lines show what applies when nothing is set.

[Journal]
#Storage=auto
#Compress=yes
#Seal=yes
#RateLimitIntervalSec=30s
#SystemMaxUse=
#SystemKeepFree=
#ForwardToSyslog=no
`;

const rsyslog = ({ gateway }: HostSeed): string => `module(load="imuxsock" SysSock.Use="off")
module(load="imjournal" StateFile="imjournal.state")
global(workDirectory="/var/lib/rsyslog")

*.info;mail.none;authpriv.none;cron.none                /var/log/messages
authpriv.*                                              /var/log/secure
mail.*                                                  -/var/log/maillog
cron.*                                                  /var/log/cron
*.emerg                                                 :omusrmsg:*
local7.*                                                /var/log/boot.log

# All logs also go to the log host, through a queue on disk.
*.* action(type="omfwd" target="${gateway.replace(/254$/, '250')}" port="514" protocol="tcp"
    queue.type="LinkedList" queue.filename="loghost" queue.maxDiskSpace="1g" queue.saveOnShutdown="on"
    action.resumeRetryCount="-1")
`;

const hosts = ({ host, address, gateway }: HostSeed): string => `127.0.0.1   localhost localhost.localdomain
::1         localhost localhost.localdomain
${address}   ${host}.inv.example ${host}
${gateway.replace(/254$/, '21')}   inv-db01.inv.example inv-db01
${gateway.replace(/254$/, '22')}   inv-db02.inv.example inv-db02
`;

const interfaceOf = ({ address, gateway }: HostSeed): string => `TYPE=Ethernet
BOOTPROTO=none
NAME=ens192
DEVICE=ens192
ONBOOT=yes
IPADDR=${address}
PREFIX=24
GATEWAY=${gateway}
`;

const publicKey = (seed: HostSeed, kind: string): string =>
  `${kind} ${seed.letters(`public ${kind}`, 68).replaceAll('.', '+')} root@${seed.host}\n`;
const privateKey = (seed: HostSeed, kind: string): string =>
  `sandbox stand-in, no key: ${seed.letters(`private ${kind}`, 64)}\n`;

/** Everything of the sandbox server that is not about accounts. */
export const SERVER_FILES: readonly HostText[] = [
  { path: 'etc/os-release', mode: 0o644, text: () => OS_RELEASE },
  { path: 'etc/hostname', mode: 0o644, text: ({ host }) => `${host}\n` },
  {
    path: 'etc/machine-id',
    mode: 0o444,
    text: (seed) => `${Buffer.from(seed.letters('machine', 16)).toString('hex')}\n`,
  },
  { path: 'etc/hosts', mode: 0o644, text: hosts },
  { path: 'etc/hosts.equiv', mode: 0o644, text: () => '# file exchange of 2016\ninv-db01 oracle\n' },
  { path: 'etc/resolv.conf', mode: 0o644, text: ({ gateway }) => `nameserver ${gateway}\n` },
  { path: 'etc/dnf/dnf.conf', mode: 0o644, text: () => '[main]\ngpgcheck=1\ninstallonly_limit=3\nbest=True\n' },
  { path: 'etc/yum.repos.d/local.repo', mode: 0o644, text: () => REPOSITORIES },
  {
    path: 'etc/fstab',
    mode: 0o644,
    text: () => '/dev/mapper/vg-root /     xfs defaults 0 0\n/dev/mapper/vg-u01 /u01 xfs defaults 0 0\n',
  },
  { path: 'etc/sysconfig/network-scripts/ifcfg-ens192', mode: 0o644, text: interfaceOf },
  { path: 'etc/ssh/sshd_config', mode: 0o600, text: () => SSHD_CONFIG },
  { path: 'etc/ssh/ssh_host_ecdsa_key', mode: 0o600, text: (seed) => privateKey(seed, 'ecdsa-sha2-nistp256') },
  { path: 'etc/ssh/ssh_host_ecdsa_key.pub', mode: 0o644, text: (seed) => publicKey(seed, 'ecdsa-sha2-nistp256') },
  { path: 'etc/ssh/ssh_host_ed25519_key', mode: 0o600, text: (seed) => privateKey(seed, 'ssh-ed25519') },
  { path: 'etc/ssh/ssh_host_ed25519_key.pub', mode: 0o644, text: (seed) => publicKey(seed, 'ssh-ed25519') },
  { path: 'etc/sysctl.conf', mode: 0o644, text: () => '# Settings live in /etc/sysctl.d; this file is read last.\n' },
  { path: 'etc/sysctl.d/50-oracle.conf', mode: 0o644, text: () => SYSCTL },
  { path: 'etc/sysctl.d/60-network.conf', mode: 0o644, text: () => SYSCTL_NETWORK },
  { path: 'etc/profile', mode: 0o644, text: () => PROFILE },
  { path: 'etc/bashrc', mode: 0o644, text: () => BASHRC },
  { path: 'etc/profile.d/lang.sh', mode: 0o644, text: () => 'export LANG=zh_CN.UTF-8\n' },
  { path: 'etc/profile.d/history.sh', mode: 0o644, text: () => "export HISTTIMEFORMAT='%F %T '\n" },
  { path: 'etc/crontab', mode: 0o644, text: () => CRONTAB },
  { path: 'etc/cron.d/sysstat', mode: 0o600, text: () => '*/10 * * * * root /usr/lib64/sa/sa1 1 1\n' },
  { path: 'etc/cron.hourly/0anacron', mode: 0o700, text: () => '#!/bin/sh\n/usr/sbin/anacron -s\n' },
  { path: 'etc/cron.daily/logrotate', mode: 0o700, text: () => '#!/bin/sh\n/usr/sbin/logrotate /etc/logrotate.conf\n' },
  { path: 'etc/cron.weekly/report', mode: 0o700, text: () => '#!/bin/sh\n/usr/local/sbin/weekly-report\n' },
  { path: 'etc/cron.monthly/archive', mode: 0o700, text: () => '#!/bin/sh\n/usr/local/sbin/archive-logs\n' },
  { path: 'var/spool/cron/oracle', mode: 0o600, text: () => '30 1 * * * /home/oracle/bin/backup.sh\n' },
  { path: 'var/spool/cron/ogg', mode: 0o600, text: () => '*/5 * * * * /home/ogg/bin/lag.sh\n' },
  { path: 'etc/issue', mode: 0o644, text: () => '\\S\nKernel \\r on an \\m\n' },
  { path: 'etc/issue.net', mode: 0o644, text: () => '\\S\nKernel \\r on an \\m\n' },
  { path: 'etc/motd', mode: 0o644, text: () => '' },
  { path: 'etc/audit/auditd.conf', mode: 0o640, text: () => AUDITD },
  { path: 'etc/systemd/journald.conf', mode: 0o644, text: () => JOURNALD },
  { path: 'etc/rsyslog.conf', mode: 0o644, text: rsyslog },
  {
    path: 'etc/logrotate.conf',
    mode: 0o644,
    text: () => 'weekly\nrotate 27\ncreate\ndateext\ncompress\ninclude /etc/logrotate.d\n',
  },
  {
    path: 'etc/chrony.conf',
    mode: 0o644,
    text: ({ gateway }) => `server ${gateway} iburst\ndriftfile /var/lib/chrony/drift\nrtcsync\n`,
  },
  { path: 'etc/selinux/config', mode: 0o644, text: () => 'SELINUX=permissive\nSELINUXTYPE=targeted\n' },
  {
    path: 'etc/sudoers',
    mode: 0o440,
    text: () => 'Defaults use_pty\nDefaults logfile="/var/log/sudo.log"\nroot ALL=(ALL) ALL\n%wheel ALL=(ALL) ALL\n',
  },
];
