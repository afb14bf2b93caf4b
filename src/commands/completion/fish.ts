/** The completion script for fish 3 and newer. */
import type { Report } from '../../core/report.ts';
import { scriptReport } from './script.ts';

const SCRIPT = `# fish completion for gxops: gxops completion fish > ~/.config/fish/completions/gxops.fish
function __gxops_words
    set -l typed (commandline -opc)
    set -l last (commandline -ct)
    set -l site
    for i in (seq 2 (count $typed))
        if test "$typed[$i]" = --site
            set -l next (math $i + 1)
            test $next -le (count $typed); and set site --site $typed[$next]
        else if string match -q -- '--site=*' $typed[$i]
            set site $typed[$i]
        end
    end
    for word in ($typed[1] $site completion words -- $typed[2..-1] "$last" 2>/dev/null </dev/null)
        if test "$word" = :files
            __fish_complete_path "$last"
        else
            echo $word
        end
    end
end
complete -c gxops -f -a '(__gxops_words)'
`;

/** The script. */
export async function run(): Promise<Report> {
  return scriptReport('fish', SCRIPT);
}
