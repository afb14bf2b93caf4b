/** The fixed programs that run on a host behind ssh. Values reach them as `$1`… and stdin only; nothing is ever spliced into their text. */

/** The last line of stderr when a program ended by itself: without it the connection broke, and an exit code means nothing. */
export const CODE_MARK = 'GXOPS-CODE';
/** Printed on stderr before a deed may begin: pid and start tick of its process. */
export const SPAWN_MARK = 'GXOPS-SPAWNED';

/** Runs "$@" and says how it ended. */
export const RUN = `"$@"
printf '\\n${CODE_MARK} %d\\n' "$?" >&2`;

/** $1 path. First line: absent, or type+mode, owner, group, seconds, size, label; then the bytes of a file or the target of a link. */
export const READ_FILE = `
if ! s=$(stat -c '%f %u %g %Y %s' -- "$1" 2>&1); then
  case $s in
    *'No such file'* | *'Not a directory'*) echo absent; exit 0 ;;
    *) printf '%s\\n' "$s" >&2; exit 1 ;;
  esac
fi
c=$(stat -c %C -- "$1" 2>/dev/null) || c='?'
printf '%s %s\\n' "$s" "$c"
case $s in
  8*) head -c "$2" -- "$1" ;;
  a*) readlink -n -- "$1" ;;
esac`;

/** $1 path. First line absent or here; then the names, each ended by a NUL. */
export const READ_FOLDER = `
if ! s=$(stat -L -c '%F' -- "$1" 2>&1); then
  case $s in
    *'No such file'* | *'Not a directory'*) echo absent; exit 0 ;;
    *) printf '%s\\n' "$s" >&2; exit 1 ;;
  esac
fi
[ "$s" = directory ] || { echo absent; exit 0; }
echo here
find "$1/." -mindepth 1 -maxdepth 1 -printf '%f\\0'`;

/** Exit codes of WRITE_FILE: what stood in the way. All but \`unsynced\` and \`unsure\` mean that nothing was done. */
export const WRITE_CODES = {
  noFolder: 20,
  link: 21,
  edited: 22,
  unsure: 23,
  failed: 24,
  unsynced: 25,
  cutOff: 26,
} as const;

/** $1 path, $2 hash before, $3 length or remove, $4 mode, $5 owner, $6 group (each - to keep what was); stdin: the bytes. */
export const WRITE_FILE = `
umask 077
p=$1 want=$2 length=$3 mode=$4 owner=$5 group=$6
d=\${p%/*}
[ -n "$d" ] || d=/
r=$(realpath -e -- "$d") || exit 20
[ "$r" = "$d" ] || { printf '%s\\n' "$r" >&2; exit 21; }
seen() {
  if [ -L "$p" ]; then echo link
  elif [ ! -e "$p" ]; then echo absent
  elif [ -f "$p" ]; then sha256sum <"$p" | cut -c1-64
  else echo special
  fi
}
s=$(seen)
[ "$s" != link ] && [ "$s" != special ] || exit 21
[ "$s" = "$want" ] || exit 22
if [ "$length" = remove ]; then
  [ "$want" = absent ] && exit 0
  rm -f -- "$p" || exit 24
  sync -- "$d" || exit 25
  exit 0
fi
t=$(mktemp -- "$d/.gxops.XXXXXXXXXX") || exit 24
trap 'rm -f -- "$t"' EXIT
trap 'exit 24' HUP INT TERM
cat >"$t" || exit 24
[ "$(stat -c %s -- "$t")" = "$length" ] || exit 26
if [ "$want" = absent ]; then
  [ "$mode" != - ] || mode=0644
else
  chown --reference="$p" -- "$t" && chmod --reference="$p" -- "$t" || exit 24
  c=$(stat -c %C -- "$p" 2>/dev/null) || c='?'
  [ "$c" = '?' ] || chcon -- "$c" "$t" || exit 24
fi
[ "$owner" = - ] || chown -- "$owner" "$t" || exit 24
[ "$group" = - ] || chgrp -- "$group" "$t" || exit 24
[ "$mode" = - ] || chmod -- "$mode" "$t" || exit 24
sync -- "$t" || exit 24
[ "$(seen)" = "$want" ] || exit 22
mv -fT -- "$t" "$p" || exit 23
trap - EXIT
sync -- "$d" || exit 25`;

/**
 * $1 length of the program's own input, then its argv. stdin: that input, then a line that opens the gate. The program runs in a
 * session of its own on unlinked files, so that it outlives the connection; a connection lost before the gate opened starts nothing.
 */
export const DEED = `
umask 077
n=$1
shift
i=$(mktemp) && o=$(mktemp) || exit 120
[ "$n" = 0 ] || head -c "$n" >"$i"
[ "$(stat -c %s -- "$i")" = "$n" ] || { rm -f -- "$i" "$o"; exit 121; }
exec 4>>"$o" 7<"$o" 6<"$i" 5<&0
rm -f -- "$i" "$o"
setsid sh -c 'read -r go <&5 || exit 125
exec 5<&- 4>&- 6<&- 7<&-
exec "$@"' gxops "$@" <&6 >&4 2>&1 &
p=$!
IFS= read -r s <"/proc/$p/stat" || exit 122
s=\${s##*) }
set -f
set -- $s
printf '${SPAWN_MARK} %s %s\\n' "$p" "\${20}" >&2
wait "$p"
c=$?
tail -c 8192 <&7
exit "$c"`;

/** $1 pid, $2 start tick: yes, no. */
export const ALIVE = `
IFS= read -r s <"/proc/$1/stat" 2>/dev/null || { echo no; exit 0; }
s=\${s##*) }
tick=$2
set -f
set -- $s
case $1 in Z | X) echo no; exit 0 ;; esac
[ "\${20}" = "$tick" ] && echo yes || echo no`;

/** $1 pid of a session leader, $2 start tick: ends all of its group, if it is still the same one. */
export const END = `
IFS= read -r s <"/proc/$1/stat" || exit 0
s=\${s##*) }
p=$1 tick=$2
set -f
set -- $s
[ "\${20}" = "$tick" ] || exit 0
kill -s TERM -- "-$p" 2>/dev/null
sleep 2
kill -s KILL -- "-$p" 2>/dev/null
exit 0`;

/** The argv that runs a script with its values. */
export function script(text: string, ...values: readonly string[]): readonly string[] {
  return ['sh', '-c', text, 'gxops', ...values];
}

/** The exit code behind the last mark, and stderr without it. */
export function marked(stderr: Buffer): { code: number | undefined; rest: Buffer } {
  const at = stderr.lastIndexOf(`\n${CODE_MARK} `);
  const code = at < 0 ? undefined : /^\n\S+ (\d+)\n/.exec(stderr.subarray(at).toString('latin1'))?.[1];
  return code === undefined ? { code: undefined, rest: stderr } : { code: Number(code), rest: stderr.subarray(0, at) };
}
