/** The completion script for zsh. */
import type { Report } from '../../core/report.ts';
import { scriptReport } from './script.ts';

const SCRIPT = `#compdef gxops
# zsh completion for gxops: gxops completion zsh > a folder of $fpath, named _gxops
_gxops() {
  local -a typed found site
  local word i
  typed=("\${(@Q)words[2,CURRENT]}")
  for ((i = 2; i < CURRENT; i++)); do
    [[ $words[i] == --site ]] && site=(--site "\${(Q)words[i+1]}")
    [[ $words[i] == --site=* ]] && site=("\${(Q)words[i]}")
  done
  found=("\${(@f)$("\${(Q)words[1]}" $site completion words -- "\${typed[@]}" 2>/dev/null </dev/null)}")
  found=("\${(@)found:#}")
  if [[ \${found[(Ie):files]} -gt 0 ]]; then
    _files
  elif (( $#found )); then
    local -a open
    open=("\${(@M)found:#*=}")
    found=("\${(@)found:#*=}")
    (( $#open )) && compadd -S '' -- $open
    (( $#found )) && compadd -- $found
  fi
}
if [[ $funcstack[1] == _gxops ]]; then _gxops "$@"; else compdef _gxops gxops; fi
`;

/** The script. */
export async function run(): Promise<Report> {
  return scriptReport('zsh', SCRIPT);
}
