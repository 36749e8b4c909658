# SPDX-License-Identifier: MIT
# Types a command line in an interactive zsh, and prints what it would offer on
# TAB, one per line; the line as TABs in it have completed it; or the list with
# descriptions that zsh shows.
#
# usage: zsh -f complete.zsh FOLDER DUMP offers|line|list LINE
#
# DUMP is a file in which the first zsh leaves for others what it has found in the
# folders of functions. In that zsh, this file is sourced without a LINE.
if (($# == 3)); then
	fpath=($1 $fpath)
	# The line editor runs when this is printed.
	PS1=READY_NOW RPROMPT= PS2=
	unsetopt prompt_cr prompt_sp
	unset zle_bracketed_paste
	autoload -Uz compinit && compinit -u -C -d $2
	bindkey '^I' complete-word
	zstyle ':completion:*' insert-tab false
	if [[ $3 != offers ]]; then
		show_line() { print -r -- BEGIN_WORDS; print -r -- $BUFFER
			print -r -- END_WORDS; exit }
		zle -N show_line
		bindkey '^T' show_line
		return
	fi
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
zpty -w shell "source ${(q)0:A} ${(q)1} ${(q)2} $3"
zpty -r shell text '*READY_NOW*' || exit 1
if [[ $3 != offers ]]; then
	zpty -w -n shell "$4"$'\x14'
else
	zpty -w -n shell "$4"$'\t'
fi
zpty -r shell text '*END_WORDS*' || exit 1
if [[ $3 == list ]]; then
	text=${text%BEGIN_WORDS*}
else
	text=${text#*BEGIN_WORDS}
	text=${text%END_WORDS*}
fi
print -r -- "${text//$'\r'/}"
zpty -d shell
