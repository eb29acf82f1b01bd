# bash completion for dcchost
_dcchost()
{
    local current=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} part runtime words=
    local verbs='launch ps status why events logs probe restart stop kill adopt list adapters adapter doctor help'

    runtime=${XDG_RUNTIME_DIR:+$XDG_RUNTIME_DIR/dcchost}
    if ((COMP_CWORD == 1)); then
        words="$verbs --version --help"
    elif [[ $current == -* ]]; then
        # The options of a verb that has verbs of its own are theirs.
        [[ $verb != adapter ]] || ((COMP_CWORD == 2)) || part=${COMP_WORDS[2]}
        words=$(dcchost "$verb" ${part:+"$part"} --help 2>/dev/null | grep -oE -- '--[a-z-]+')
    else
        case $verb in
        help) words=$verbs ;;
        adapter) ((COMP_CWORD > 2)) || words='check list new' ;;
        launch | list | doctor) words=$(dcchost adapters 2>/dev/null | awk '$3 == "loaded" {print $1}') ;;
        why) # also those that have ended
            words=$(command ls "${XDG_STATE_HOME:-$HOME/.local/state}/dcchost" 2>/dev/null)
            ;;
        status | events | logs | probe | restart | stop | kill | adopt)
            words=$(command ls "${runtime:-/tmp/dcchost-$(id -u)}" 2>/dev/null)
            ;;
        esac
    fi
    # shellcheck disable=SC2207 # names hold no spaces
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _dcchost dcchost
