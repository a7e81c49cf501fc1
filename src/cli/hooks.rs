//! The scripts of `plangate completions`, with what asks the program for names.
//!
//! `clap_complete` writes scripts that know commands and options, and offer files for
//! every value. Where [`super::offer`] has names these come in their place.

use clap_complete::Shell;

/// A script with the names that the program offers, where the shell is one of those that
/// can be taught it here.
pub(super) fn with_names(shell: Shell, script: &str) -> String {
    match shell {
        Shell::Bash => {
            script.replace("complete -F _plangate ", "complete -F _plangate_names ") + BASH
        }
        Shell::Zsh => zsh(script),
        Shell::Fish => fish(script),
        _ => script.to_owned(),
    }
}

const BASH: &str = r#"
_plangate_names() {
    local names name
    if names="$(PLANGATE_COMPLETE=1 plangate "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)"; then
        compopt +o default +o bashdefault 2>/dev/null
        COMPREPLY=()
        while IFS= read -r name; do
            [[ -n ${name} ]] && COMPREPLY+=("${name}")
        done <<< "${names}"
        return 0
    fi
    _plangate "$@"
}
"#;

const ZSH: &str = r#"
_plangate_names() {
    local names
    if names="$(PLANGATE_COMPLETE=1 plangate "${(@)words[2,CURRENT]}" 2>/dev/null)"; then
        local -a offered
        offered=(${(f)names})
        compset -P '*='
        compadd -a offered
        return
    fi
    _plangate_options "$@"
}
"#;

/// The file is the function `_plangate` where zsh loads it by itself: it is called by the
/// name that is asked for names first.
fn zsh(script: &str) -> String {
    let (functions, begin) = match script.rfind("if [ \"$funcstack[1]\"") {
        Some(at) => script.split_at(at),
        None => (script, ""),
    };
    let functions = functions.replacen("\n_plangate() {", "\n_plangate_options() {", 1);
    let begin = begin
        .replace("    _plangate \"$@\"", "    _plangate_names \"$@\"")
        .replace("compdef _plangate ", "compdef _plangate_names ");
    format!("{functions}{ZSH}\n{begin}")
}

const FISH: &str = r#"
function __fish_plangate_names
    set -l words (commandline -opc) (commandline -ct)
    env PLANGATE_COMPLETE=1 plangate $words[2..] 2>/dev/null
end

complete -c plangate -n "__fish_plangate_names >/dev/null" -f -a "(__fish_plangate_names)"
"#;

fn fish(script: &str) -> String {
    let mut text = String::new();
    for line in script.lines() {
        text.push_str(line);
        let takes_name = [" -l profile ", " -l theme "];
        if takes_name.iter().any(|option| line.contains(option)) && line.ends_with(" -r") {
            text.push_str(" -f -a \"(__fish_plangate_names)\"");
        }
        text.push('\n');
    }
    text + FISH
}
