# bash completion for dcchost; dcchost itself says which words there are
_dcchost()
{
    local current=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} part words=

    if ((COMP_CWORD == 1)); then
        words="$(dcchost complete 2>/dev/null) help --version --help"
    elif [[ $current == -* ]]; then
        # The options of a verb that has verbs of its own are theirs.
        [[ $verb != adapter ]] || ((COMP_CWORD == 2)) || part=${COMP_WORDS[2]}
        words=$(dcchost "$verb" ${part:+"$part"} --help 2>/dev/null | grep -oE -- '--[a-z-]+')
    elif [[ $verb == help ]]; then
        words=$(dcchost complete 2>/dev/null)
    elif [[ $verb == adapter ]]; then
        ((COMP_CWORD > 2)) || words='check list new'
    else
        words=$(dcchost complete "$verb" 2>/dev/null)
    fi
    # shellcheck disable=SC2207 # names hold no spaces
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _dcchost dcchost
