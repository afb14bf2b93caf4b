/** The completion script for bash 4 and newer; needs no bash-completion package. */
import type { Report } from '../../core/report.ts';
import { scriptReport } from './script.ts';

// bash splits words at = and :, so the line is split again at blanks only, and what stands before the last = or : is taken off the answers.
const SCRIPT = `# bash completion for gxops: source <(gxops completion bash)
_gxops() {
  local line=\${COMP_LINE:0:COMP_POINT} words=() site=() word i cut=
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  for ((i = 1; i < \${#words[@]} - 1; i++)); do
    [[ \${words[i]} == --site ]] && site=(--site "\${words[i + 1]}")
    [[ \${words[i]} == --site=* ]] && site=("\${words[i]}")
  done
  local last=\${words[\${#words[@]} - 1]}
  [[ $last == *[=:]* && $COMP_WORDBREAKS == *=* ]] && cut=\${last%"\${last##*[=:]}"}
  COMPREPLY=()
  while IFS= read -r word; do
    if [[ $word == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "\${last##*=}")
    elif [[ -n $word ]]; then
      COMPREPLY+=("\${word#"$cut"}")
    fi
  done < <("\${words[0]}" "\${site[@]}" completion words -- "\${words[@]:1}" 2>/dev/null </dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _gxops gxops
`;

/** The script. */
export async function run(): Promise<Report> {
  return scriptReport('bash', SCRIPT);
}
