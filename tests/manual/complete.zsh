# SPDX-License-Identifier: MIT
# Types a command line and TAB in an interactive zsh, and prints what it would
# offer, one per line.
#
# usage: zsh -f complete.zsh FOLDER LINE
#
# In that zsh, this file is sourced with the FOLDER alone.
if (($# == 1)); then
	fpath=($1 $fpath)
	# The line editor runs when this is printed.
	PS1=READY_NOW RPROMPT= PS2=
	unsetopt prompt_cr prompt_sp
	unset zle_bracketed_paste
	autoload -Uz compinit && compinit -u -D
	bindkey '^I' complete-word
	zstyle ':completion:*' insert-tab false
	before_words() { print -r -- BEGIN_WORDS }
	after_words() { print -r -- END_WORDS; exit }
	compprefuncs=(before_words)
	comppostfuncs=(after_words)
	# Prints each candidate with what stands before it.
	compadd() {
		typeset -a hits
		if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
			builtin compadd "$@"
			return
		fi
		builtin compadd -A hits "$@"
		print -rl -- ${hits/#/$IPREFIX}
		builtin compadd "$@"
	}
	return
fi

zmodload zsh/zpty || exit 77
zpty shell env -i HOME=/nonexistent TERM=dumb PATH=$PATH zsh -f -i
zpty -w shell "source ${(q)0:A} ${(q)1}"
zpty -r shell text '*READY_NOW*' || exit 1
zpty -w -n shell "$2"$'\t'
zpty -r shell text '*END_WORDS*' || exit 1
text=${text#*BEGIN_WORDS}
text=${text%END_WORDS*}
print -r -- "${text//$'\r'/}"
zpty -d shell
